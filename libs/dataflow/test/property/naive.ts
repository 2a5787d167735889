import type { JobDefinition, OperatorNode } from "@millrace/model";
import { NaiveTimed, type Timed } from "./naive-timed.ts";
import type { Answered } from "./random-job.ts";

type Stream = readonly Timed[] | undefined;
type F = (...args: readonly unknown[]) => unknown;
type Pair = readonly [unknown, unknown];
type Groups = ReadonlyMap<string, { readonly values: readonly unknown[]; readonly key: unknown }>;
interface Cell {
  readonly key: unknown;
  readonly value: unknown;
  readonly stamp: number;
}
interface StateCall {
  readonly cells: Map<string, Cell>;
  readonly key: unknown;
  readonly value: unknown;
  readonly timeMs: number;
  readonly timingOut: boolean;
}
interface OpenWindow {
  readonly key: unknown;
  readonly start: number;
  readonly values: unknown[];
}

export interface NaiveBatch {
  readonly batch: number;
  readonly timeMs: number;
  readonly late: number | undefined;
  readonly evict: number | undefined;
  /** Elements by source. */
  readonly elements: ReadonlyMap<string, readonly unknown[]>;
}

/**
 * What a job must give, said as plainly as possible: every stream of every batch as a list, kept for ever; windows by looking at all of it again; one
 * partition, no combining, no buckets, no panes. Undefined: the stream has no batch at this time.
 */
export class NaiveJob {
  readonly #job: JobDefinition;
  readonly #history = new Map<string, Stream[]>();
  readonly #states = new Map<string, Map<string, Pair>>();
  readonly #cells = new Map<string, Map<string, Cell>>();
  readonly #windows = new Map<string, Map<string, OpenWindow>>();
  /** Late elements by operator, over all batches. */
  readonly late: Map<string, number>;
  readonly #timed: NaiveTimed;

  constructor(job: JobDefinition) {
    this.#job = job;
    this.#timed = new NaiveTimed(job.functions, job.graph.operators);
    this.late = this.#timed.late;
  }

  run(batch: NaiveBatch): ReadonlyMap<string, Stream> {
    const streams = new Map<string, Stream>();
    for (const operator of this.#job.graph.operators) {
      const parents = operator.parents.map((id) => streams.get(id));
      const given = parents.every((parent) => parent !== undefined) ? parents : undefined;
      const timed =
        given && this.#timed.run(operator, given, { n: batch.batch, timeMs: batch.timeMs, late: batch.late, evict: batch.evict });
      const stream =
        timed ??
        (operator.parents.length > 1 || operator.kind === "transform"
          ? this.#together(operator, parents, batch)
          : this.#evaluate(operator, parents[0], batch));
      streams.set(operator.id, stream);
      this.#history.set(operator.id, [...(this.#history.get(operator.id) ?? []), stream]);
    }
    return streams;
  }

  #together(operator: OperatorNode, parents: readonly Stream[], batch: NaiveBatch): Stream {
    if (operator.kind === "union") return unionOf(parents);
    const lists = parents.flatMap((parent) => (parent === undefined ? [] : [parent.map(({ value }) => value)]));
    if (lists.length < parents.length) return undefined;
    if (operator.kind === "transform") return untimed(this.#function(operator, "f")(lists, batch.timeMs) as unknown[]);
    const [lefts = NO_GROUPS, rights = NO_GROUPS] = lists.map(
      (list): Groups => new Map(grouped(list as Pair[]).map(([key, values]) => [JSON.stringify(key), { key, values }])),
    );
    const keys = new Map([...lefts, ...rights].map(([text, { key }]) => [text, key]));
    if (operator.kind === "cogroup")
      return untimed(Array.from(keys, ([text, key]) => [key, [lefts.get(text)?.values ?? [], rights.get(text)?.values ?? []]]));
    const sides = operator.kind === "join" ? operator.sides : "inner";
    const filled = (groups: Groups, text: string, mayMiss: boolean): readonly unknown[] =>
      groups.get(text)?.values ?? (mayMiss ? [undefined] : []);
    return untimed(
      Array.from(keys).flatMap(([text, key]) => {
        const ofLeft = filled(lefts, text, sides === "right-outer" || sides === "full-outer");
        const ofRight = filled(rights, text, sides === "left-outer" || sides === "full-outer");
        return ofLeft.flatMap((one) => ofRight.map((other) => [key, [one, other]]));
      }),
    );
  }

  #evaluate(operator: OperatorNode, parent: Stream, batch: NaiveBatch): Stream {
    switch (operator.kind) {
      case "source":
        return (batch.elements.get(operator.id) ?? []).map((value) => ({ value, time: batch.timeMs }));
      case "window":
        return this.#window(operator, batch.batch)?.flat();
      case "reduceByKeyAndWindow":
        return operator.inverse ? this.#inverseWindow(operator, batch.batch) : untimed(this.#windowReduction(operator, batch.batch));
      default:
        return parent && this.#perBatch(operator, parent, batch);
    }
  }

