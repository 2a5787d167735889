import { canonicalKey } from "@millrace/model";

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
  sortBag2: (lists: readonly [readonly unknown[], readonly unknown[]]) => lists.map(sorted),
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
  max: (values: readonly number[], state?: number) =>
    values.length === 0 && state === undefined ? undefined : Math.max(...values, state ?? -Infinity),
  expire2: (values: readonly number[], state?: State) => {
    const [total, silent] = state ?? [0, 0];
    if (values.length > 0) return [total + sum(values), 0];
    return silent + 1 >= 2 ? undefined : [total, silent + 1];
  },
  countCalls: (values: readonly number[], state?: State) => [(state?.[0] ?? 0) + sum(values), (state?.[1] ?? 0) + 1],
  dropOnNegative: (values: readonly number[], state?: number) =>
    values.some((value) => value < 0) ? undefined : (state ?? 0) + sum(values),
  addTimeWhenValues: (time: number, _key: unknown, values: readonly number[], state?: number) =>
    (state ?? 0) + (values.length > 0 ? time : 0),
};

type List = readonly unknown[];

const distinct = (list: List): unknown[] => Array.from(new Map(list.map((x) => [canonicalKey(x), x])).values());
const occurIn = (list: List): ((x: unknown) => boolean) => {
  const keys = new Set(list.map(canonicalKey));
  return (x) => keys.has(canonicalKey(x));
};

/** Functions of a whole batch and its time. */
export const TRANSFORM: Readonly<Record<string, F>> = {
  identity: ([list]: readonly [List]) => list,
  distinct: ([list]: readonly [List]) => distinct(list),
  sortDesc: ([list]: readonly [readonly number[]]) => [...list].sort((a, b) => b - a),
  even: ([list]: readonly [readonly number[]]) => list.filter((x) => x % 2 === 0),
  tagTime: ([list]: readonly [List], time: number) => list.map((x) => [time, x]),
  nullResult: () => null,
};

/** Functions of two batches and their time. */
export const TRANSFORM_WITH: Readonly<Record<string, F>> = {
  union: ([left, right]: readonly [List, List]) => [...left, ...right],
  subtract: ([left, right]: readonly [List, List]) => {
    const occurs = occurIn(right);
    return left.filter((x) => !occurs(x));
  },
  intersection: ([left, right]: readonly [List, List]) => distinct(left).filter(occurIn(right)),
  cartesian: ([left, right]: readonly [List, List]) => left.flatMap((x) => right.map((y) => [x, y])),
  countsWithTime: ([left, right]: readonly [List, List], time: number) => [[time, left.length, right.length]],
};

/** contextTransform: the union of all, each element with the batch's time. */
export const TRANSFORM_ALL = (lists: readonly List[], time: number): unknown[] => lists.flat().map((x) => [time, x]);

interface KeyState {
  exists(): boolean;
  get(): number;
  getOption(): number | undefined;
  update(value: number): void;
  remove(): void;
  isTimingOut(): boolean;
}
type Mapping = (time: number, key: unknown, value: number, state: KeyState) => unknown;

const added = (state: KeyState, value: number): number => {
  const sumOf = (state.getOption() ?? 0) + value;
  state.update(sumOf);
  return sumOf;
};

/** Functions of mapWithState: (time, key, value, state), once per record. */
export const MAP_STATE: Readonly<Record<string, Mapping>> = {
  runningSum: (_, key, value, state) => [key, added(state, value)],
  toggle: (_, key, value, state) => {
    if (!state.exists()) {
      state.update(value);
      return [key, "created", value];
    }
    const old = state.get();
    state.remove();
    return [key, "removed", old];
  },
  emitEvenOnly: (_, key, value, state) => {
    const next = added(state, value);
    return next % 2 === 0 ? [key, next] : undefined;
  },
  timeoutAware: (_, key, value, state) => (state.isTimingOut() ? [key, "timeout", state.get()] : [key, "seen", added(state, value)]),
  readOnlyAfterFirst: (_, key, value, state) => {
    if (state.isTimingOut()) return [key, "timeout", state.get()];
    if (state.exists()) return [key, "noop", state.get()];
    state.update(value);
    return [key, "created", value];
  },
  neverStore: (time, key, value, state) => [key, time, value, state.exists()],
  sumRemoveAt10: (_, key, value, state) => {
    if (state.isTimingOut()) return [key, "timeout", state.get()];
    const next = (state.getOption() ?? 0) + value;
    if (next < 10) {
      state.update(next);
      return [key, "sum", next];
    }
    if (state.exists()) state.remove();
    return [key, "full", next];
  },
  getWithoutState: (_, key, _value, state) => [key, state.get()],
  updateAfterRemove: (_, key, value, state) => {
    state.update(value);
    state.remove();
    state.update(value);
    return [key, value];
  },
  removeTwice: (_, key, value, state) => {
    state.update(value);
    state.remove();
    state.remove();
    return [key, value];
  },
  updateWhileTimingOut: (_, key, value, state) => {
    if (state.isTimingOut()) state.update(0);
    else state.update(value);
    return [key, value];
  },
};
