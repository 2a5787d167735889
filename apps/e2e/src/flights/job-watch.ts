import type { Client } from "@millrace/client";
import { JobState, type JobStatus } from "@millrace/contracts";

interface Waiter {
  readonly holds: (status: JobStatus) => boolean;
  readonly resolve: (status: JobStatus) => void;
  readonly reject: (error: Error) => void;
}

const ENDED: readonly JobState[] = [JobState.FINISHED, JobState.FAILED, JobState.STOPPED];

/** Follows one job as any user can, over restarts of everything, and tells when something has become true of it. */
export class JobWatch {
  readonly #waiters = new Set<Waiter>();
  readonly #over = new AbortController();
  #last: JobStatus | undefined;
  #ended: Error | undefined;

  constructor(client: Client, jobId: string) {
    void this.#follow(client, jobId);
  }

  /** As it was last told. */
  get last(): JobStatus | undefined {
    return this.#last;
  }

  /** First status for which this holds, from now on; fails when the job has ended otherwise, or in time it did not. */
  async until(what: string, options: { readonly withinMs: number }, holds: (status: JobStatus) => boolean): Promise<JobStatus> {
    if (this.#last !== undefined && holds(this.#last)) return this.#last;
    if (this.#ended !== undefined) throw this.#ended;
    const { promise, resolve, reject } = Promise.withResolvers<JobStatus>();
    const waiter = { holds, resolve, reject };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => {
      reject(new Error(`${what} did not happen within ${options.withinMs} ms; the job was last seen ${wordsOf(this.#last)}`));
    }, options.withinMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  stop(): void {
    this.#over.abort();
  }

  async #follow(client: Client, jobId: string): Promise<void> {
    try {
      for await (const status of client.admin().watchJob(jobId, { signal: this.#over.signal })) this.#take(status);
    } catch (error) {
      this.#ended ??= error instanceof Error ? error : new Error(String(error));
    }
    this.#ended ??= new Error(`the job ended ${wordsOf(this.#last)}`);
    for (const waiter of this.#waiters) waiter.reject(this.#ended);
  }

  #take(status: JobStatus): void {
    this.#last = status;
    for (const waiter of this.#waiters) if (waiter.holds(status)) waiter.resolve(status);
    if (ENDED.includes(status.state)) this.#ended = new Error(`the job ended ${wordsOf(status)}`);
  }
}

function wordsOf(status: JobStatus | undefined): string {
  if (status === undefined) return "never";
  const { state, jobEpoch, lastBatchPlanned, lastBatchDone, recordsIn, restarts, error } = status;
  const because = error === undefined ? "" : ` error=${error.code}: ${error.message}`;
  return `${nameOf(state)} jobEpoch=${jobEpoch} planned=${lastBatchPlanned} done=${lastBatchDone} recordsIn=${recordsIn} restarts=${restarts}${because}`;
}

function nameOf(state: JobState): string {
  return Object.entries(JobState).find(([, value]) => value === state)?.[0] ?? String(state);
}