  #perBatch(operator: OperatorNode, parent: readonly Timed[], batch: NaiveBatch): Stream {
    const f = this.#function(operator, "f");
    switch (operator.kind) {
      case "map":
        return parent.map(({ value, time }) => ({ value: f(value), time }));
      case "mapAsync":
        return parent.map(({ value, time }) => ({ value: (f(value) as Answered<unknown>).answer, time }));
      case "filter":
        return parent.filter(({ value }) => f(value));
      case "flatMap":
        return parent.flatMap(({ value, time }) => Array.from(f(value) as Iterable<unknown>, (item) => ({ value: item, time })));
      case "mapValues":
        return parent.map(({ value, time }) => ({ value: [(value as Pair)[0], f((value as Pair)[1])], time }));
      case "flatMapValues":
        return parent.flatMap(({ value, time }) =>
          Array.from(f((value as Pair)[1]) as Iterable<unknown>, (item) => ({ value: [(value as Pair)[0], item], time })),
        );
      case "mapPartitions":
        return untimed(Array.from(f(parent.map(({ value }) => value)) as Iterable<unknown>));
      case "glom":
        return untimed([parent.map(({ value }) => value)]);
      case "count":
        return untimed([parent.length]);
      case "countByValue":
        return untimed(grouped(parent.map(({ value }) => [value, 1])).map(([key, values]) => [key, values.length]));
      case "reduce":
        return parent.length === 0 ? [] : untimed([parent.map(({ value }) => value).reduce((a, b) => f(a, b))]);
      case "groupByKey":
        return untimed(grouped(pairsOf(parent)));
      case "reduceByKey":
        return untimed(grouped(pairsOf(parent)).map(([key, values]) => [key, values.reduce((a, b) => f(a, b))]));
      case "combineByKey":
        return untimed(grouped(pairsOf(parent)).map(([key, values]) => [key, this.#combine(operator, values)]));
      case "mapWithState":
        return this.#mapState(operator, parent, batch);
      case "stateSnapshots":
        return untimed(Array.from(this.#cells.get(operator.parents[0] ?? "")?.values() ?? [], ({ key, value }) => [key, value]));
      case "updateStateByKey":
        return this.#update(operator, parent, batch.timeMs);
      case "eventTime": {
        const timeOf = this.#function(operator, "time");
        return parent.map(({ value }) => ({ value, time: timeOf(value) as number })).filter(({ time }) => Number.isFinite(time));
      }
      case "aggregateByTimeWindow":
        return this.#timeWindows(operator, parent, batch);
      default:
        return parent;
    }
  }

  #combine(operator: OperatorNode, [first, ...rest]: readonly unknown[]): unknown {
    const mergeValue = this.#function(operator, "mergeValue");
    return rest.reduce((combined, value) => mergeValue(combined, value), this.#function(operator, "create")(first));
  }

  /** Batches of the parent in (n - W, n], if n is on the slide. */
  #window(operator: OperatorNode & { windowMs: number; slideMs: number }, n: number): readonly (readonly Timed[])[] | undefined {
    const interval = this.#job.graph.settings.batchIntervalMs;
    if ((n * interval) % operator.slideMs !== 0) return undefined;
    const history = this.#history.get(operator.parents[0] ?? "") ?? [];
    return history
      .slice(Math.max(0, n - operator.windowMs / interval), n)
      .map((stream) => untimed((stream ?? []).map(({ value }) => value)));
  }

  #windowReduction(operator: OperatorNode & { windowMs: number; slideMs: number }, n: number): Pair[] | undefined {
    const f = this.#function(operator, "f");
    const window = this.#window(operator, n);
    return window && grouped(pairsOf(window.flat())).map(([key, values]) => [key, values.reduce((a, b) => f(a, b))] as const);
  }

  /** The functions of these tests are + and -: keys of all windows so far with the sum over this one, 0 for those that left; filtered: only sums ≠ 0. */
  #inverseWindow(operator: OperatorNode & { kind: "reduceByKeyAndWindow" }, n: number): Stream {
    const sums = this.#windowReduction(operator, n);
    if (sums === undefined) return undefined;
    const seen = this.#stateOf(operator.id);
    for (const pair of sums) seen.set(JSON.stringify(pair[0]), pair);
    const current = new Map(sums.map((pair) => [JSON.stringify(pair[0]), pair[1]]));
    const all = Array.from(seen, ([text, [key]]) => [key, current.get(text) ?? 0] as const);
    return untimed(operator.filtered ? all.filter(([, value]) => value !== 0) : all);
  }

  #update(operator: OperatorNode & { kind: "updateStateByKey" }, parent: readonly Timed[], timeMs: number): Stream {
    const f = this.#function(operator, "f");
    const isFirst = !this.#states.has(operator.id);
    const state = this.#stateOf(operator.id);
    if (isFirst && operator.hasInitial === true) for (const pair of this.#initial(operator)) state.set(JSON.stringify(pair[0]), pair);
    const groups = new Map(grouped(pairsOf(parent)).map(([key, values]) => [JSON.stringify(key), { key, values }]));
    for (const [text, [key]] of state) if (!groups.has(text)) groups.set(text, { key, values: [] });
    for (const [text, { key, values }] of groups) {
      const old = state.get(text)?.[1];
      const next =
        operator.form === "keyed"
          ? f(timeMs, key, values, old)
          : operator.form === "values"
            ? f(values, old)
            : firstState(f([[key, values, old]]));
      if (next === undefined) state.delete(text);
      else state.set(text, [key, next]);
    }
    return untimed(Array.from(state.values()));
  }

  #initial(operator: OperatorNode): readonly Pair[] {
    return this.#function(operator, "initial")() as readonly Pair[];
  }

