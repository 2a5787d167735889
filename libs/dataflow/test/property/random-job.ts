import fc from "fast-check";
import {
  countByValueAndWindowRecipe,
  countByWindowRecipe,
  groupByKeyAndWindowRecipe,
  type JobDefinition,
  type JobFunction,
  reduceByWindowRecipe,
  type RecipeStep,
} from "@millrace/model";
import { TestJob } from "../harness/graph.ts";
import { addTimed, TIMED_OPERATORS } from "./random-timed.ts";

export const INTERVAL_MS = 100;

type Pair = readonly [string | number, number];
/** A stream as choices see it; slides count batch intervals. */
export interface Stream {
  readonly id: string;
  readonly slide: number;
  readonly timed: boolean;
  /** Rows come again when they change: no operator with state over all batches may follow. */
  readonly repeats?: boolean;
}

/** One random choice: which operator, on which streams, with which numbers. */
export interface Choice {
  readonly operator: number;
  readonly parent: number;
  readonly other: number;
  readonly size: number;
  readonly slide: number;
}

export const choiceArbitrary: fc.Arbitrary<Choice> = fc.record({
  operator: fc.nat(26 * TIMED_OPERATORS * 2),
  parent: fc.nat(30),
  other: fc.nat(30),
  size: fc.integer({ min: 1, max: 4 }),
  slide: fc.integer({ min: 1, max: 3 }),
});

const sum = (a: number, b: number): number => a + b;
const total = (values: readonly number[]): number => values.reduce(sum, 0);
const SOURCE_STREAM: Stream = { id: "a-pairs", slide: 1, timed: true };

/**
 * A job made of the choices. Every stream is of [key, integer] pairs, so that any operator fits any stream; functions do not depend on order, as results
 * may not.
 */
export function jobOf(choices: readonly Choice[], listen: (id: string, elements: readonly unknown[]) => void): JobDefinition {
  const job = new TestJob({ batchIntervalMs: INTERVAL_MS, slotCount: 8, checkpointIntervalMs: INTERVAL_MS });
  const streams: Stream[] = [];
  for (const name of ["a", "b"]) {
    job.source(name);
    job.add(`${name}-time`, { kind: "eventTime", delayMs: 0, idleAfterMs: 1 }, [name], {
      time: (element: readonly unknown[]) => element[2],
    });
    job.add(`${name}-pairs`, { kind: "map" }, [`${name}-time`], { f: (element: readonly unknown[]) => [element[0], element[1]] });
    streams.push({ id: `${name}-pairs`, slide: 1, timed: true });
  }
  for (const [index, choice] of choices.entries()) {
    const made = addOperator(job, streams, choice, `x${index}`);
    const above = [choice.parent, choice.other].map((chosen) => streams[chosen % streams.length]);
    streams.push({ ...made, repeats: made.repeats === true || above.some((stream) => stream?.repeats === true) });
  }
  const outputs = [...streams.slice(0, 2), ...streams.slice(2)].slice(-4);
  for (const { id } of outputs)
    job.add(`out-${id}`, { kind: "foreachBatch" }, [id], { f: (elements: readonly unknown[]) => listen(id, elements) });
  const last = outputs.at(-1);
  if (last !== undefined) job.add("sink", { kind: "sink", sink: { type: "topic", topic: "out", value: { format: "json" } } }, [last.id]);
  return job.build();
}

/** What a function promises, with the answer beside it for those who evaluate naively. */
export interface Answered<T> extends Promise<T> {
  readonly answer: T;
}

function addAsync(
  job: TestJob,
  id: string,
  parents: readonly string[],
  of: { readonly f: (pair: Pair) => Pair; readonly capacity: number; readonly partitions: { readonly partitions?: number } },
): void {
  const f = (pair: Pair): Answered<Pair> => Object.assign(Promise.resolve(of.f(pair)), { answer: of.f(pair) });
  const spec = { kind: "mapAsync", capacity: of.capacity, timeoutMs: 1_000, retries: 0, retryAfterMs: 100, order: "input" } as const;
  job.add(id, { ...spec, ...of.partitions }, parents, { f });
}

