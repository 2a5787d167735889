import {
  countByValueAndWindowRecipe,
  countByWindowRecipe,
  groupByKeyAndWindowRecipe,
  type RecipeStep,
  reduceByWindowRecipe,
} from "@millrace/model";
import { Batch } from "./batch.ts";
import { type AsyncCall, asyncMap, type AsyncMapOptions } from "./async-map.ts";
import { checkBatchWindow, checkDuration } from "./checks.ts";
import type { Duration } from "./duration.ts";
import { eraseFunction, eraseFunctions, type FunctionsByName } from "./erase.ts";
import { addEventTime } from "./event-time-operators.ts";
import type { ModeOptions, Timed } from "./event-time-types.ts";
import { jobError } from "./errors.ts";
import { type GraphBuilder, idOf, type OperatorDraft, type OperatorInit, type OperatorSpec } from "./graph-builder.ts";
import type { Sink, SinkParts } from "./kafka.ts";
import type { KeyOf, Pair, ValueOf } from "./pair.ts";
import { draftsOf } from "./several-streams.ts";
import { hasInitial, initialFunction, joinSpec, shuffle, type ShuffleOptions, type UpdateOptions } from "./shuffle-options.ts";
import { StateSpec } from "./state-spec.ts";
import { StatefulOperators } from "./stateful-stream.ts";
import type { EventTimeOptions, Output, ToOptions } from "./stream-types.ts";
import { transformOf, unionOf } from "./together.ts";

/** Stands as `this` of operators that need keys: on a stream of something else the call does not compile. */
type PairStream = DStream<Pair<unknown, unknown>>;
type PairOf<T> = Pair<KeyOf<T>, ValueOf<T>>;

/** What `mapWithState` gives: its emissions, and the state behind them. */
export interface StateStream<K, S> {
  /** All live [key, state] after each batch. */
  stateSnapshots(): DStream<Pair<K, S>>;
}

/**
 * A stream of batches of T, with Spark Streaming's names and rules. Calling an operator adds to the job's graph and returns the new
 * stream; nothing runs. Functions must be pure in what they are given: a batch that is run again must give the same output.
 * Operators that need keys are there when T is a pair (see `PairStream`); on other streams they do not compile.
 *
 * Longer than a file should be because it is the API: one place to read what a stream can do.
 */
export class DStream<out T, out Time = unknown> extends StatefulOperators<T, Time> {
  readonly #graph: GraphBuilder;
  readonly #draft: OperatorDraft;

  /** Streams come from `ctx.source` and from operators. */
  constructor(graph: GraphBuilder, draft: OperatorDraft) {
    super({ graph, draft });
    this.#graph = graph;
    this.#draft = draft;
  }

  /** Gives the operator that made this stream a stable id, by which later versions of the job find its state. */
  named(id: string): this {
    this.#graph.name(this.#draft, id);
    return this;
  }

  /** How often the stream's state should be saved: a multiple of its slide. So far the job's `checkpointInterval` decides for all operators; this is checked. */
  checkpoint(interval: Duration): this {
    checkDuration(interval, `checkpoint of ${idOf(this.#draft)}`);
    this.#graph.checkpoint(this.#draft, interval);
    return this;
  }

  // --- per element -------------------------------------------------------------------------------------------------------------------

  map<U>(f: (element: T) => U): DStream<U, Time> {
    return this.#with<U, Time>({ kind: "map" }, { f });
  }

  flatMap<U>(f: (element: T) => Iterable<U>): DStream<U, Time> {
    return this.#with<U, Time>({ kind: "flatMap" }, { f });
  }

  filter<S extends T>(f: (element: T) => element is S): DStream<S, Time>;
  filter(f: (element: T) => boolean): DStream<T, Time>;
  filter(f: (element: T) => boolean): DStream<T, Time> {
    return this.#with<T, Time>({ kind: "filter" }, { f });
  }

