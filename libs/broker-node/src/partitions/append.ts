import type { StageResult } from "@millrace/log-engine";
import type { TimestampMs } from "@millrace/model";
import type { Durability, OnTooFewInSync, Waiting } from "./append-waiters.ts";

/** Answer to an append, and when it may be given. */
export interface Append extends Partial<Pick<Waiting, "giveUp">>, Pick<Waiting, "stored"> {
  readonly result: StageResult;
}

/** What one append asks for. */
export interface AppendOptions {
  /** undefined: nothing is waited for. */
  readonly durability: Durability | undefined;
  readonly now: TimestampMs;
  readonly transactionVerified?: boolean;
  readonly onTooFewInSync?: OnTooFewInSync;
}
