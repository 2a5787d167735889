import type { Emit } from "../operators/environment.ts";
import type { Rows } from "../shuffle/rows.ts";

/** Receiving end of the shuffle edges into a stage, for one slot. */
export interface RootOperator {
  /** Rows of one block that operator `from` sent; blocks come in order of (lane, from task, sequence). */
  receive(rows: Rows, from: string): void;
  /** All rows of the batch have come: applies them to state and emits, if the stream has a batch at this time. */
  endBatch(emit: Emit): void | Promise<void>;
}