  /**
   * What a promise answers takes the element's place: an answer of a service, a row of a database. Answers are written down before anything that follows from them leaves the job, and used again when
   * a batch is repeated: results are exactly once though the service may be asked more than once. Elements of a source partition stay together, and in their order unless `order` says otherwise.
   */
  mapAsync<U>(f: (element: T, call: AsyncCall) => Promise<U>, options: AsyncMapOptions<T, U> = {}): DStream<U, Time> {
    const { spec, functions } = asyncMap(f, options);
    return this.#with<U, Time>(spec, functions);
  }

  /** Once per partition and batch, empty partitions included. Results have no event time. */
  mapPartitions<U>(f: (elements: Iterable<T>) => Iterable<U>): DStream<U> {
    return this.#with<U>({ kind: "mapPartitions" }, { f }, { hasEventTime: false });
  }

  /** One array per partition and batch, [] for an empty one. */
  glom(): DStream<readonly T[]> {
    return this.#with<readonly T[]>({ kind: "glom" }, {}, { hasEventTime: false });
  }

  /** Elements of both, this stream's first. Both must come from one job and have the same slide. */
  union(...others: readonly DStream<T, Time>[]): DStream<T, Time> {
    return unionOf<T, Time>(this.#graph, [this, ...others]);
  }

  // --- per batch ---------------------------------------------------------------------------------------------------------------------

  /** One element per batch, none for an empty batch. `f` must be associative. */
  reduce(f: (left: T, right: T) => T): DStream<T> {
    return this.#with<T>({ kind: "reduce" }, { f }, { hasEventTime: false });
  }

  /** Exactly one element per batch, 0 for an empty one. */
  count(): DStream<number> {
    return this.#with<number>({ kind: "count" }, {}, { hasEventTime: false });
  }

  /** Per distinct element of a batch how often it occurs. */
  countByValue(options: ShuffleOptions = {}): DStream<Pair<T, number>> {
    return this.#with<Pair<T, number>>({ kind: "countByValue", ...shuffle(options) }, {}, { hasEventTime: false });
  }

  /** The same elements in exactly so many partitions, in turn. */
  repartition(partitions: number): DStream<T> {
    return this.#with<T>({ kind: "repartition", ...shuffle({ partitions }), partitions }, {}, { hasEventTime: false });
  }

