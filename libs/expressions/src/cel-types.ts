import { Environment, Optional } from "@marcbachmann/cel-js";
import { ExpressionFault, type ExpressionType, type ScalarType } from "@millrace/ports";
import { EXPRESSION_NODES_MAX } from "./limits.ts";

const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

const CEL_NAMES: Readonly<Record<ScalarType, string>> = {
  int: "int",
  double: "double",
  string: "string",
  bool: "bool",
  bytes: "bytes",
  timestamp: TIMESTAMP,
  duration: DURATION,
  null: "null",
  any: "dyn",
};

type Convert = (value: unknown) => unknown;

/** Hidden in each wrapped record: what it stands for. */
const RAW = Symbol("raw");

/** The variables of one expression: their environment, and how their values go in. Record types have the names under which messages show them. */
export class CelScope {
  readonly environment: Environment;
  readonly names: readonly string[];
  readonly #convert: readonly Convert[];
  readonly #records = new Map<string, ExpressionType & { readonly record: unknown }>();

  constructor(variables: Readonly<Record<string, ExpressionType>>) {
    this.environment = new Environment({ homogeneousAggregateLiterals: false, limits: { maxAstNodes: EXPRESSION_NODES_MAX } });
    this.environment.registerFunction(`int(${TIMESTAMP}): int`, (time: Date) => BigInt(Math.floor(time.getTime() / 1_000)));
    this.environment.registerFunction(`string(${TIMESTAMP}): string`, (time: Date) => time.toISOString().replace(/\.?0*Z$/, "Z"));
    this.names = Object.keys(variables);
    this.#convert = Object.entries(variables).map(([name, type]) => {
      const { cel, convert } = this.#register(type, `fields of ${name}`);
      this.environment.registerVariable(name, cel);
      return convert;
    });
  }

  /** Values of a job as the environment wants them. */
  context(values: readonly unknown[]): Record<string, unknown> {
    const context: Record<string, unknown> = {};
    for (let index = 0; index < this.names.length; index++) {
      const name = this.names[index];
      const convert = this.#convert[index];
      if (name !== undefined && convert !== undefined) context[name] = convert(values[index]);
    }
    return context;
  }

  /** The type that the checker calls by this name. */
  typeNamed(name: string): ExpressionType {
    const record = this.#records.get(name);
    if (record !== undefined) return record;
    for (const [scalar, cel] of Object.entries(CEL_NAMES)) if (cel === name) return scalar as ScalarType;
    const [, kind, inner = ""] = /^(list|map|dyn)<(.+)>$/.exec(name) ?? [];
    if (kind === "list") return { list: this.typeNamed(inner) };
    if (kind === "dyn") return this.typeNamed(inner);
    const [key = "", value] = splitTypes(inner);
    if (kind === "map" && value !== undefined) return { map: [this.typeNamed(key), this.typeNamed(value)] };
    if (name === "list") return { list: "any" };
    if (name === "map") return { map: ["any", "any"] };
    return name === "uint" ? "int" : "any";
  }

  #register(type: ExpressionType, path: string): { readonly cel: string; readonly convert: Convert } {
    if (typeof type === "string") return { cel: CEL_NAMES[type], convert: SCALAR_IN[type] };
    if ("list" in type) {
      const { cel, convert } = this.#register(type.list, path);
      return { cel: `list<${cel}>`, convert: (value) => listOf(value).map(convert) };
    }
    if ("map" in type) {
      const [key, value] = [this.#register(type.map[0], path), this.#register(type.map[1], path)];
      return {
        cel: `map<${key.cel}, ${value.cel}>`,
        convert: (map) => new Map(Object.entries(map as object).map(([name, item]) => [name, value.convert(item)])),
      };
    }
    return this.#registerRecord(type, path);
  }

  #registerRecord(type: ExpressionType & { readonly record: Readonly<Record<string, ExpressionType>> }, path: string) {
    const name = path.replaceAll(/[^A-Za-z0-9]+/g, "_");
    const fields: Record<string, string> = {};
    const Wrapped = class {
      readonly [RAW]: unknown;
      constructor(raw: unknown) {
        this[RAW] = raw;
      }
    };
    for (const [field, fieldType] of Object.entries(type.record)) {
      if (field === "constructor" || field === "__proto__") {
        const fix = "declare it as part of a field of type json, or rename it where it is written";
        throw new ExpressionFault(`expressions cannot read a field called ${field}`, { column: 1, fix });
      }
      const { cel, convert } = this.#register(fieldType, `${path}.${field}`);
      fields[field] = cel;
      Object.defineProperty(Wrapped.prototype, field, {
        get(this: { readonly [RAW]: unknown }) {
          const value = (this[RAW] as Readonly<Record<string, unknown>>)[field];
          return value === undefined ? undefined : convert(value);
        },
      });
    }
    Object.defineProperty(Wrapped, "name", { value: name });
    this.environment.registerType(name, { ctor: Wrapped, fields });
    this.#records.set(name, type);
    return { cel: name, convert: (raw: unknown) => (isRecord(raw) ? new Wrapped(raw) : raw) };
  }
}

/** The key and value type of a map, which may hold commas themselves. */
function splitTypes(text: string): readonly string[] {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "<") depth++;
    else if (text[index] === ">") depth--;
    else if (text[index] === "," && depth === 0) return [text.slice(0, index).trim(), text.slice(index + 1).trim()];
  }
  return [text];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [...(value as Iterable<unknown>)];
}

const asIs: Convert = (value) => value;

const SCALAR_IN: Readonly<Record<ScalarType, Convert>> = {
  int: (value) => (typeof value === "number" ? BigInt(value) : value),
  double: asIs,
  string: asIs,
  bool: asIs,
  bytes: asIs,
  timestamp: (value) => (typeof value === "number" ? new Date(value) : value),
  duration: asIs,
  null: (value) => value ?? null,
  any: (value) => value ?? null,
};

/** A result as jobs have values: numbers for whole numbers, milliseconds for times and durations, plain objects for records and maps. */
export function valueOut(value: unknown): unknown {
  if (typeof value === "bigint") return wholeNumber(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(valueOut);
  if (value instanceof Date) return value.getTime();
  if (value instanceof Uint8Array) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return recordOut(value);
  if (RAW in value) return value[RAW];
  if (value instanceof Optional) return value.hasValue() ? valueOut(value.value()) : null;
  if (value instanceof Map) return recordOf(value as ReadonlyMap<unknown, unknown>);
  if (value instanceof Set) return Array.from(value, valueOut);
  if (isDuration(value)) return wholeNumber(value.seconds) * 1_000 + value.nanos / 1_000_000;
  const number = Number(value.valueOf());
  if (Number.isNaN(number)) throw new RangeError("the result is a type or another value that no record can hold");
  return number;
}

function recordOut(record: object): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(record)) out[name] = valueOut((record as Readonly<Record<string, unknown>>)[name]);
  return out;
}

function recordOf(entries: ReadonlyMap<unknown, unknown>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Array.from(entries, ([name, item]) => [String(name), valueOut(item)]));
}

function wholeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} has more digits than a number of a record keeps (2^53)`);
  return number;
}

function isDuration(value: object): value is { readonly seconds: bigint; readonly nanos: number } {
  return "seconds" in value && typeof value.seconds === "bigint" && "nanos" in value && typeof value.nanos === "number";
}
