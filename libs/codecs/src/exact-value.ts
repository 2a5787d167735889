import { unserialisableValue } from "./errors.ts";
import { VALUE_DEPTH_MAX } from "./limits.ts";

/** Stands for -0, which msgpackr would write as 0. */
export class NegativeZero {
  readonly sign = -1;
}

const NEGATIVE_ZERO = new NegativeZero();

/**
 * The value as msgpackr can take it without loss: itself nearly always, a copy with -0 marked if there is one. Throws `unserialisable-value` with the path
 * of what would not come back as it was: functions, symbols, instances of classes, cycles, the key `__proto__`.
 */
export function exactValue(value: unknown): unknown {
  try {
    return hasNegativeZero(value, 0) ? marked(value) : value;
  } catch (error) {
    if (error instanceof Refusal) throw unserialisableValue(error.reason, { path: pathOfRefusal(value, "value", 0) });
    throw error;
  }
}

/** Thrown inside this file only; the path is looked up afterwards, so that values which pass do not pay for it. */
class Refusal extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

function hasNegativeZero(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "number":
      return value === 0 && Object.is(value, -0);
    case "object":
      return value !== null && holdsNegativeZero(value, depth + 1);
    case "function":
    case "symbol":
      throw new Refusal(`a ${typeof value} has no bytes, keep data only`);
    default:
      return false;
  }
}

function holdsNegativeZero(value: object, depth: number): boolean {
  if (depth > VALUE_DEPTH_MAX) throw new Refusal(`it is nested deeper than ${VALUE_DEPTH_MAX} levels or contains itself`);
  let found = false;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (hasNegativeZero(item, depth)) found = true;
  } else if (value instanceof Map) {
    for (const [key, item] of value as Map<unknown, unknown>) if (hasNegativeZero(key, depth) || hasNegativeZero(item, depth)) found = true;
  } else if (value instanceof Set) {
    for (const item of value as Set<unknown>) if (hasNegativeZero(item, depth)) found = true;
  } else if (isPlainObject(value)) {
    for (const key of Object.keys(value)) {
      if (key === "__proto__") throw new Refusal("the key __proto__ is not allowed");
      if (hasNegativeZero(value[key], depth)) found = true;
    }
  } else if (!(value instanceof Date) && !ArrayBuffer.isView(value)) {
    throw new Refusal(`an instance of class ${value.constructor.name} would lose its class, use plain objects`);
  }
  return found;
}

/** A copy in which each -0 is marked. Keys of maps and members of sets are never -0: JavaScript makes them 0. */
function marked(value: unknown): unknown {
  if (typeof value === "number") return Object.is(value, -0) ? NEGATIVE_ZERO : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(marked);
  if (value instanceof Map) return new Map(Array.from(value as Map<unknown, unknown>, ([key, item]) => [marked(key), marked(item)]));
  if (value instanceof Set) return new Set(Array.from(value as Set<unknown>, marked));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]));
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Where in the value the refused part stands, as one would write it in code. */
function pathOfRefusal(value: unknown, path: string, depth: number): string {
  if (typeof value !== "object" || value === null || depth >= VALUE_DEPTH_MAX) return path;
  for (const [name, item] of partsOf(value)) {
    if (isRefused(item, depth + 1)) return pathOfRefusal(item, path + name, depth + 1);
  }
  return path;
}

function partsOf(value: object): [string, unknown][] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [`[${index}]`, item]);
  if (value instanceof Map)
    return Array.from(value as Map<unknown, unknown>).flatMap(([key, item]) => [
      [".key()", key],
      [`.get(${String(key)})`, item],
    ]);
  if (value instanceof Set) return Array.from(value as Set<unknown>, (item) => [".member()", item]);
  return isPlainObject(value) ? Object.entries(value).map(([key, item]) => [`.${key}`, item]) : [];
}

function isRefused(value: unknown, depth: number): boolean {
  try {
    hasNegativeZero(value, depth);
    return false;
  } catch {
    return true;
  }
}
