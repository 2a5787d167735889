/** One partition, by any name that is the same in the whole history: `orders-3`. */
export type Key = string;

/** What was found at an offset. A third element says that the record is not as it was sent (key, header or checksum), and what differs; its value is then best effort. */
export type Read = readonly [offset: number, value: number] | readonly [offset: number, value: number, damage: string];

/** A record is sent: its value alone before, and where it is not known where it went; with its offset when that was acknowledged. */
export type SendStep = readonly ["send", Key, number | readonly [offset: number, value: number]];

/** A read: without records before it happened, with all that it found afterwards, by key and in the order found. */
export type PollStep = readonly ["poll"] | readonly ["poll", Readonly<Record<Key, readonly Read[]>>];

export type Step = SendStep | PollStep;

/** Group offsets as one request commits or one answer shows them. `isReset`: going back is what was asked for. */
export interface GroupOffsets {
  readonly group: string;
  readonly offsets: Readonly<Record<Key, number>>;
  readonly isReset?: boolean;
}

/** All keys that a member owns from now on. `generation` is absent where a client does not tell it. */
export interface Ownership {
  readonly group: string;
  readonly generation?: number;
  readonly keys: readonly Key[];
}

/** `invoke` before anything is done; then one of: `ok`, it took effect; `fail`, it surely did not and never will; `info`, nobody knows. */
export type EventType = "invoke" | "ok" | "fail" | "info";

interface EventHead {
  /** Number of the event: its line, counted from 0. */
  readonly i: number;
  /** When, in nanoseconds of one monotonic clock. */
  readonly t: number;
  /** Logical process: does one thing at a time. One that has an `info` retires; its successor has a new number. */
  readonly p: number;
  readonly type: EventType;
  /** Which client it is, for people. */
  readonly client?: string;
}

/** `send`, `poll` (one step each) and `txn` (any number); the completion repeats the steps with what came of them. */
export interface StepsEvent extends EventHead {
  readonly f: "send" | "poll" | "txn";
  readonly v: readonly Step[];
  /** Keys that the client gained or lost since its last operation: its position in them starts anew. Given, even if empty, the client tells every rebalance, and a jump of a subscribed reader is no longer excused. */
  readonly rebalance?: readonly Key[];
  /** Offsets committed by it, in itself. */
  readonly commit?: GroupOffsets;
}

/** From now on the client reads these keys: by itself, or as a member of a group. `seek`: from the beginning, whatever its position was. */
export interface AssignEvent extends EventHead {
  readonly f: "assign" | "subscribe";
  readonly v: readonly Key[];
  readonly seek?: "beginning";
}

/** The client is gone, without a word. Needs no invocation. */
export interface CrashEvent extends EventHead {
  readonly f: "crash";
}

/** A member's partitions changed. Needs no invocation: written when the client told, before it reads. */
export interface OwnEvent extends EventHead {
  readonly f: "own";
  readonly v: Ownership;
}

/** `commit` stores offsets, `committed` reads them (-1: there is none); the completion has what was found. */
export interface OffsetsEvent extends EventHead {
  readonly f: "commit" | "committed";
  readonly v: GroupOffsets;
}

/** At the end: each key was read from its beginning up to an end offset (`ok`), or could not be in time (`info`). */
export interface FinalEvent extends EventHead {
  readonly f: "final";
  readonly v: Readonly<Record<Key, number>>;
}

/** A line of a history. */
export type HistoryEvent = StepsEvent | AssignEvent | CrashEvent | OwnEvent | OffsetsEvent | FinalEvent;