  #mapState(operator: OperatorNode & { kind: "mapWithState" }, parent: readonly Timed[], { timeMs }: NaiveBatch): Stream {
    let cells = this.#cells.get(operator.id);
    if (cells === undefined) {
      const initial = operator.hasInitial === true ? this.#initial(operator) : [];
      this.#cells.set(operator.id, (cells = new Map(initial.map(([key, value]) => [JSON.stringify(key), { key, value, stamp: timeMs }]))));
    }
    const emitted: unknown[] = [];
    for (const [key, value] of pairsOf(parent)) this.#call(operator, { cells, key, value, timeMs, timingOut: false }, emitted);
    const looks = operator.timeoutMs !== undefined && timeMs % (operator.timeoutCheckMs ?? 1) === 0;
    for (const { key, stamp } of looks ? [...cells.values()] : []) {
      if (stamp < timeMs - (operator.timeoutMs ?? 0))
        this.#call(operator, { cells, key, value: undefined, timeMs, timingOut: true }, emitted);
    }
    return untimed(emitted.filter((one) => one !== undefined));
  }

  #call(operator: OperatorNode & { kind: "mapWithState" }, call: StateCall, emitted: unknown[]): void {
    const { cells, key, value, timeMs, timingOut } = call;
    const text = JSON.stringify(key);
    const old = cells.get(text);
    const written: unknown[] = [];
    const current = (): unknown => written.at(-1) ?? old?.value;
    const state = {
      exists: () => current() !== undefined,
      getOption: current,
      update: (given: unknown) => written.push(given),
      isTimingOut: () => timingOut,
    };
    emitted.push(this.#function(operator, "f")(timeMs, key, value, state));
    if (timingOut) cells.delete(text);
    else if (written.length > 0 || (old !== undefined && operator.timeoutMs !== undefined))
      cells.set(text, { key, value: current(), stamp: timeMs });
  }

  #timeWindows(operator: OperatorNode & { kind: "aggregateByTimeWindow" }, parent: readonly Timed[], batch: NaiveBatch): Stream {
    const { sizeMs, slideMs, offsetMs } = operator.window;
    const { late, evict } = this.#timed.bounds(operator.id, { n: batch.batch, timeMs: batch.timeMs, late: batch.late, evict: batch.evict });
    const open = this.#windows.get(operator.id) ?? new Map<string, OpenWindow>();
    this.#windows.set(operator.id, open);
    for (const { value, time } of parent) {
      const [key, item] = value as Pair;
      const starts: number[] = [];
      for (let start = Math.floor((time - offsetMs) / slideMs) * slideMs + offsetMs; start > time - sizeMs; start -= slideMs)
        starts.push(start);
      const alive = starts.filter((start) => start + sizeMs > late);
      if (starts.length > 0 && alive.length === 0) this.late.set(operator.id, (this.late.get(operator.id) ?? 0) + 1);
      for (const start of alive) {
        const text = JSON.stringify([key, start]);
        const window = open.get(text) ?? { key, start, values: [] };
        window.values.push(item);
        open.set(text, window);
      }
    }
    const closed = Array.from(open).filter(([, { start }]) => start + sizeMs <= evict);
    for (const [text] of closed) open.delete(text);
    const init = this.#function(operator, "init");
    const add = this.#function(operator, "add");
    const result = this.#function(operator, "result");
    return closed.map(([, { key, start, values }]) => {
      const accumulated = values.reduce((sum, value) => add(sum, value), init());
      return { value: { key, window: { start, end: start + sizeMs }, value: result(accumulated) }, time: start + sizeMs - 0.001 };
    });
  }

  #stateOf(id: string): Map<string, Pair> {
    const state = this.#states.get(id) ?? new Map<string, Pair>();
    this.#states.set(id, state);
    return state;
  }

  #function(operator: OperatorNode, name: string): F {
    return this.#job.functions.get(operator.id)?.[name] ?? (() => undefined);
  }
}

const NO_GROUPS: Groups = new Map();

function unionOf(parents: readonly Stream[]): Stream {
  return parents.every((parent) => parent === undefined) ? undefined : parents.flatMap((parent) => parent ?? []);
}

function firstState(result: unknown): unknown {
  return Array.from(result as Iterable<Pair>)[0]?.[1];
}

function untimed(values: readonly unknown[]): Timed[];
function untimed(values: readonly unknown[] | undefined): Timed[] | undefined;
function untimed(values: readonly unknown[] | undefined): Timed[] | undefined {
  return values?.map((value) => ({ value, time: NaN }));
}

function pairsOf(stream: readonly Timed[]): Pair[] {
  return stream.map(({ value }) => value as Pair);
}

function grouped(pairs: readonly Pair[]): [unknown, unknown[]][] {
  const groups = new Map<string, [unknown, unknown[]]>();
  for (const [key, value] of pairs) {
    const group = groups.get(JSON.stringify(key)) ?? [key, []];
    group[1].push(value);
    groups.set(JSON.stringify(key), group);
  }
  return Array.from(groups.values());
}
