import type { TableJoinSides, TimeJoinType } from "@millrace/model";
import type { Aggregator } from "./aggregator.ts";
import type { TimeWindowSpec } from "./checks.ts";
import type { DStream } from "./dstream.ts";
import { eraseFunction } from "./erase.ts";
import {
  aggregatedByKey,
  deduplicated,
  functionsOf,
  joinedStatic,
  joinedTable,
  joinedWithin,
  limited,
  ordered,
  windowedStream,
} from "./event-time-operators.ts";
import type {
  DedupOptions,
  Joined,
  JoinWithinOptions,
  KeyAggregateOptions,
  Late,
  LateSides,
  SessionSpec,
  SessionStream,
  TableJoined,
  TableStream,
  Timed,
  TimeWindowedStream,
  WholeTable,
} from "./event-time-types.ts";
import type { KeyOf, Pair, ValueOf } from "./pair.ts";
import type { StreamParts } from "./several-streams.ts";
import type { GroupFunction, GroupOptions, ProcessSpec, Variables } from "./state-types.ts";
import { groupedWithState, processed } from "./stateful-operators.ts";

/** Stands as `this` of operators that need keys, or an event time (the stream, or one above it, has called `withEventTime`, and nothing has dropped it since). */
type PairStream = DStream<Pair<unknown, unknown>>;
type TimedStream = DStream<unknown, Timed>;
type TimedPairStream = DStream<Pair<unknown, unknown>, Timed>;

/**
 * The half of `DStream` that keeps state over batches: event time, tables, joins within time, arbitrary state. A class of its own, which `DStream` extends, for the
 * sake of readers only: nobody makes one.
 */
export abstract class StatefulOperators<out T, out Time> {
  /** Type only: what is known of the elements beside their type, `Timed` or `WholeTable`. */
  declare readonly time?: Time;
  readonly #parts: StreamParts;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** The operator and graph of a stream, for operators over several. */
  static readonly parts = (stream: object): StreamParts => (stream as StatefulOperators<unknown, unknown>).#parts;

