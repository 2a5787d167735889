import type { Column, Row } from "./query-case.ts";

/** Values, windows and times of rows, as Spark's SQL sees them. */

export type Interval = readonly [start: number, end: number];

export function indexIn(columns: readonly Column[]): (name: string) => number {
  return (name) => {
    const index = columns.findIndex(([own]) => own === name);
    if (index < 0) throw new Error(`cannot run: no column ${name}`);
    return index;
  };
}

/** A time, or the last microsecond of a window. */
export function timeOfValue(value: unknown): number {
  if (Array.isArray(value)) return (value as unknown as Interval)[1] - 0.001;
  return typeof value === "number" ? value : NaN;
}

export function windowsAround(
  time: number,
  { sizeMs, slideMs, startMs }: { readonly sizeMs: number; readonly slideMs: number; readonly startMs: number },
): Interval[] {
  const found: Interval[] = [];
  if (!Number.isFinite(time)) return found;
  for (let start = Math.floor((time - startMs) / slideMs) * slideMs + startMs; start + sizeMs > time; start -= slideMs)
    found.unshift([start, start + sizeMs]);
  return found;
}

/** The values of a key, or null if one is missing: such a row matches nothing. */
export function keyOfRow(row: Row, indexes: readonly number[]): unknown {
  const key = indexes.map((index) => row[index] ?? null);
  return key.includes(null) ? null : key;
}

export function orderOf(left: unknown, right: unknown): number {
  if (Array.isArray(left) && Array.isArray(right)) {
    for (const [index, value] of left.entries()) {
      const order = orderOf(value, (right as unknown[])[index]);
      if (order !== 0) return order;
    }
    return 0;
  }
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  if (typeof left === "number" && typeof right === "number") return left - right;
  const l = JSON.stringify(left);
  const r = JSON.stringify(right);
  return l < r ? -1 : l > r ? 1 : 0;
}

export function compares(value: unknown, cmp: string, with_: unknown): boolean {
  if ((value ?? null) === null) return false;
  if (cmp === "notNull") return true;
  const order = orderOf(value, with_);
  const holds = {
    "<": order < 0,
    "<=": order <= 0,
    ">": order > 0,
    ">=": order >= 0,
    "=": order === 0,
    "==": order === 0,
    "!=": order !== 0,
    "<>": order !== 0,
  }[cmp];
  if (holds === undefined) throw new Error(`cannot run: no comparison ${cmp}`);
  return holds;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 31 * 86_400_000,
  year: 372 * 86_400_000,
};

/** A delay as text: a month has 31 days. */
export function delayOf(text: string): number {
  const parts = [...text.matchAll(/(-?\d+)\s*([a-z]+?)s?(?=\s|$)/gi)];
  const delays = parts.map(([, count = "", unit = ""]) => Number(count) * (UNITS_MS[unit.toLowerCase()] ?? NaN));
  const delay = delays.reduce((total, part) => total + part, 0);
  if (parts.length === 0 || !Number.isFinite(delay)) throw new Error(`cannot run: no delay ${text}`);
  return delay;
}
