import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";

/**
 * Random messages of one version, drawn from the specs in proto/kafka. Reads them by itself and shares no code with the generator, so that a wrong
 * condition in generated code is not wrong here too.
 */
interface FieldSpec {
  readonly name: string;
  readonly type: string;
  readonly versions: string;
  readonly nullableVersions?: string;
  readonly default?: unknown;
  readonly fields?: readonly FieldSpec[];
}

interface MessageSpec {
  readonly structs?: readonly { readonly name: string; readonly fields: readonly FieldSpec[] }[];
  readonly fields: readonly FieldSpec[];
}

export interface ApiSpec {
  readonly apiKey: number;
  readonly name: string;
  readonly versions: string;
  readonly request: MessageSpec;
  readonly response: MessageSpec;
}

const folder = new URL("../../../proto/kafka/", import.meta.url);

export const apiSpecs: readonly ApiSpec[] = readdirSync(folder)
  .sort()
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as ApiSpec);

/** Whether `3+`, `2-7` or `4` has the version. */
export function includes(versions: string | undefined, version: number): boolean {
  if (versions === undefined) return false;
  const [min = "", max] = versions.replace("+", "-").split("-");
  return version >= Number(min) && (max === undefined ? version === Number(min) : max === "" || version <= Number(max));
}

const strings = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: "grapheme", maxLength: 20 }), fc.constant("x".repeat(200)));
const bytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ minLength: 500, maxLength: 600 }));

const scalars: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
  bool: () => fc.boolean(),
  int8: () => fc.integer({ min: -0x80, max: 0x7f }),
  int16: () => fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: () => fc.integer({ min: 0, max: 0xffff }),
  int32: () => fc.integer(),
  int64: () => fc.maxSafeInteger(),
  string: () => strings,
  uuid: () => fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id) => Buffer.from(id).toString("hex")),
  bytes: () => bytes,
  records: () => bytes,
};

/** Any message of the version, complete: fields that the version lacks hold their defaults. */
export function messages(spec: MessageSpec, version: number): fc.Arbitrary<object> {
  const structs = new Map<string, readonly FieldSpec[]>((spec.structs ?? []).map(({ name, fields }) => [name, fields]));
  const collect = (fields: readonly FieldSpec[]): void => {
    for (const field of fields) {
      if (field.fields === undefined) continue;
      structs.set(field.type.replace("[]", ""), field.fields);
      collect(field.fields);
    }
  };
  for (const { fields } of spec.structs ?? []) collect(fields);
  collect(spec.fields);
  return struct(spec.fields);

  function struct(fields: readonly FieldSpec[]): fc.Arbitrary<object> {
    return fc.record(Object.fromEntries(fields.map((field) => [field.name, ofField(field)])), { noNullPrototype: true });
  }

  function ofField(field: FieldSpec): fc.Arbitrary<unknown> {
    if (!includes(field.versions, version)) return fc.constant(absent(field));
    const base = field.type.replace("[]", "");
    const one = scalars[base]?.() ?? struct(structs.get(base) ?? []);
    const value = field.type.startsWith("[]") ? fc.array(one, { maxLength: 4 }) : one;
    return includes(field.nullableVersions, version) ? fc.option(value, { nil: null, freq: 4 }) : value;
  }

  function absent(field: FieldSpec): unknown {
    if (field.default !== undefined) return field.default;
    if (field.type.startsWith("[]")) return [];
    if (field.type === "bool") return false;
    if (field.type === "string") return "";
    if (field.type === "uuid") return "0".repeat(32);
    if (field.type === "bytes") return new Uint8Array(0);
    if (field.type === "records") return null;
    const inner = structs.get(field.type);
    return inner === undefined ? 0 : Object.fromEntries(inner.map((each) => [each.name, absent(each)]));
  }
}