function addOperator(job: TestJob, streams: readonly Stream[], choice: Choice, id: string): Stream {
  const at = (index: number): Stream => streams[index % streams.length] ?? SOURCE_STREAM;
  const parent = at(choice.parent);
  const parents = [parent.id];
  const untimed = { id, slide: parent.slide, timed: false };
  const windowMs = choice.size * parent.slide * INTERVAL_MS;
  const slide = choice.slide * parent.slide;
  const slideMs = slide * INTERVAL_MS;
  const partitions = choice.slide === 3 ? { partitions: choice.size * 3 } : {};
  const paired = at(choice.other).slide === parent.slide ? at(choice.other).id : parent.id;
  switch (choice.operator % 40) {
    case 0: {
      const f = ([k, v]: Pair): Pair => [v % 2 === 0 ? k : `${k}!`, v + 1];
      if (choice.other % 2 === 0) job.add(id, { kind: "map" }, parents, { f });
      else addAsync(job, id, parents, { f, capacity: choice.size, partitions });
      return { ...parent, id };
    }
    case 1:
      job.add(id, { kind: "filter" }, parents, { f: ([, v]: Pair) => v % 3 !== 0 });
      return { ...parent, id };
    case 2:
      job.add(id, { kind: "flatMap" }, parents, {
        f: ([k, v]: Pair) => [
          [k, v],
          [v, 1],
        ],
      });
      return { ...parent, id };
    case 3:
      job.add(id, { kind: "flatMapValues" }, parents, { f: (v: number) => new Set([v, v + 1]) });
      return { ...parent, id };
    case 4: {
      const other = at(choice.other);
      const fits = other.slide === parent.slide;
      job.add(id, { kind: "union" }, [parent.id, fits ? other.id : parent.id]);
      return { id, slide: parent.slide, timed: parent.timed && (!fits || other.timed) };
    }
    case 5:
      job.add(id, { kind: "reduceByKey", ...partitions }, parents, { f: (a: number, b: number) => Math.max(a, b) });
      return untimed;
    case 6:
      job.add(`${id}-g`, { kind: "groupByKey", ...partitions }, parents);
      job.add(id, { kind: "mapValues" }, [`${id}-g`], { f: total });
      return untimed;
    case 7:
      addCombine(job, id, parents, choice.size > 2);
      return untimed;
    case 8:
      job.add(`${id}-c`, { kind: "countByValue", ...partitions }, parents);
      job.add(id, { kind: "map" }, [`${id}-c`], { f: ([[k], n]: readonly [Pair, number]) => [k, n] });
      return untimed;
    case 9:
      job.add(`${id}-c`, { kind: "count", ...partitions }, parents);
      job.add(id, { kind: "map" }, [`${id}-c`], { f: (n: number) => ["count", n] });
      return untimed;
    case 10:
      job.add(`${id}-v`, { kind: "map" }, parents, { f: ([, v]: Pair) => ["max", v] });
      job.add(id, { kind: "reduce" }, [`${id}-v`], { f: ([, a]: Pair, [, b]: Pair) => ["max", Math.max(a, b)] });
      return untimed;
    case 11:
      job.add(id, { kind: "window", windowMs, slideMs }, parents);
      return { id, slide, timed: false };
    case 12:
      job.add(id, { kind: "reduceByKeyAndWindow", windowMs, slideMs, inverse: false, filtered: false }, parents, {
        f: (a: number, b: number) => Math.min(a, b),
      });
      return { id, slide, timed: false };
    case 13: {
      const filtered = choice.other % 2 === 0;
      const functions = {
        f: sum,
        inverse: (a: number, b: number) => a - b,
        ...(filtered ? { filter: (_: unknown, v: number) => v !== 0 } : {}),
      };
      job.add(id, { kind: "reduceByKeyAndWindow", windowMs, slideMs, inverse: true, filtered }, parents, functions);
      return { id, slide, timed: false };
    }
    case 14:
      addUpdate(job, id, parents, choice);
      return untimed;
    case 15:
      job.add(`${id}-p`, { kind: "mapPartitions" }, parents, { f: (list: Iterable<Pair>) => Array.from(list, ([k, v]) => [k, v * 2]) });
      job.add(`${id}-g`, { kind: "glom" }, [`${id}-p`]);
      job.add(id, { kind: "flatMap" }, [`${id}-g`], { f: (list: readonly Pair[]) => list });
      return untimed;
    case 16:
      addJoin(job, id, [parent.id, paired], choice);
      return untimed;
    case 17:
      job.add(`${id}-g`, { kind: "cogroup", ...partitions }, [parent.id, paired]);
      job.add(id, { kind: "mapValues" }, [`${id}-g`], {
        f: ([left, right]: readonly [number[], number[]]) => total(left) * 3 + total(right) - left.length,
      });
      return untimed;
    case 18:
      job.add(id, { kind: "transform" }, choice.size > 2 ? [parent.id, paired] : parents, { f: transformed });
      return untimed;
    case 19:
      job.add(id, { kind: "repartition", partitions: choice.size * choice.slide }, parents);
      return untimed;
    case 20:
    case 21:
      addMapState(job, id, parents, choice);
      return untimed;
    case 22: {
      const incremental = choice.other % 2 === 0;
      job.add(`${id}-v`, { kind: "map" }, parents, { f: ([, v]: Pair) => v });
      const functions = { f: sum as JobFunction, ...(incremental ? { inverse: ((a: number, b: number) => a - b) as JobFunction } : {}) };
      addRecipe(job, `${id}-r`, [`${id}-v`], reduceByWindowRecipe({ windowMs, slideMs }, functions));
      job.add(id, { kind: "map" }, [`${id}-r`], { f: (v: number) => ["sum", v] });
      return { id, slide, timed: false };
    }
    case 23:
      addRecipe(job, `${id}-n`, parents, countByWindowRecipe({ windowMs, slideMs }));
      job.add(id, { kind: "map" }, [`${id}-n`], { f: (n: number) => ["seen", n] });
      return { id, slide, timed: false };
    case 24:
      if (choice.other % 2 === 0) {
        addRecipe(job, `${id}-n`, parents, countByValueAndWindowRecipe({ windowMs, slideMs }, partitions.partitions));
        job.add(id, { kind: "map" }, [`${id}-n`], { f: ([[k], n]: readonly [Pair, number]) => [k, n] });
      } else {
        addRecipe(job, `${id}-g`, parents, groupByKeyAndWindowRecipe({ windowMs, slideMs }, partitions.partitions));
        job.add(id, { kind: "mapValues" }, [`${id}-g`], { f: (list: readonly number[]) => total(list) + list.length });
      }
      return { id, slide, timed: false };
    case 25:
      return addTimeWindow(job, id, parent.timed ? parent : SOURCE_STREAM, choice);
    default: {
      const timedOf = (stream: Stream): Stream => (stream.timed ? stream : SOURCE_STREAM);
      const source = at(choice.other % 2);
      const once = parent.repeats === true ? SOURCE_STREAM : parent;
      return addTimed(job, { id, choice, parent: once, timed: timedOf(once), otherTimed: timedOf(at(choice.other)), source });
    }
  }
}

