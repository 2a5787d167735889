import { createRequire } from "node:module";
import type avsc from "avsc";
import type { ValueFormat } from "@millrace/ports";
import { invalidSchema } from "./errors.ts";

/** Avro's binary encoding under one schema, without a registry's header. Elements are plain objects; a union's value stands as itself. */
export function avroFormat(schema: string): ValueFormat {
  const avro = createRequire(import.meta.url)("avsc") as typeof avsc; // By jobs that use it only.
  let type: avsc.Type;
  try {
    type = avro.Type.forSchema(JSON.parse(schema) as avsc.Schema, { wrapUnions: "never" });
  } catch (cause) {
    throw invalidSchema("avro", cause);
  }
  return {
    decode: (bytes) => plain(type.fromBuffer(Buffer.from(bytes))),
    encode(value) {
      if (type.isValid(value)) return new Uint8Array(type.toBuffer(value));
      const paths: string[] = [];
      type.isValid(value, { errorHook: (path) => paths.push(path.join(".")) });
      throw new TypeError(`the value does not fit the Avro schema at ${paths[0] === "" || paths[0] === undefined ? "its root" : paths[0]}`);
    },
  };
}

/** The library's records have classes of their own, which state and shuffles would refuse. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
