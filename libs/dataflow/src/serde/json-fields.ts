import type { FieldType } from "@millrace/model";
import { parseIsoTime } from "./iso-time.ts";

/** Thrown by decoders; the source adds operator and position. */
export class DecodeFailure extends Error {}

/** An object with the fields of a schema, in the schema's order, from JSON text. The plain way, and what the fast one must equal. */
export function fieldsOfJson(text: string, fields: readonly (readonly [name: string, type: FieldType])[]): Record<string, unknown> {
  const parsed = parseJson(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new DecodeFailure("it is no JSON object");
  const given = parsed as Readonly<Record<string, unknown>>;
  const result: Record<string, unknown> = {};
  for (const [name, type] of fields) {
    const value = fieldValue(name, type, Object.hasOwn(given, name) ? given[name] : undefined);
    if (name === "__proto__") Object.defineProperty(result, name, { value, writable: true, enumerable: true, configurable: true });
    else result[name] = value;
  }
  return result;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DecodeFailure(`it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function fieldValue(name: string, type: FieldType, value: unknown): unknown {
  switch (type) {
    case "string":
      if (typeof value === "string") return value;
      break;
    case "int":
      if (typeof value === "number" && Number.isInteger(value)) return value;
      break;
    case "double":
      if (typeof value === "number") return value;
      break;
    case "boolean":
      if (typeof value === "boolean") return value;
      break;
    case "timestamp": {
      const time = typeof value === "string" ? parseIsoTime(value) : value;
      if (typeof time === "number") return time;
      break;
    }
    case "json":
      return value;
  }
  throw new DecodeFailure(
    value === undefined ? `field ${name} is missing` : `field ${name} must be ${type}, it is ${JSON.stringify(value).slice(0, 60)}`,
  );
}
