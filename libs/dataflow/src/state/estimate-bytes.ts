import { ESTIMATE_NODES_MAX } from "../limits.ts";

/**
 * About how many bytes of heap a value holds: what V8 takes for strings, objects and their fields, without exactness. Of big values a part is looked at and
 * the rest taken to be alike.
 */
export function estimateBytes(value: unknown): number {
  const walk = { nodes: 0 };
  return bytesOf(value, walk);
}

function bytesOf(value: unknown, walk: { nodes: number }): number {
  walk.nodes++;
  switch (typeof value) {
    case "string":
      return 16 + value.length;
    case "number":
      return 8;
    case "bigint":
      return 24;
    case "object":
      return value === null ? 8 : bytesOfObject(value, walk);
    default:
      return 8;
  }
}

function bytesOfObject(value: object, walk: { nodes: number }): number {
  if (value instanceof Uint8Array) return 96 + value.byteLength;
  if (Array.isArray(value)) return 32 + sampled(value, value.length, walk, (item) => 8 + bytesOf(item, walk));
  if (value instanceof Map) return 64 + sampled(value, value.size, walk, ([key, item]) => 40 + bytesOf(key, walk) + bytesOf(item, walk));
  if (value instanceof Set) return 64 + sampled(value, value.size, walk, (item) => 32 + bytesOf(item, walk));
  const fields = Object.values(value);
  return 24 + sampled(fields, fields.length, walk, (item) => 8 + bytesOf(item, walk));
}

function sampled<T>(items: Iterable<T>, count: number, walk: { nodes: number }, bytes: (item: T) => number): number {
  let sum = 0;
  let seen = 0;
  for (const item of items) {
    sum += bytes(item);
    seen++;
    if (walk.nodes > ESTIMATE_NODES_MAX) break;
  }
  return seen === 0 ? 0 : (sum * count) / seen;
}
