import type { StageResult } from "@millrace/log-engine";
import type { TimestampMs } from "@millrace/model";
import type { Durability, OnTooFewInSync } from "./append-waiters.ts";

/** Answer to an append, and when it may be given. */
export interface Append {
  readonly result: StageResult;
  /** Calls once when it is as durable as was asked, which may be now, or with what failed it. For one listener: batches come by the ten thousand each second, and promises cost as much as the rest. */
  whenStored(done: (error?: unknown) => void): void;
  /** The same as a promise, in place of a listener. */
  readonly stored: Promise<void>;
  /** Whoever waits is answered with the error; nobody does any more: nothing. */
  giveUp(error: unknown): void;
}

/** What one append asks for. */
export interface AppendOptions {
  /** undefined: nothing is waited for. */
  readonly durability: Durability | undefined;
  readonly now: TimestampMs;
  readonly transactionVerified?: boolean;
  readonly onTooFewInSync?: OnTooFewInSync;
}
