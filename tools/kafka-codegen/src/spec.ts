import { intersect, isEmpty, parseVersions, type VersionRange } from "./version-range.ts";

/** Types that are not structs. */
export const scalarTypes = [
  "bool",
  "int8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "float64",
  "string",
  "uuid",
  "bytes",
  "records",
] as const;
export type ScalarType = (typeof scalarTypes)[number];

/** A field of a message, with its versions already cut to those of what it stands in. */
export interface Field {
  readonly name: string;
  readonly isArray: boolean;
  /** The type, or that of the elements. */
  readonly type: { readonly kind: "scalar"; readonly scalar: ScalarType } | { readonly kind: "struct"; readonly struct: string };
  readonly versions: VersionRange;
  /** Some versions of the struct lack it. */
  readonly isPartial: boolean;
  readonly nullable: VersionRange | undefined;
  /** Set for tagged fields. */
  readonly tag: number | undefined;
  /** undefined: none given, the type's own applies. */
  readonly default: string | number | boolean | null | undefined;
}

/** Fields in wire order, and the versions in which the struct occurs. */
export interface Struct {
  readonly name: string;
  readonly versions: VersionRange;
  readonly fields: readonly Field[];
}

/** A request or response: its own fields, and its structs in the order in which they first occur, inner ones before outer ones. */
export interface Message {
  readonly root: Struct;
  readonly structs: readonly Struct[];
}

/** One file of proto/kafka. */
export interface Api {
  readonly key: number;
  readonly name: string;
  readonly about: string;
  readonly notes: string | undefined;
  readonly versions: VersionRange;
  readonly advertisedMin: number;
  readonly flexible: VersionRange;
  readonly request: Message;
  readonly response: Message;
}

type Json = Readonly<Record<string, unknown>>;

/** The API that a spec describes; throws with the field's name where the spec is wrong. */
export function parseApi(text: string): Api {
  const json = asObject(JSON.parse(text), "spec");
  const versions = parseVersions(asText(json["versions"], "versions"), { min: 0, max: Infinity });
  const flexibleText = asText(json["flexibleVersions"], "flexibleVersions");
  const advertised = json["advertisedVersions"];
  return {
    key: Number(json["apiKey"]),
    name: asText(json["name"], "name"),
    about: asText(json["about"], "about"),
    notes: typeof json["notes"] === "string" ? json["notes"] : undefined,
    versions,
    advertisedMin:
      advertised === undefined ? versions.min : parseVersions(asText(advertised, "advertisedVersions"), { min: 0, max: Infinity }).min,
    flexible: flexibleText === "none" ? { min: Infinity, max: -Infinity } : parseVersions(flexibleText, versions),
    request: parseMessage(asObject(json["request"], "request"), versions),
    response: parseMessage(asObject(json["response"], "response"), versions),
  };
}

function parseMessage(json: Json, versions: VersionRange): Message {
  const structs: Struct[] = [];
  for (const common of asList(json["structs"] ?? [], "structs")) {
    const object = asObject(common, "struct");
    const name = asText(object["name"], "struct name");
    const range = parseVersions(asText(object["versions"], name), versions);
    structs.push({ name, versions: range, fields: parseFields(object, range, structs) });
  }
  const root = { name: "", versions, fields: parseFields(json, versions, structs) };
  const known = new Set<string>();
  for (const struct of structs) {
    if (known.has(struct.name)) throw new Error(`two structs are called ${struct.name}`);
    known.add(struct.name);
  }
  for (const field of [root, ...structs].flatMap((struct) => struct.fields)) {
    if (field.type.kind === "struct" && !known.has(field.type.struct)) throw new Error(`no struct ${field.type.struct} for ${field.name}`);
  }
  return { root, structs };
}

function parseFields(json: Json, within: VersionRange, structs: Struct[]): readonly Field[] {
  return asList(json["fields"], "fields").map((each) => {
    const object = asObject(each, "field");
    const name = asText(object["name"], "field name");
    const typeText = asText(object["type"], name);
    const isArray = typeText.startsWith("[]");
    const base = isArray ? typeText.slice(2) : typeText;
    const scalar = scalarTypes.find((one) => one === base);
    const versions = parseVersions(asText(object["versions"], name), within);
    if (isEmpty(versions)) throw new Error(`field ${name} has no version`);
    if (scalar === undefined && object["fields"] !== undefined)
      structs.push({ name: base, versions, fields: parseFields(object, versions, structs) });
    const nullable = object["nullableVersions"];
    const tag = object["tag"];
    if (tag !== undefined && object["taggedVersions"] !== object["versions"])
      throw new Error(`field ${name} is tagged in some versions only`);
    return {
      name,
      isArray,
      type: scalar === undefined ? { kind: "struct", struct: base } : { kind: "scalar", scalar },
      versions,
      isPartial: versions.min > within.min || versions.max < within.max,
      nullable: nullable === undefined ? undefined : intersect(parseVersions(asText(nullable, name), within), versions),
      tag: tag === undefined ? undefined : Number(tag),
      default: asDefault(object["default"], name),
    };
  });
}

function asObject(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${what} is not an object`);
  return value as Json;
}

function asList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is not a list`);
  return value;
}

function asText(value: unknown, what: string): string {
  if (typeof value !== "string") throw new Error(`${what} is not a text`);
  return value;
}

function asDefault(value: unknown, name: string): Field["default"] {
  if (value === undefined || value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  throw new Error(`default of ${name} is not a scalar`);
}
