import type { Client } from "@millrace/client";
import { AppError } from "@millrace/model";

/** How far a running job has come. */
export class JobProgress {
  readonly #abort = new AbortController();
  #recordsIn = 0;
  #planned = 0;
  #done = 0;
  #waiting: { readonly count: number; batch?: number; readonly done: PromiseWithResolvers<void> } | undefined;
  #failure: unknown;

  constructor(client: Client, jobId: string) {
    this.#follow(client, jobId).catch((error: unknown) => {
      this.#failure = error;
      this.#waiting?.done.reject(error);
    });
  }

  /** Done when the job has worked off this many records, and what was planned by then: nothing of it is left for the next slice. */
  hasRead(count: number): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting = { count, done };
    if (this.#failure !== undefined) done.reject(this.#failure);
    this.#look();
    return done.promise;
  }

  stop(): void {
    this.#abort.abort();
  }

  async #follow(client: Client, jobId: string): Promise<void> {
    for await (const { recordsIn, lastBatchPlanned, lastBatchDone, restarts, error } of client
      .admin()
      .watchJob(jobId, { signal: this.#abort.signal })) {
      [this.#recordsIn, this.#planned, this.#done] = [Number(recordsIn), Number(lastBatchPlanned), Number(lastBatchDone)];
      if (restarts > 0) throw failed(`the job was restarted: ${error?.message ?? "no reason given"}`);
      this.#look();
    }
    if (!this.#abort.signal.aborted) throw failed("the job has ended");
  }

  #look(): void {
    if (this.#waiting === undefined || this.#recordsIn < this.#waiting.count) return;
    this.#waiting.batch ??= this.#planned;
    if (this.#done < this.#waiting.batch) return;
    this.#waiting.done.resolve();
    this.#waiting = undefined;
  }
}

function failed(message: string): AppError {
  return new AppError({ kind: "internal", code: "job-failed", message });
}
