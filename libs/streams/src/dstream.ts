import type { JobFunction } from "@millrace/model";
import { type Aggregator, aggregatorFunctions } from "./aggregator.ts";
import { checkBatchWindow, checkDuration, timeWindow, type TimeWindowSpec } from "./checks.ts";
import type { Duration } from "./duration.ts";
import { eraseFunction } from "./erase.ts";
import { jobError } from "./errors.ts";
import { type GraphBuilder, idOf, type OperatorDraft, type OperatorInit, type OperatorSpec } from "./graph-builder.ts";
import type { Sink, SinkParts } from "./kafka.ts";
import { IDLE_AFTER_MS_DEFAULT } from "./limits.ts";
import type { KeyOf, Pair, ValueOf } from "./pair.ts";

/** Stands as `this` of operators that need keys: on a stream of something else the call does not compile. */
type PairStream = DStream<Pair<unknown, unknown>>;
type PairOf<T> = Pair<KeyOf<T>, ValueOf<T>>;

/** Event-time window [start, end), milliseconds since 1970 UTC. */
export interface TimeWindow {
  readonly start: number;
  readonly end: number;
}

/** What an event-time window yields when it closes: one element per key. Its event time is `window.end` − 1 µs. */
export interface WindowResult<K, R> {
  readonly key: K;
  readonly window: TimeWindow;
  readonly value: R;
}

/** A keyed stream cut into event-time windows; `aggregateByKey` says what becomes of the values of each. */
export interface TimeWindowedStream<K, V> {
  /** One result per key and window, emitted once, when the watermark has passed the window's end. Later records are counted as late. */
  aggregateByKey<A, R = A>(aggregator: Aggregator<V, A, R>): DStream<WindowResult<K, R>>;
}

export interface EventTimeOptions {
  /** How far out of order records may come: the watermark is this far behind the greatest event time seen, per source partition. */
  readonly watermark: Duration;
  /** A source partition without records for this long stops holding the watermark back. Default: one minute. */
  readonly idleAfter?: Duration;
}

export interface ToOptions<T> {
  /** Timestamp of an element's record, milliseconds since 1970 UTC. Default: the element's event time, else the batch time. */
  readonly timestamp?: (element: T) => number;
}

/** End of a stream. */
export interface Output {
  /** Gives the output a stable id: the marks of what was written are found by it in later versions of the job. */
  named(id: string): Output;
}

/**
 * A stream of batches of T, with Spark Streaming's names and rules. Calling an operator adds to the job's graph and returns the new
 * stream; nothing runs. Functions must be pure in what they are given: a batch that is run again must give the same output.
 * Operators that need keys are there when T is a pair (see `PairStream`); on other streams they do not compile.
 *
 * Longer than a file should be because it is the API: one place to read what a stream can do.
 */
export class DStream<out T> {
  readonly #graph: GraphBuilder;
  readonly #draft: OperatorDraft;

  /** Streams come from `ctx.source` and from operators. */
  constructor(graph: GraphBuilder, draft: OperatorDraft) {
    this.#graph = graph;
    this.#draft = draft;
  }

  /** Gives the operator that made this stream a stable id, by which later versions of the job find its state. */
  named(id: string): this {
    this.#graph.name(this.#draft, id);
    return this;
  }

  // --- per element -------------------------------------------------------------------------------------------------------------------

  map<U>(f: (element: T) => U): DStream<U> {
    return this.#with<U>({ kind: "map" }, { f });
  }

  flatMap<U>(f: (element: T) => Iterable<U>): DStream<U> {
    return this.#with<U>({ kind: "flatMap" }, { f });
  }

