import type { StateVariable } from "@millrace/model";
import { checkDuration } from "./checks.ts";
import type { Duration } from "./duration.ts";
import type { Pair } from "./pair.ts";

/** State of a key as the function of `mapGroupsWithState` sees it, for the length of one call. */
export interface GroupState<S> {
  /** The time-out has passed: this call has no values. */
  readonly hasTimedOut: boolean;
  /** Undefined: there is no watermark (yet). */
  readonly currentWatermark: number | undefined;
  readonly currentBatchTime: number;
  exists(): boolean;
  /** The state; absent: `state-absent`. */
  get(): S;
  getOption(): S | undefined;
  update(state: S): void;
  remove(): void;
  /** Calls again, without values, in the first batch whose time is more than this after the present one's. Needs `timeout: "batch"`; any call clears it. */
  setTimeoutDuration(duration: number): void;
  /** Calls again, without values, when the watermark is above this time, which must not be below it now. Needs `timeout: "event"`; any call clears it. */
  setTimeoutTimestamp(time: number): void;
}

/** A function of a key, its new values in order, and its state. */
export type GroupFunction<K, V, S, R> = (key: K, values: readonly V[], state: GroupState<S>) => R;

/** Options of `mapGroupsWithState`. */
export interface GroupOptions {
  /** By which time keys time out. With "event", late elements are dropped. */
  readonly timeout: "none" | "event" | "batch";
  /** Whether what is emitted for a key replaces what was emitted before ("update"). Default: yes for one element per call, no for several. */
  readonly mode?: "append" | "update";
  /** State without a bound is meant. */
  readonly unbounded?: boolean;
}

/** One value per key. */
export interface ValueState<S> {
  get(): S | undefined;
  set(value: S): void;
  clear(): void;
}

/** A list per key. */
export interface ListState<E> {
  get(): readonly E[];
  add(element: E): void;
  set(elements: Iterable<E>): void;
  clear(): void;
}

/** A map per key. */
export interface MapState<K, V> {
  get(key: K): V | undefined;
  has(key: K): boolean;
  set(key: K, value: V): void;
  delete(key: K): void;
  entries(): readonly Pair<K, V>[];
  clear(): void;
}

/** A variable of `process`, by `valueState`, `listState` or `mapState`. */
export interface Variable<H> {
  readonly descriptor: StateVariable;
  /** Type only. */
  readonly handle?: H;
}

export type Variables = Readonly<Record<string, Variable<unknown>>>;

/** How long a variable lives: this long after its last write in batch time; entries of lists and maps one by one. Reads do not prolong it. */
export interface VariableOptions {
  readonly ttl?: Duration;
}

export function valueState<S>(options: VariableOptions = {}): Variable<ValueState<S>> {
  return variable("value", options);
}

export function listState<E>(options: VariableOptions = {}): Variable<ListState<E>> {
  return variable("list", options);
}

export function mapState<K, V>(options: VariableOptions = {}): Variable<MapState<K, V>> {
  return variable("map", options);
}

function variable<H>(type: StateVariable["type"], { ttl }: VariableOptions): Variable<H> {
  if (ttl === undefined) return { descriptor: { type } };
  checkDuration(ttl, `ttl of a ${type} state`);
  return { descriptor: { type, ttlMs: ttl } };
}

/** What the functions of `process` get: the state and timers of the key in hand, and the batch's times. */
export interface ProcessContext<V extends Variables> {
  readonly state: { readonly [N in keyof V]: V[N] extends Variable<infer H> ? H : never };
  readonly timers: {
    /** Many per key; setting one time twice is one timer. */
    set(time: number): void;
    delete(time: number): void;
    list(): readonly number[];
  };
  readonly batchTime: number;
  readonly watermark: number | undefined;
  /**
   * Emits with an event time of its own, at or above the watermark (else `emitted-in-the-past`). The element must be of the type that the functions return: the
   * compiler takes that type from them, and cannot at the same time look for it here.
   */
  emitAt(time: number, element: unknown): void;
}

/**
 * Arbitrary state per key. What the functions return is emitted: with the greatest event time of the records, or the timer's time, where timers are on event time.
 * Functions must be pure in records, state and context.
 */
export interface ProcessSpec<K, in V, E, S extends Variables, I = never> {
  readonly variables: S;
  /** By which time timers fire: in the first batch with time ≤ watermark ("event"; late elements are dropped) or ≤ batch time. */
  readonly timers: "event" | "batch" | "none";
  /** Once per batch for each key with records, in order of arrival. */
  readonly onRecords: (key: K, values: readonly V[], ctx: ProcessContext<S>) => Iterable<E> | undefined;
  /** After all records of the batch, in order of (time, key). A timer set here for a past time fires in the next batch. */
  readonly onTimer?: (key: K, time: number, ctx: ProcessContext<S>) => Iterable<E> | undefined;
  /** What is known before the first batch; each is offered to `onInitialState` in the first batch, before its records. */
  readonly initial?: Iterable<Pair<K, I>>;
  readonly onInitialState?: (key: K, value: I, ctx: ProcessContext<S>) => void;
  /** State without a bound is meant. */
  readonly unbounded?: boolean;
}
