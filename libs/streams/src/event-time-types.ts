import type { OutputMode, TableJoinSides, TimeJoinType } from "@millrace/model";
import type { Aggregator } from "./aggregator.ts";
import type { TimeWindowSpec } from "./checks.ts";
import type { DStream } from "./dstream.ts";
import type { Duration } from "./duration.ts";
import type { Pair } from "./pair.ts";
import type { WindowResult } from "./stream-types.ts";

/** Mark of a stream whose elements carry an event time: operators on event time are there for such streams only. */
export interface Timed {
  readonly eventTime: true;
}

/** A stream with its late elements beside it. */
export interface Late<T> {
  /** Elements that came too late for the operator: each once, when nothing of it can count any more. */
  late(): DStream<T, Timed>;
}

/** The same for an operator of two streams. */
export interface LateSides<L, R> {
  lateLeft(): DStream<L, Timed>;
  lateRight(): DStream<R, Timed>;
}

/** Mark of a stream of whole tables, one per batch in which a row changed: it can be sorted, and cut row by row. */
export interface WholeTable {
  readonly wholeTable: true;
}

export type TableStream<T> = DStream<T, WholeTable>;

/** Sessions: the elements of a key that follow each other by less than a gap, the same for all or each element's own (0: the element is ignored). */
export interface SessionSpec<V> {
  readonly session: Duration | ((value: V) => number);
}

/** How windows come out. */
export interface WindowOptions {
  /** How long after its end a window still takes late records; what they change is emitted again. */
  readonly lateness?: Duration;
  /** State without a bound is meant. */
  readonly unbounded?: boolean;
}

/**
 * A keyed stream cut into event-time windows; `aggregateByKey` says what becomes of the values of each. Append mode (default): one result per key and
 * window, emitted once, when the watermark has passed the window's end. Update mode: each batch the results that changed. Complete mode: all of them
 * when one did, nothing is late and nothing is forgotten.
 */
export interface TimeWindowedStream<K, V> {
  aggregateByKey<A, R = A>(
    aggregator: Aggregator<V, A, R>,
    options: WindowOptions & { readonly mode: "complete" },
  ): TableStream<WindowResult<K, R>>;
  aggregateByKey<A, R = A>(
    aggregator: Aggregator<V, A, R>,
    options: WindowOptions & { readonly mode: "update" },
  ): DStream<WindowResult<K, R>> & Late<Pair<K, V>>;
  /** Results that a late record changes come again, so they have no event time any more. */
  aggregateByKey<A, R = A>(
    aggregator: Aggregator<V, A, R>,
    options: WindowOptions & { readonly lateness: Duration; readonly mode?: "append" },
  ): DStream<WindowResult<K, R>> & Late<Pair<K, V>>;
  aggregateByKey<A, R = A>(
    aggregator: Aggregator<V, A, R>,
    options?: { readonly mode?: "append"; readonly lateness?: undefined },
  ): DStream<WindowResult<K, R>, Timed> & Late<Pair<K, V>>;
}

/** A keyed stream cut into sessions. They grow and merge, so there is no update mode. */
export interface SessionStream<K, V> {
  aggregateByKey<A, R = A>(
    aggregator: Aggregator<V, A, R>,
    options: { readonly mode: "complete"; readonly unbounded?: boolean },
  ): TableStream<WindowResult<K, R>>;
  aggregateByKey<A, R = A>(
    aggregator: Aggregator<V, A, R>,
    options?: { readonly mode?: "append" },
  ): DStream<WindowResult<K, R>, Timed> & Late<Pair<K, V>>;
}

/** How long an aggregation over all time keeps a key. */
export interface KeyAggregateOptions {
  readonly ttl?: Duration;
  readonly unbounded?: boolean;
}

/** How long a key is remembered: it has to be said. */
export type DedupOptions = { readonly ttl: Duration } | { readonly unbounded: true } | { readonly sameTime: true };

/** Which elements of two streams meet. */
export type JoinWithinOptions<V, W, J extends TimeJoinType> = {
  /** Default: inner. left-semi: left elements with a partner, once. */
  readonly type?: J;
  /** A condition beside key and time. */
  readonly where?: (left: V, right: W) => boolean;
  /** Whose event time a pair carries; default: the left one's. An element without partner carries its own. */
  readonly time?: "left" | "right";
  readonly unbounded?: boolean;
} & (
  | {
      /** How long before the left one's event time the right one's may lie; negative: it must lie after it. */
      readonly before: number;
      /** How long after it. */
      readonly after: number;
    }
  | { readonly window: TimeWindowSpec }
  /** Both have the same event time. */
  | { readonly sameTime: true }
);

/** Values of a join by its type. */
export type Joined<V, W, J> = J extends "left-semi"
  ? V
  : Pair<J extends "right-outer" | "full-outer" ? V | undefined : V, J extends "left-outer" | "full-outer" ? W | undefined : W>;

/** Values of a join with a table by its type. */
export type TableJoined<V, W, J extends TableJoinSides | "left-anti"> = J extends "left-semi" | "left-anti"
  ? V
  : Pair<V, J extends "left-outer" ? W | undefined : W>;

/** What the reader of an output counts on; a stream that gives something else is refused. */
export interface ModeOptions {
  readonly mode?: OutputMode;
}
