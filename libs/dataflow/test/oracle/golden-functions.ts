type Pair = readonly [unknown, number];
type F = (...args: never[]) => unknown;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const text = (value: unknown): string => JSON.stringify(value);
const sorted = (list: readonly unknown[]): unknown[] => [...list].sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
const modulo = (value: number, divisor: number): number => value % divisor;

/** The function library of the tables, by role and name. */
export const MAP: Readonly<Record<string, F>> = {
  identity: (x: unknown) => x,
  inc: (x: number) => x + 1,
  add4: (x: number) => x + 4,
  add8: (x: number) => x + 8,
  add10: (x: number) => x + 10,
  double: (x: number) => x * 2,
  neg: (x: number) => -x,
  len: (x: string) => x.length,
  upper: (x: string) => x.toUpperCase(),
  toPair1: (x: unknown) => [x, 1],
  toPairX: (x: unknown) => [x, "x"],
  parityPair: (x: number) => [modulo(x, 2), x],
  mod3Pair: (x: number) => [modulo(x, 3), x],
  swap: (pair: readonly unknown[]) => [pair[1], pair[0]],
  first: (pair: readonly unknown[]) => pair[0],
  second: (pair: readonly unknown[]) => pair[1],
  sortBag: (list: readonly unknown[]) => sorted(list),
  sumBag: (list: readonly number[]) => sum(list),
  failOn13: (x: number) => {
    if (x === 13) throw new Error("value 13 refused");
    return x;
  },
};

export const FLAT_MAP: Readonly<Record<string, F>> = {
  twice: (x: number) => [x, 2 * x],
  words: (line: string) => line.split(" ").filter((word) => word !== ""),
  upTo: (x: number) => Array.from({ length: x }, (_, index) => index),
  none: () => [],
  selfAndAdd10: (x: number) => [x, x + 10],
};

export const FILTER: Readonly<Record<string, F>> = {
  even: (x: number) => x % 2 === 0,
  positive: (x: number) => x > 0,
  nonEmpty: (x: string) => x !== "",
  all: () => true,
  valueEven: (pair: Pair) => pair[1] % 2 === 0,
  valueNonZero: (pair: Pair) => pair[1] !== 0,
  valueGt2: (pair: Pair) => pair[1] > 2,
};

export const PARTITION: Readonly<Record<string, F>> = {
  sumPartition: (list: Iterable<number>) => [sum([...list])],
  countPartition: (list: Iterable<unknown>) => [[...list].length],
  runningSum: function* runningSum(list: Iterable<number>) {
    let total = 0;
    for (const x of list) yield (total += x);
  },
};

export const REDUCE: Readonly<Record<string, F>> = {
  sum: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  max: (a: number, b: number) => Math.max(a, b),
  min: (a: number, b: number) => Math.min(a, b),
};

export const COMBINE: Readonly<Record<string, Readonly<Record<"create" | "mergeValue" | "mergeCombiners", F>>>> = {
  sumCount: {
    create: (value: number) => [value, 1],
    mergeValue: (c: readonly [number, number], value: number) => [c[0] + value, c[1] + 1],
    mergeCombiners: (a: readonly [number, number], b: readonly [number, number]) => [a[0] + b[0], a[1] + b[1]],
  },
  bag: {
    create: (value: unknown) => [value],
    mergeValue: (c: readonly unknown[], value: unknown) => sorted([...c, value]),
    mergeCombiners: (a: readonly unknown[], b: readonly unknown[]) => sorted([...a, ...b]),
  },
};

type State = readonly [number, number];

export const UPDATE: Readonly<Record<string, F>> = {
  sum: (values: readonly number[], state?: number) => (state ?? 0) + sum(values),
  sumDropZero: (values: readonly number[], state?: number) => ((state ?? 0) + sum(values) === 0 ? undefined : (state ?? 0) + sum(values)),
  max: (values: readonly number[], state?: number) => (values.length === 0 && state === undefined ? undefined : Math.max(...values, state ?? -Infinity)),
  expire2: (values: readonly number[], state?: State) => {
    const [total, silent] = state ?? [0, 0];
    if (values.length > 0) return [total + sum(values), 0];
    return silent + 1 >= 2 ? undefined : [total, silent + 1];
  },
  countCalls: (values: readonly number[], state?: State) => [(state?.[0] ?? 0) + sum(values), (state?.[1] ?? 0) + 1],
  dropOnNegative: (values: readonly number[], state?: number) => (values.some((value) => value < 0) ? undefined : (state ?? 0) + sum(values)),
  addTimeWhenValues: (time: number, _key: unknown, values: readonly number[], state?: number) => (state ?? 0) + sum(values) + (values.length > 0 ? time : 0),
};
