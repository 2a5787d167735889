import type { Duration } from "./duration.ts";
import type { ModeOptions } from "./event-time-types.ts";

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

/** When elements happened, and how far out of order they come. */
export interface EventTimeOptions {
  /**
   * How far out of order records may come: the watermark is this far behind the greatest event time seen, per source partition; 0: they come in order. "none": elements have a time,
   * but nothing is ever late or final.
   */
  readonly watermark: Duration | 0 | "none";
  /** A source partition without records for this long stops holding the watermark back. Default: one minute. */
  readonly idleAfter?: Duration;
  /** Over the partitions of a source: the slowest that is not idle decides ("min", default), or the greatest time of all of them. */
  readonly merge?: "min" | "max";
}

/** What of an element becomes part of its record. */
export interface ToOptions<T> extends ModeOptions {
  /** Timestamp of an element's record, milliseconds since 1970 UTC. Default: the element's event time, else the batch time. */
  readonly timestamp?: (element: T) => number;
}

/** End of a stream. */
export interface Output {
  /** Gives the output a stable id: the marks of what was written are found by it in later versions of the job. */
  named(id: string): Output;
}
