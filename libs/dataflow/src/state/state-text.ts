/**
 * A value of state as JSON, for people and tools. What JSON does not know is written as near as it goes: bytes as `"0x…"`, a Date as its ISO text, a Map as pairs, a Set
 * as a list, a bigint as a number (as text where that would not be exact), NaN and infinities as text. Throws where user code threw, or a value contains itself.
 */
export function stateText(value: unknown): string {
  return JSON.stringify([value], plain).slice(1, -1); // In a list undefined is null.
}

function plain(this: unknown, _name: string, value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "object":
      return value === null ? null : plainObject(value);
    default:
      return value;
  }
}

function plainObject(value: object): unknown {
  if (value instanceof Uint8Array) return `0x${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  if (value instanceof Map) return Array.from(value as Map<unknown, unknown>);
  if (value instanceof Set) return Array.from(value as Set<unknown>);
  return value;
}
