import type { Change, CommitResult, CoordinationStore, Entry, Fence, LeaseResult } from "@millrace/ports";
import type { MemoryCoordination, SeededRandom } from "@millrace/testkit";
import type { Scheduler } from "../world/scheduler.ts";
import type { SimProcess } from "../world/sim-process.ts";

/** Of a round trip to a Redis with `appendfsync always` on a shared disk: half are below 0.5 ms, one in a hundred above 7 ms. */
const P50_MS = 0.5;
const P99_MS = 7;
/** Logarithms of the times are distributed normally, and 2.326 is the 99th percentile of that. */
const SIGMA = Math.log(P99_MS / P50_MS) / 2.326;
/** What a script takes beyond that, per entry and per byte, as seen with Redis 7 on a busy machine (`docs/scale.md`). */
const ENTRY_MS = 0.015;
const BYTE_MS = 1 / 150_000;
const PAGE_ENTRIES = 500;

/** The model of the Redis scripts, as slow as a Redis with the latencies of the goal. */
export class SlowStore implements CoordinationStore {
  readonly description = "simulated";
  readonly #process: SimProcess;
  readonly #model: MemoryCoordination;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  /** What commits wrote, keys and values. */
  bytesWritten = 0;
  commits = 0;

  constructor(process: SimProcess, of: { model: MemoryCoordination; scheduler: Scheduler; random: SeededRandom }) {
    this.#process = process;
    this.#model = of.model;
    this.#scheduler = of.scheduler;
    this.#random = of.random;
  }

  acquireLease(request: { holder: string; ttlMs: number }): Promise<LeaseResult> {
    return this.#call(0, () => this.#model.acquireLease(request));
  }

  renewLease(fence: Fence & { ttlMs: number }): Promise<boolean> {
    return this.#call(0, () => this.#model.renewLease(fence));
  }

  releaseLease(fence: Fence): Promise<void> {
    return this.#call(0, () => this.#model.releaseLease(fence));
  }

  beginGeneration(fence: Fence, next: Pick<Fence, "epoch" | "generation">): Promise<boolean> {
    return this.#call(0, () => this.#model.beginGeneration(fence, next));
  }

  commit(fence: Fence, requestId: string, changes: readonly Change[]): Promise<CommitResult> {
    const bytes = changes.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
    this.bytesWritten += bytes;
    this.commits++;
    return this.#call(changes.length * ENTRY_MS + bytes * BYTE_MS, () => this.#model.commit(fence, requestId, changes));
  }

  read(key: string): Promise<Entry | undefined> {
    return this.#call(0, () => this.#model.read(key));
  }

  /** Page by page, as from Redis. */
  async readAll(prefix: string): Promise<readonly Entry[]> {
    const entries = this.#model.readAll(prefix);
    for (let read = 0; read < entries.length; read += PAGE_ENTRIES) {
      const page = entries.slice(read, read + PAGE_ENTRIES);
      const bytes = page.reduce((sum, { value }) => sum + value.length, 0);
      await this.#call(page.length * ENTRY_MS + bytes * BYTE_MS, () => undefined);
    }
    return entries;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Done half way through the time that the answer takes. */
  #call<T>(workMs: number, run: () => T): Promise<T> {
    const waitMs = (P50_MS * Math.exp(SIGMA * this.#normal()) + workMs) / 2;
    return new Promise((resolve) => {
      this.#scheduler.after(waitMs, undefined, () => {
        const result = run();
        this.#scheduler.after(waitMs, this.#process, () => resolve(result));
      });
    });
  }

  /** Box and Muller. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random.next())) * Math.cos(2 * Math.PI * this.#random.next());
  }
}