  /**
   * Event-time windows per key, [start, end): `{ tumbling: hours(1) }` or `{ sliding: { size: hours(24), slide: hours(1) } }`; or sessions, which end when a
   * key is silent for a gap: `{ session: minutes(5) }`, `{ session: (value) => gap }`.
   */
  windowByTime(this: TimedPairStream, spec: TimeWindowSpec): TimeWindowedStream<KeyOf<T>, ValueOf<T>>;
  windowByTime(this: TimedPairStream, spec: SessionSpec<ValueOf<T>>): SessionStream<KeyOf<T>, ValueOf<T>>;
  windowByTime(
    this: TimedPairStream,
    spec: TimeWindowSpec | SessionSpec<ValueOf<T>>,
  ): TimeWindowedStream<KeyOf<T>, ValueOf<T>> | SessionStream<KeyOf<T>, ValueOf<T>> {
    return windowedStream<KeyOf<T>, ValueOf<T>>(this.#parts, spec);
  }

  /**
   * One accumulator per key over all batches. Each batch yields the keys that changed ("update"), or all of them when one did ("complete": a table, which can be
   * sorted and cut). Keys are kept for ever, or until `ttl` after their last record.
   */
  aggregateByKey<A, R = A>(
    this: PairStream,
    aggregator: Aggregator<ValueOf<T>, A, R>,
    options: KeyAggregateOptions & { readonly mode: "complete" },
  ): TableStream<Pair<KeyOf<T>, R>>;
  aggregateByKey<A, R = A>(
    this: PairStream,
    aggregator: Aggregator<ValueOf<T>, A, R>,
    options: KeyAggregateOptions & { readonly mode: "update" },
  ): DStream<Pair<KeyOf<T>, R>>;
  aggregateByKey<A, R = A>(
    this: PairStream,
    aggregator: Aggregator<ValueOf<T>, A, R>,
    options: KeyAggregateOptions & { readonly mode: "update" | "complete" },
  ): DStream<Pair<KeyOf<T>, R>> {
    return aggregatedByKey<Pair<KeyOf<T>, R>>(this.#parts, { functions: functionsOf(aggregator, this.#parts.draft), options });
  }

  /** The first element of each key, in order of (batch, partition, offset). A key is remembered for ever, for `ttl`, or, with `sameTime`, with its event time. */
  dropDuplicates(key: (element: T) => unknown, options: DedupOptions & { readonly sameTime?: false }): DStream<T, Time>;
  dropDuplicates(this: TimedStream, key: (element: T) => unknown, options: { readonly sameTime: true }): DStream<T, Time> & Late<T>;
  dropDuplicates(key: (element: T) => unknown, options: DedupOptions & { readonly sameTime?: boolean }): DStream<T, Time> & Late<T> {
    return deduplicated<T, Time>(this.#parts, { key: eraseFunction(key), options });
  }

  /** The first element of each key; duplicates that are at most the watermark's delay apart in event time are surely dropped, and the state stays small. */
  dropDuplicatesWithinWatermark(this: TimedStream, key: (element: T) => unknown): DStream<T, Time> & Late<T> {
    return deduplicated<T, Time>(this.#parts, { key: eraseFunction(key), options: "watermark" });
  }

  /**
   * Pairs of elements of two streams with equal keys whose event times are near: from `before` before the left one to `after` after it, bounds included; or in
   * one window. An outer join yields an element without partner, with undefined for it, when the watermark says that none can come.
   */
  joinWithin<W, J extends TimeJoinType = "inner">(
    this: TimedPairStream,
    other: DStream<Pair<KeyOf<T>, W>, Timed>,
    options: JoinWithinOptions<ValueOf<T>, W, J>,
  ): DStream<Pair<KeyOf<T>, Joined<ValueOf<T>, W, J>>, Timed> & LateSides<T, Pair<KeyOf<T>, W>> {
    return joinedWithin<T, Pair<KeyOf<T>, W>, Pair<KeyOf<T>, Joined<ValueOf<T>, W, J>>>(
      this.#parts,
      StatefulOperators.parts(other),
      options,
    );
  }

  /** All pairs of elements with equal keys, whenever they came. Every element of both sides is kept for ever: say `unbounded`. */
  joinAll<W>(
    this: PairStream,
    other: DStream<Pair<KeyOf<T>, W>>,
    options: { readonly unbounded: true; readonly where?: (left: ValueOf<T>, right: W) => boolean },
  ): DStream<Pair<KeyOf<T>, Pair<ValueOf<T>, W>>> {
    return joinedWithin<T, Pair<KeyOf<T>, W>, Pair<KeyOf<T>, Pair<ValueOf<T>, W>>>(this.#parts, StatefulOperators.parts(other), options);
  }

  /**
   * Elements with the value that a table has for their key. A table is a stream of pairs of which the last per key counts, null meaning none. `asOf: "batch"`: the
   * table's records of a batch come first. `asOf: "eventTime"`: the value that was valid at the element's time; the element waits for the watermark.
   */
  joinTable<W, J extends TableJoinSides = "inner">(
    this: PairStream,
    table: DStream<Pair<KeyOf<T>, W>>,
    options: { readonly type?: J; readonly asOf: "batch" | "eventTime" },
  ): DStream<Pair<KeyOf<T>, TableJoined<ValueOf<T>, NonNullable<W>, J>>, Time> {
    return joinedTable(this.#parts, StatefulOperators.parts(table), options);
  }

  /** The same with a table of constants, which every task holds: nothing is moved. Several rows of one key give several elements. */
  joinStatic<W, J extends TableJoinSides | "left-anti" = "inner">(
    this: PairStream,
    rows: Iterable<Pair<KeyOf<T>, W>>,
    options: { readonly type?: J } = {},
  ): DStream<Pair<KeyOf<T>, TableJoined<ValueOf<T>, W, J>>, Time> {
    return joinedStatic(this.#parts, { rows, type: options.type ?? "inner" });
  }

  /** `f` once per batch for each key with new values, and for each whose time-out has passed; what it returns is emitted, unless undefined. */
  mapGroupsWithState<S, E>(this: PairStream, f: GroupFunction<KeyOf<T>, ValueOf<T>, S, E | undefined>, options: GroupOptions): DStream<E> {
    return groupedWithState<E>(this.#parts, { f: eraseFunction(f), many: false, options });
  }

  /** The same; each element of what `f` returns is emitted. */
  flatMapGroupsWithState<S, E>(
    this: PairStream,
    f: GroupFunction<KeyOf<T>, ValueOf<T>, S, Iterable<E>>,
    options: GroupOptions,
  ): DStream<E> {
    return groupedWithState<E>(this.#parts, { f: eraseFunction(f), many: true, options });
  }

  /** Arbitrary state of named variables per key, timers, time to live: see `ProcessSpec`. */
  process<E, V extends Variables, I = never>(
    this: TimedPairStream,
    spec: ProcessSpec<KeyOf<T>, ValueOf<T>, E, V, I> & { readonly timers: "event" },
  ): DStream<E, Timed> & Late<T>;
  process<E, V extends Variables, I = never>(
    this: PairStream,
    spec: ProcessSpec<KeyOf<T>, ValueOf<T>, E, V, I> & { readonly timers: "batch" | "none" },
  ): DStream<E>;
  process<E, V extends Variables, I = never>(
    this: PairStream,
    spec: ProcessSpec<KeyOf<T>, ValueOf<T>, E, V, I>,
  ): DStream<E, Timed> & Late<T> {
    return processed<T, E>(this.#parts, spec);
  }

  /** Each table in this order. All of it comes to one task. */
  orderBy(this: DStream<T, WholeTable>, compare: (left: T, right: T) => number): TableStream<T> {
    return ordered<T, WholeTable>(this.#parts, eraseFunction(compare));
  }

  /** The first rows of each table. */
  limit(this: DStream<T, WholeTable>, count: number): TableStream<T>;
  /** The first elements of the stream, ever. */
  limit(count: number): DStream<T>;
  limit(count: number): DStream<T, never> {
    return limited<T, never>(this.#parts, count);
  }
}