  filter<S extends T>(f: (element: T) => element is S): DStream<S>;
  filter(f: (element: T) => boolean): DStream<T>;
  filter(f: (element: T) => boolean): DStream<T> {
    return this.#with<T>({ kind: "filter" }, { f });
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
  union(...others: readonly DStream<T>[]): DStream<T> {
    return unionOf(this.#graph, [this, ...others]);
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
  countByValue(): DStream<Pair<T, number>> {
    return this.#with<Pair<T, number>>({ kind: "countByValue" }, {}, { hasEventTime: false });
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
  mapValues<U>(this: PairStream, f: (value: ValueOf<T>) => U): DStream<Pair<KeyOf<T>, U>> {
    return this.#with<Pair<KeyOf<T>, U>>({ kind: "mapValues" }, { f });
  }

  flatMapValues<U>(this: PairStream, f: (value: ValueOf<T>) => Iterable<U>): DStream<Pair<KeyOf<T>, U>> {
    return this.#with<Pair<KeyOf<T>, U>>({ kind: "flatMapValues" }, { f });
  }

  /** All values of a key in a batch, in order of (source task, record). Prefer reduceByKey: it moves less. */
  groupByKey(this: PairStream): DStream<Pair<KeyOf<T>, readonly ValueOf<T>[]>> {
    return this.#with<Pair<KeyOf<T>, readonly ValueOf<T>[]>>({ kind: "groupByKey" }, {}, { hasEventTime: false });
  }

  /** One element per key of a batch. `f` must be associative; it runs on the sending side too. */
  reduceByKey(this: PairStream, f: (left: ValueOf<T>, right: ValueOf<T>) => ValueOf<T>): DStream<PairOf<T>> {
    return this.#with<PairOf<T>>({ kind: "reduceByKey" }, { f }, { hasEventTime: false });
  }

  combineByKey<C>(
    this: PairStream,
    create: (value: ValueOf<T>) => C,
    mergeValue: (combiner: C, value: ValueOf<T>) => C,
    mergeCombiners: (left: C, right: C) => C,
    options: { readonly mapSideCombine?: boolean } = {},
  ): DStream<Pair<KeyOf<T>, C>> {
    const spec: OperatorSpec = { kind: "combineByKey", mapSideCombine: options.mapSideCombine ?? true };
    return this.#with<Pair<KeyOf<T>, C>>(spec, { create, mergeValue, mergeCombiners }, { hasEventTime: false });
  }

  /**
   * Keeps a state per key over all batches. Each batch `f` is called for every key that has state and every key with new values
   * (`[]` if none); undefined deletes the key. Yields all live [key, state]. Forms, by `form`: "values" (default) (values, state);
   * "keyed" (time, key, values, state); "iterator" [key, values, state][] → [key, state][], once per partition.
   */
  updateStateByKey<S>(
    this: PairStream,
    f: (values: readonly ValueOf<T>[], state: S | undefined) => S | undefined,
    options?: { readonly form?: "values" },
  ): DStream<Pair<KeyOf<T>, S>>;
  updateStateByKey<S>(
    this: PairStream,
    f: (time: number, key: KeyOf<T>, values: readonly ValueOf<T>[], state: S | undefined) => S | undefined,
    options: { readonly form: "keyed" },
  ): DStream<Pair<KeyOf<T>, S>>;
  updateStateByKey<S>(
    this: PairStream,
    f: (states: Iterable<readonly [key: KeyOf<T>, values: readonly ValueOf<T>[], state: S | undefined]>) => Iterable<Pair<KeyOf<T>, S>>,
    options: { readonly form: "iterator" },
  ): DStream<Pair<KeyOf<T>, S>>;
  updateStateByKey<S>(
    this: PairStream,
    f: (...args: never[]) => unknown,
    options: { readonly form?: "values" | "keyed" | "iterator" } = {},
  ): DStream<Pair<KeyOf<T>, S>> {
    return this.#with<Pair<KeyOf<T>, S>>({ kind: "updateStateByKey", form: options.form ?? "values" }, { f }, { hasEventTime: false });
  }

  /** Per key the reduction over the batches in (t − window, t]. Keys vanish when they leave the window. */
  reduceByKeyAndWindow(
    this: PairStream,
    f: (left: ValueOf<T>, right: ValueOf<T>) => ValueOf<T>,
    window: Duration,
    slide?: Duration,
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
    options?: { readonly filter?: (key: KeyOf<T>, value: ValueOf<T>) => boolean },
  ): DStream<PairOf<T>>;
  reduceByKeyAndWindow(
    this: PairStream,
    f: (...args: never[]) => unknown,
    second: Duration | ((...args: never[]) => unknown),
    third?: Duration,
    fourth?: Duration,
    options: { readonly filter?: (key: KeyOf<T>, value: ValueOf<T>) => boolean } = {},
  ): DStream<PairOf<T>> {
    const incremental = typeof second === "function";
    const window = this.#batchWindow(incremental ? third : second, incremental ? fourth : third);
    const { filter } = options;
    const spec: OperatorSpec = { kind: "reduceByKeyAndWindow", ...window, inverse: incremental, filtered: filter !== undefined };
    const functions = { f, ...(incremental ? { inverse: second } : {}), ...(filter === undefined ? {} : { filter }) };
    return this.#with<PairOf<T>>(spec, functions, { slideMs: window.slideMs, hasEventTime: false });
  }

  // --- event time --------------------------------------------------------------------------------------------------------------------

  /** Says when an element happened (milliseconds since 1970 UTC) and how far out of order elements may come. Once on a stream's way. */
  withEventTime(time: (element: T) => number, options: EventTimeOptions): DStream<T> {
    if (this.#draft.hasEventTime) {
      const message = "the stream has an event time already: call withEventTime once, as near to the source as it can be known";
      throw jobError("watermark-redefined", message, { operator: idOf(this.#draft) });
    }
    const idleAfterMs = options.idleAfter ?? IDLE_AFTER_MS_DEFAULT;
    checkDuration(idleAfterMs, "withEventTime idleAfter");
    if (!Number.isSafeInteger(options.watermark) || options.watermark < 0) checkDuration(options.watermark, "withEventTime watermark");
    return this.#with<T>({ kind: "eventTime", delayMs: options.watermark, idleAfterMs }, { time }, { hasEventTime: true });
  }

  /** Event-time windows per key, [start, end): `{ tumbling: hours(1) }` or `{ sliding: { size: hours(24), slide: hours(1) } }`. */
  windowByTime(this: PairStream, spec: TimeWindowSpec): TimeWindowedStream<KeyOf<T>, ValueOf<T>> {
    const window = timeWindow(spec, `windowByTime after ${idOf(this.#draft)}`);
    return {
      aggregateByKey: <A, R = A>(aggregator: Aggregator<ValueOf<T>, A, R>) => {
        const functions = aggregatorFunctions(aggregator, `aggregateByKey after ${idOf(this.#draft)}`);
        const added = this.#graph.add({ spec: { kind: "aggregateByTimeWindow", window }, parents: [this.#draft], functions });
        return new DStream<WindowResult<KeyOf<T>, R>>(this.#graph, added);
      },
    };
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
    const functions: Record<string, (...args: never[]) => unknown> = {};
    if (topic.sink.key !== undefined) functions.key = key ?? firstOfPair;
    functions.value = value ?? (topic.sink.key !== undefined && key === undefined ? secondOfPair : wholeElement);
    if (timestamp !== undefined) functions.timestamp = timestamp;
    return this.#output({ kind: "sink", sink: topic.sink }, functions);
  }

  /**
   * Calls `f` with all elements of each batch, in one place, in batch order. At least once: after a failure a batch may come again,
   * under the same `time` and `id` (job, operator and batch), which is the key to make its effect idempotent.
   */
  foreachBatch(f: (elements: readonly T[], time: number, id: string) => void | Promise<void>): Output {
    return this.#output({ kind: "foreachBatch" }, { f });
  }

  /** Prints the time of each batch and its first elements to the job's log. */
  print(count = 10): Output {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw jobError("invalid-operator-setting", "print takes how many elements to show, at least 1", { operator: "print", count });
    }
    return this.#output({ kind: "print", count }, {});
  }

  /** The same stream's operator and graph, for operators over several streams. */
  static parts(stream: DStream<unknown>): { readonly graph: GraphBuilder; readonly draft: OperatorDraft } {
    return { graph: stream.#graph, draft: stream.#draft };
  }

  #with<U>(spec: OperatorSpec, functions: FunctionsByName, init: Pick<OperatorInit, "slideMs" | "hasEventTime"> = {}): DStream<U> {
    return new DStream<U>(this.#graph, this.#graph.add({ spec, parents: [this.#draft], functions: erase(functions), ...init }));
  }

  #output(spec: OperatorSpec, functions: FunctionsByName): Output {
    const draft = this.#graph.add({ spec, parents: [this.#draft], functions: erase(functions) });
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

type FunctionsByName = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Elements of all streams, in order of the streams. */
export function unionOf<T>(graph: GraphBuilder, streams: readonly DStream<T>[]): DStream<T> {
  const parts = streams.map((stream) => DStream.parts(stream));
  const first = parts[0];
  if (first === undefined) throw jobError("union-of-nothing", "a union needs at least one stream");
  for (const part of parts) {
    const context = { left: idOf(first.draft), right: idOf(part.draft) };
    if (part.graph !== graph)
      throw jobError("different-contexts", "a union takes streams of one job only: build both from the same ctx", context);
    if (part.draft.slideMs !== first.draft.slideMs) {
      const message = "a union takes streams of one slide: window both to the same slide first";
      throw jobError("different-slides", message, { ...context, leftSlideMs: first.draft.slideMs, rightSlideMs: part.draft.slideMs });
    }
  }
  return new DStream<T>(graph, graph.add({ spec: { kind: "union" }, parents: parts.map((part) => part.draft) }));
}

function erase(functions: FunctionsByName): Readonly<Record<string, JobFunction>> {
  return Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, eraseFunction(f)]));
}

const firstOfPair = (element: readonly unknown[]): unknown => element[0];
const secondOfPair = (element: readonly unknown[]): unknown => element[1];
const wholeElement = (element: unknown): unknown => element;
