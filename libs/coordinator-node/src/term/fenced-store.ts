import { isRetriable } from "@millrace/model";
import {
  type Change,
  type Clock,
  type CommitResult,
  type CoordinationStore,
  type Entry,
  type Fence,
  type Random,
  sleep,
} from "@millrace/ports";
import { errors } from "../errors.ts";
import type { TermStore } from "../jobs-port.ts";
import { COMMIT_BACKOFF_MS_MAX, COMMIT_BACKOFF_MS_MIN, COMMITS_WAITING_MAX } from "../limits.ts";

/**
 * The store within one term: the only way in which the coordinator writes. One commit at a time, each with the term's fence and a request
 * id of its own; without an answer the same request is sent again until there is one or the term ends (reliability S2, S3).
 */
export class FencedStore implements TermStore {
  readonly fence: Fence;
  readonly #ports: { readonly store: CoordinationStore; readonly clock: Clock; readonly random: Random };
  readonly #over: AbortSignal;
  readonly #stepDown: (reason: string) => void;
  readonly #onRolledBack: () => void;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(
    fence: Fence,
    ports: { store: CoordinationStore; clock: Clock; random: Random },
    term: { over: AbortSignal; stepDown: (reason: string) => void; onRolledBack?: () => void },
  ) {
    this.fence = fence;
    this.#ports = ports;
    this.#over = term.over;
    this.#stepDown = term.stepDown;
    this.#onRolledBack = term.onRolledBack ?? (() => undefined);
  }

  commit(changes: readonly Change[]): Promise<Extract<CommitResult, { kind: "ok" | "conflict" }>> {
    if (this.#waiting >= COMMITS_WAITING_MAX) return Promise.reject(errors.tooManyCommits());
    this.#waiting++;
    const done = this.#last.then(() => this.#commitNow(changes)).finally(() => this.#waiting--);
    this.#last = done.catch(() => undefined);
    return done;
  }

  read(key: string): Promise<Entry | undefined> {
    return this.#untilAnswered(() => this.#ports.store.read(key));
  }

  readAll(prefix: string): Promise<readonly Entry[]> {
    return this.#untilAnswered(() => this.#ports.store.readAll(prefix));
  }

  /** Resolves when no commit is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async #commitNow(changes: readonly Change[]): Promise<Extract<CommitResult, { kind: "ok" | "conflict" }>> {
    const requestId = this.#ports.random.hex(16);
    const result = await this.#untilAnswered(() => this.#ports.store.commit(this.fence, requestId, changes));
    if (result.kind === "ok" || result.kind === "conflict") return result;
    const isRollback = result.kind === "generation" || result.epoch < this.fence.epoch;
    this.#stepDown(isRollback ? "store rolled back" : `fenced by epoch ${result.epoch}`);
    if (isRollback) this.#onRolledBack();
    else throw errors.termOver(`fenced by epoch ${result.epoch}`);
    throw errors.storeRolledBack(
      result.kind === "generation"
        ? { generation: this.fence.generation, storedGeneration: result.generation }
        : { epoch: this.fence.epoch, storedEpoch: result.epoch },
    );
  }

  async #untilAnswered<T>(call: () => Promise<T>): Promise<T> {
    for (let backoffMs = COMMIT_BACKOFF_MS_MIN; ; backoffMs = Math.min(backoffMs * 2, COMMIT_BACKOFF_MS_MAX)) {
      this.#assertLeads();
      try {
        return await call();
      } catch (error) {
        if (!isRetriable(error)) throw error;
        await sleep(this.#ports.clock, backoffMs, this.#over).catch(() => undefined);
      }
    }
  }

  #assertLeads(): void {
    if (this.#over.aborted) throw errors.termOver(String(this.#over.reason));
  }
}