function addCombine(job: TestJob, id: string, parents: readonly string[], mapSideCombine: boolean): void {
  type Combined = readonly [number, number];
  job.add(`${id}-c`, { kind: "combineByKey", mapSideCombine }, parents, {
    create: (v: number) => [v, 1],
    mergeValue: (c: Combined, v: number) => [c[0] + v, c[1] + 1],
    mergeCombiners: (a: Combined, b: Combined) => [a[0] + b[0], a[1] + b[1]],
  });
  job.add(id, { kind: "mapValues" }, [`${id}-c`], { f: total });
}

function addRecipe(job: TestJob, id: string, parents: readonly string[], steps: readonly RecipeStep[]): void {
  let above = parents;
  for (const { suffix, spec, functions } of steps) above = [job.add(suffix === "" ? id : `${id}.${suffix}`, spec, above, functions)];
}

const SIDES = ["inner", "left-outer", "right-outer", "full-outer"] as const;

/** A join with one value per key on the right, so that chains of joins stay small. */
function addJoin(job: TestJob, id: string, [left, right]: readonly [string, string], choice: Choice): void {
  job.add(`${id}-r`, { kind: "reduceByKey" }, [right], { f: sum });
  const sides = SIDES[choice.size - 1] ?? "inner";
  job.add(
    `${id}-j`,
    { kind: "join", sides, ...(choice.slide === 3 ? { partitions: 5 } : {}) },
    choice.slide === 2 ? [`${id}-r`, left] : [left, `${id}-r`],
  );
  job.add(id, { kind: "mapValues" }, [`${id}-j`], { f: ([a, b]: readonly [number?, number?]) => (a ?? 100) * 2 + (b ?? 1_000) });
}

/** Distinct elements of the first batch, and how many elements each batch has. */
function transformed(lists: readonly (readonly Pair[])[], time: number): unknown[] {
  const [first = []] = lists;
  const distinct = Array.from(new Set(first.map((pair) => JSON.stringify(pair))), (text) => JSON.parse(text) as Pair);
  return [...distinct, ...lists.map((list, index) => [`n${index}`, list.length + (time % 7)])];
}

