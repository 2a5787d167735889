import { createDeferred, type Deferred } from "@millrace/stdx";

/** Which plans are stored: the coordinator tells while a batch runs, and the batch may be committed from then on. */
export class PlanGate {
  /** The latest. */
  #recorded = 0;
  #awaited: { readonly batch: number; readonly isRecorded: Deferred<void> } | undefined;

  /** The plan of this batch, and of all before it, is stored. */
  recorded(batch: number): void {
    this.#recorded = Math.max(this.#recorded, batch);
    if (this.#awaited !== undefined && this.#awaited.batch <= this.#recorded) this.#awaited.isRecorded.resolve();
  }

  /** Resolves when the plan is stored; undefined when it is. One batch at a time waits. */
  until(batch: number): Promise<void> | undefined {
    if (batch <= this.#recorded) return undefined;
    if (this.#awaited?.batch !== batch) this.#awaited = { batch, isRecorded: createDeferred<void>() };
    return this.#awaited.isRecorded.promise;
  }
}