  /**
   * `f` once per batch, on the whole batch: what it returns is the batch of the new stream. All elements come to one task for it, so keep what can be
   * done per element or per key outside.
   */
  transform<U>(f: (batch: Batch<T>, time: number) => Batch<U>): DStream<U> {
    return transformOf<U>(this.#graph, [this], ([elements], time) => f(Batch.of((elements ?? []) as readonly T[]), time));
  }

  /** The same with the batch of another stream at the same time; both must have one slide. */
  transformWith<W, U>(other: DStream<W>, f: (left: Batch<T>, right: Batch<W>, time: number) => Batch<U>): DStream<U> {
    return transformOf<U>(this.#graph, [this, other], ([left, right], time) =>
      f(Batch.of((left ?? []) as readonly T[]), Batch.of((right ?? []) as readonly W[]), time),
    );
  }

  /** At each slide the reduction of the batches in (t − window, t]; no element if they hold none. */
  reduceByWindow(f: (left: T, right: T) => T, window: Duration, slide?: Duration): DStream<T>;
  /** The same, incrementally: `inverse(f(a, b), a)` must be b. Nothing before the first element ever, from then on one element per window. */
  reduceByWindow(f: (left: T, right: T) => T, inverse: (whole: T, part: T) => T, window: Duration, slide?: Duration): DStream<T>;
  reduceByWindow(
    f: (left: T, right: T) => T,
    second: Duration | ((whole: T, part: T) => T),
    third?: Duration,
    fourth?: Duration,
  ): DStream<T> {
    const incremental = typeof second === "function";
    const window = this.#batchWindow(incremental ? third : second, incremental ? fourth : third);
    const functions = { f: eraseFunction(f), ...(incremental ? { inverse: eraseFunction(second) } : {}) };
    return this.#recipe<T>("reduceByWindow", reduceByWindowRecipe(window, functions));
  }

  /** How many elements the window holds; nothing before the first element ever, then 0 for an empty window. */
  countByWindow(window: Duration, slide?: Duration): DStream<number> {
    return this.#recipe<number>("countByWindow", countByWindowRecipe(this.#batchWindow(window, slide)));
  }

  /** Per distinct element of the window how often it occurs. */
  countByValueAndWindow(window: Duration, slide?: Duration, options: ShuffleOptions = {}): DStream<Pair<T, number>> {
    const { partitions } = shuffle(options);
    return this.#recipe<Pair<T, number>>(
      "countByValueAndWindow",
      countByValueAndWindowRecipe(this.#batchWindow(window, slide), partitions),
    );
  }

  /** At each slide (default: this stream's own) all elements of the batches in (t − window, t], oldest first. Early windows are partial. */
  window(window: Duration, slide?: Duration): DStream<T> {
    return this.#with<T>(
      { kind: "window", ...this.#batchWindow(window, slide) },
      {},
      { slideMs: slide ?? this.#draft.slideMs, hasEventTime: false },
    );
  }

  // --- per key and batch -------------------------------------------------------------------------------------------------------------

  /** The key stays, and with it the bucket. */
  mapValues<U>(this: PairStream, f: (value: ValueOf<T>) => U): DStream<Pair<KeyOf<T>, U>, Time> {
    return this.#with<Pair<KeyOf<T>, U>, Time>({ kind: "mapValues" }, { f });
  }

  flatMapValues<U>(this: PairStream, f: (value: ValueOf<T>) => Iterable<U>): DStream<Pair<KeyOf<T>, U>, Time> {
    return this.#with<Pair<KeyOf<T>, U>, Time>({ kind: "flatMapValues" }, { f });
  }

  /** All values of a key in a batch, in order of (source task, record). Prefer reduceByKey: it moves less. */
  groupByKey(this: PairStream, options: ShuffleOptions = {}): DStream<Pair<KeyOf<T>, readonly ValueOf<T>[]>> {
    return this.#with<Pair<KeyOf<T>, readonly ValueOf<T>[]>>({ kind: "groupByKey", ...shuffle(options) }, {}, { hasEventTime: false });
  }

  /** All values of a key in the window, oldest batch first. */
  groupByKeyAndWindow(
    this: PairStream,
    window: Duration,
    slide?: Duration,
    options: ShuffleOptions = {},
  ): DStream<Pair<KeyOf<T>, readonly ValueOf<T>[]>> {
    const steps = groupByKeyAndWindowRecipe(this.#batchWindow(window, slide), shuffle(options).partitions);
    return this.#recipe<Pair<KeyOf<T>, readonly ValueOf<T>[]>>("groupByKeyAndWindow", steps);
  }

  /** Per key of either stream the values of both in this batch; a side without values is []. Both streams must have one slide. */
  cogroup<W>(
    this: PairStream,
    other: DStream<Pair<KeyOf<T>, W>>,
    options: ShuffleOptions = {},
  ): DStream<Pair<KeyOf<T>, Pair<readonly ValueOf<T>[], readonly W[]>>> {
    const spec: OperatorSpec = { kind: "cogroup", ...shuffle(options) };
    return this.#both<Pair<KeyOf<T>, Pair<readonly ValueOf<T>[], readonly W[]>>>(other, spec);
  }

  /** Batch against batch: per key every pair of a left and a right value. Window both streams first to join over a time. */
  join<W>(this: PairStream, other: DStream<Pair<KeyOf<T>, W>>, options: ShuffleOptions = {}): DStream<Pair<KeyOf<T>, Pair<ValueOf<T>, W>>> {
    return this.#both<Pair<KeyOf<T>, Pair<ValueOf<T>, W>>>(other, joinSpec("inner", options));
  }

  /** The same; a left value whose key has no right one comes with undefined. */
  leftOuterJoin<W>(
    this: PairStream,
    other: DStream<Pair<KeyOf<T>, W>>,
    options: ShuffleOptions = {},
  ): DStream<Pair<KeyOf<T>, Pair<ValueOf<T>, W | undefined>>> {
    return this.#both<Pair<KeyOf<T>, Pair<ValueOf<T>, W | undefined>>>(other, joinSpec("left-outer", options));
  }

  /** The same; a right value whose key has no left one comes with undefined. */
  rightOuterJoin<W>(
    this: PairStream,
    other: DStream<Pair<KeyOf<T>, W>>,
    options: ShuffleOptions = {},
  ): DStream<Pair<KeyOf<T>, Pair<ValueOf<T> | undefined, W>>> {
    return this.#both<Pair<KeyOf<T>, Pair<ValueOf<T> | undefined, W>>>(other, joinSpec("right-outer", options));
  }

  /** Values of either side whose key is missing on the other come with undefined; never are both. */
  fullOuterJoin<W>(
    this: PairStream,
    other: DStream<Pair<KeyOf<T>, W>>,
    options: ShuffleOptions = {},
  ): DStream<Pair<KeyOf<T>, Pair<ValueOf<T> | undefined, W | undefined>>> {
    return this.#both<Pair<KeyOf<T>, Pair<ValueOf<T> | undefined, W | undefined>>>(other, joinSpec("full-outer", options));
  }

  /** One element per key of a batch. `f` must be associative; it runs on the sending side too. */
  reduceByKey(this: PairStream, f: (left: ValueOf<T>, right: ValueOf<T>) => ValueOf<T>, options: ShuffleOptions = {}): DStream<PairOf<T>> {
    return this.#with<PairOf<T>>({ kind: "reduceByKey", ...shuffle(options) }, { f }, { hasEventTime: false });
  }

  combineByKey<C>(
    this: PairStream,
    create: (value: ValueOf<T>) => C,
    mergeValue: (combiner: C, value: ValueOf<T>) => C,
    mergeCombiners: (left: C, right: C) => C,
    options: ShuffleOptions & { readonly mapSideCombine?: boolean } = {},
  ): DStream<Pair<KeyOf<T>, C>> {
    const spec: OperatorSpec = { kind: "combineByKey", mapSideCombine: options.mapSideCombine ?? true, ...shuffle(options) };
    return this.#with<Pair<KeyOf<T>, C>>(spec, { create, mergeValue, mergeCombiners }, { hasEventTime: false });
  }

  /**
   * Keeps a state per key over all batches. Each batch `f` is called for every key that has state and every key with new values
   * (`[]` if none); undefined deletes the key. Yields all live [key, state]. Forms, by `form`: "values" (default) (values, state);
   * "keyed" (time, key, values, state); "iterator" [key, values, state][] → [key, state][], once per partition. `initial` is the state before
   * the first batch: its keys are visited in it even without values.
   */
  updateStateByKey<S>(
    this: PairStream,
    f: (values: readonly ValueOf<T>[], state: S | undefined) => S | undefined,
    options?: UpdateOptions<KeyOf<T>, S> & { readonly form?: "values" },
  ): DStream<Pair<KeyOf<T>, S>>;
  updateStateByKey<S>(
    this: PairStream,
    f: (time: number, key: KeyOf<T>, values: readonly ValueOf<T>[], state: S | undefined) => S | undefined,
    options: UpdateOptions<KeyOf<T>, S> & { readonly form: "keyed" },
  ): DStream<Pair<KeyOf<T>, S>>;
  updateStateByKey<S>(
    this: PairStream,
    f: (states: Iterable<readonly [key: KeyOf<T>, values: readonly ValueOf<T>[], state: S | undefined]>) => Iterable<Pair<KeyOf<T>, S>>,
    options: UpdateOptions<KeyOf<T>, S> & { readonly form: "iterator" },
  ): DStream<Pair<KeyOf<T>, S>>;
  updateStateByKey<S>(
    this: PairStream,
    f: (...args: never[]) => unknown,
    options: UpdateOptions<KeyOf<T>, S> & { readonly form?: "values" | "keyed" | "iterator" } = {},
  ): DStream<Pair<KeyOf<T>, S>> {
    const { initial } = options;
    const spec: OperatorSpec = { kind: "updateStateByKey", form: options.form ?? "values", ...hasInitial(initial), ...shuffle(options) };
    return this.#with<Pair<KeyOf<T>, S>>(spec, { f, ...initialFunction(initial) }, { hasEventTime: false });
  }

  /**
   * Calls the function of the spec once per record, in order, with the state of the record's key, and yields what it returns. Only touched keys cost
   * anything. `stateSnapshots()` of the result: all live keys with their state.
   */
  mapWithState<S, E>(this: PairStream, spec: StateSpec<KeyOf<T>, ValueOf<T>, S, E>): DStream<E> & StateStream<KeyOf<T>, S> {
    const { f, initial, partitions, timeoutMs, timeoutCheckMs } = StateSpec.parts(spec);
    const node: OperatorSpec = {
      kind: "mapWithState",
      ...hasInitial(initial),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(timeoutCheckMs === undefined ? {} : { timeoutCheckMs }),
      ...shuffle(partitions === undefined ? {} : { partitions }),
    };
    const mapped = this.#with<E>(node, { f, ...initialFunction(initial) }, { hasEventTime: false });
    const stateSnapshots = (): DStream<Pair<KeyOf<T>, S>> =>
      mapped.#with<Pair<KeyOf<T>, S>>({ kind: "stateSnapshots" }, {}, { hasEventTime: false });
    return Object.assign(mapped, { stateSnapshots });
  }

  /** Per key the reduction over the batches in (t − window, t]. Keys vanish when they leave the window. */
  reduceByKeyAndWindow(
    this: PairStream,
    f: (left: ValueOf<T>, right: ValueOf<T>) => ValueOf<T>,
    window: Duration,
    slide?: Duration,
    options?: ShuffleOptions,
  ): DStream<PairOf<T>>;
  /**
   * The same, incrementally: `inverse(f(a, b), a)` must be b. Without a filter keys never disappear (a sum stays at 0) and state grows
   * with all keys ever seen; with one, a [key, value] that fails it is not emitted and its key is dropped when it has left the window.
   */
  reduceByKeyAndWindow(
    this: PairStream,
    f: (left: ValueOf<T>, right: ValueOf<T>) => ValueOf<T>,
    inverse: (whole: ValueOf<T>, part: ValueOf<T>) => ValueOf<T>,
    window: Duration,
    slide?: Duration,
    options?: ShuffleOptions & { readonly filter?: (key: KeyOf<T>, value: ValueOf<T>) => boolean },
  ): DStream<PairOf<T>>;
  reduceByKeyAndWindow(
    this: PairStream,
    f: (...args: never[]) => unknown,
    second: Duration | ((...args: never[]) => unknown),
    third?: Duration,
    fourth?: Duration | ShuffleOptions,
    fifth: ShuffleOptions & { readonly filter?: (key: KeyOf<T>, value: ValueOf<T>) => boolean } = {},
  ): DStream<PairOf<T>> {
    const incremental = typeof second === "function";
    const slide = typeof fourth === "object" ? undefined : fourth;
    const window = this.#batchWindow(incremental ? third : second, incremental ? slide : third);
    const options = typeof fourth === "object" ? fourth : fifth;
    const { filter } = fifth;
    const how = { inverse: incremental, filtered: filter !== undefined, ...shuffle(options) };
    const spec: OperatorSpec = { kind: "reduceByKeyAndWindow", ...window, ...how };
    const functions = { f, ...(incremental ? { inverse: second } : {}), ...(filter === undefined ? {} : { filter }) };
    return this.#with<PairOf<T>>(spec, functions, { slideMs: window.slideMs, hasEventTime: false });
  }

  // --- event time --------------------------------------------------------------------------------------------------------------------

  /** Says when an element happened (milliseconds since 1970 UTC) and how far out of order elements may come. Once on a stream's way. */
  withEventTime(time: (element: T) => number, options: EventTimeOptions): DStream<T, Timed> {
    const added = addEventTime(this.#graph, this.#draft, { time: eraseFunction(time), options });
    return new DStream<T, Timed>(this.#graph, added);
  }

  // --- outputs -----------------------------------------------------------------------------------------------------------------------

  /**
   * Writes each element as a record, exactly once: the records of a batch become visible together, with the mark that the batch is done.
   * By default a pair's parts become key and value where the topic has keys, else the element is the value; `key` and `value` take other
   * elements apart.
   */
  to<K, V>(topic: SinkParts<K, V>, options: ToOptions<T> & { readonly key: (element: T) => K; readonly value: (element: T) => V }): Output;
  to<K>(topic: SinkParts<K, T>, options: ToOptions<T> & { readonly key: (element: T) => K }): Output;
  to<V>(topic: SinkParts<undefined, V>, options: ToOptions<T> & { readonly value: (element: T) => V }): Output;
  to(topic: Sink<T>, options?: ToOptions<T>): Output;
  to(
    topic: SinkParts<never, never>,
    options: ToOptions<T> & { readonly key?: (element: T) => unknown; readonly value?: (element: T) => unknown } = {},
  ): Output {
    const { key, value, timestamp } = options;
    const functions: Record<string, (...args: never[]) => unknown> = { ...topic.functions };
    if (topic.sink.key !== undefined) functions.key = key ?? firstOfPair;
    functions.value = value ?? (topic.sink.key !== undefined && key === undefined ? secondOfPair : wholeElement);
    if (timestamp !== undefined) functions.timestamp = timestamp;
    return this.#output({ kind: "sink", sink: topic.sink, ...modeOf(options) }, functions);
  }

  /**
   * Calls `f` with all elements of each batch, in one place, in batch order. At least once: after a failure a batch may come again,
   * under the same `time` and `id` (job, operator and batch), which is the key to make its effect idempotent.
   */
  foreachBatch(f: (elements: readonly T[], time: number, id: string) => void | Promise<void>, options: ModeOptions = {}): Output {
    return this.#output({ kind: "foreachBatch", ...modeOf(options) }, { f });
  }

  /** Of a batch that a program runs by hand (`ctx.batch` of `@millrace/streams/testing`): runs it, and gives all elements. In a job it is refused. */
  collect(): Promise<readonly T[]> {
    return this.#graph.collect(this.#draft) as Promise<readonly T[]>;
  }

  /** Prints the time of each batch and its first elements to the job's log. */
  print(count = 10): Output {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw jobError("invalid-operator-setting", "print takes how many elements to show, at least 1", { operator: "print", count });
    }
    return this.#output({ kind: "print", count }, {});
  }

  #with<U, Own = unknown>(
    spec: OperatorSpec,
    functions: FunctionsByName,
    init: Pick<OperatorInit, "slideMs" | "hasEventTime"> = {},
  ): DStream<U, Own> {
    return new DStream<U, Own>(
      this.#graph,
      this.#graph.add({ spec, parents: [this.#draft], functions: eraseFunctions(functions), ...init }),
    );
  }

  /** An operator over this stream and another of the same job and slide. */
  #both<U>(other: DStream<unknown>, spec: OperatorSpec): DStream<U> {
    const parents = draftsOf(this.#graph, [this, other].map(DStream.parts), spec.kind);
    return new DStream<U>(this.#graph, this.#graph.add({ spec, parents, hasEventTime: false }));
  }

  #recipe<U>(kind: string, steps: readonly RecipeStep[]): DStream<U> {
    return new DStream<U>(this.#graph, this.#graph.addRecipe(this.#draft, kind, steps));
  }

  #output(spec: OperatorSpec, functions: FunctionsByName): Output {
    const draft = this.#graph.add({ spec, parents: [this.#draft], functions: eraseFunctions(functions) });
    const output: Output = {
      named: (id) => {
        this.#graph.name(draft, id);
        return output;
      },
    };
    return output;
  }

  #batchWindow(window: Duration | undefined, slide: Duration | undefined): { readonly windowMs: number; readonly slideMs: number } {
    const result = { windowMs: window ?? Number.NaN, slideMs: slide ?? this.#draft.slideMs };
    checkBatchWindow(this.#draft, result);
    return result;
  }
}

const firstOfPair = (element: readonly unknown[]): unknown => element[0];
const secondOfPair = (element: readonly unknown[]): unknown => element[1];
const wholeElement = (element: unknown): unknown => element;

function modeOf({ mode }: ModeOptions): ModeOptions {
  return mode === undefined ? {} : { mode };
}