interface KeyState {
  exists(): boolean;
  getOption(): number | undefined;
  update(value: number): void;
  remove(): void;
  isTimingOut(): boolean;
}

/** Sums that do not depend on the order of the records of a batch, forgotten for certain values; the stream is the emissions or the states. */
function addMapState(job: TestJob, id: string, parents: readonly string[], choice: Choice): void {
  const f = (time: number, key: string | number, value: number | undefined, state: KeyState): unknown => {
    if (state.isTimingOut()) return [key, -(state.getOption() ?? 0)];
    if (choice.other % 5 !== 0 || !state.exists()) state.update((state.getOption() ?? 0) + (value ?? 0));
    return [key, (value ?? 0) + (time % 7)];
  };
  const timeout = choice.size === 1 ? {} : { timeoutMs: (choice.size - 1) * INTERVAL_MS };
  const check = choice.slide === 2 ? { timeoutCheckMs: 2 * INTERVAL_MS } : {};
  const isFirstWins = choice.other % 5 === 0;
  const hasInitial = choice.other % 3 === 0;
  const above = isFirstWins ? [`${id}-m`] : parents;
  if (isFirstWins) job.add(`${id}-m`, { kind: "reduceByKey" }, parents, { f: sum });
  const spec = { kind: "mapWithState", hasInitial, ...timeout, ...check, ...(choice.slide === 3 ? { partitions: 11 } : {}) } as const;
  job.add(`${id}-s`, spec, above, { f, initial: () => INITIAL });
  if (choice.operator % 2 === 0) job.add(id, { kind: "stateSnapshots" }, [`${id}-s`]);
  else job.add(id, { kind: "filter" }, [`${id}-s`], { f: () => true });
}

const INITIAL: readonly Pair[] = [
  ["x", 5],
  ["w", 7],
  [1, 9],
];

function addUpdate(job: TestJob, id: string, parents: readonly string[], choice: Choice): void {
  const form = choice.other;
  const hasInitial = choice.size > 2;
  const initial = (): readonly Pair[] => INITIAL;
  const own = { hasInitial, ...(choice.slide === 3 ? { partitions: choice.size } : {}) };
  const next = (values: readonly number[], state: number | undefined): number | undefined => {
    const value = (state ?? 0) + total(values) + 1;
    return value % 5 === 0 ? undefined : value;
  };
  if (form % 3 === 0) {
    job.add(id, { kind: "updateStateByKey", form: "values", ...own }, parents, { f: next, initial });
  } else if (form % 3 === 1) {
    const keyed = (time: number, _: unknown, values: readonly number[], state: number | undefined): number | undefined =>
      next([...values, time % 7], state);
    job.add(id, { kind: "updateStateByKey", form: "keyed", ...own }, parents, { f: keyed, initial });
  } else {
    const each = (visits: Iterable<readonly [unknown, readonly number[], number | undefined]>): unknown[] =>
      Array.from(visits, ([key, values, state]) => [key, next(values, state)]).filter((pair) => pair[1] !== undefined);
    job.add(id, { kind: "updateStateByKey", form: "iterator", ...own }, parents, { f: each, initial });
  }
}

interface SumAndCount {
  sum: number;
  count: number;
}

function addTimeWindow(job: TestJob, id: string, from: Stream, choice: Choice): Stream {
  const window = { sizeMs: choice.size * 10, slideMs: choice.slide * 10, offsetMs: choice.other % 7 };
  job.add(`${id}-w`, { kind: "aggregateByTimeWindow", window }, [from.id], {
    init: () => ({ sum: 0, count: 0 }),
    add: (a: SumAndCount, v: number) => {
      a.sum += v;
      a.count++;
      return a;
    },
    merge: (a: SumAndCount, b: SumAndCount) => {
      a.sum += b.sum;
      a.count += b.count;
      return a;
    },
    result: (a: SumAndCount) => a.sum * 100 + a.count,
  });
  const flat = (row: { readonly key: string; readonly window: { readonly start: number }; readonly value: number }): unknown => [
    `${row.key}@${row.window.start}`,
    row.value,
  ];
  job.add(id, { kind: "map" }, [`${id}-w`], { f: flat });
  return { id, slide: from.slide, timed: true };
}
