import { AppError } from "@millrace/model";
import type { Change, CommitResult, CoordinationStore, Entry, Fence, LeaseResult } from "@millrace/ports";
import type { MemoryCoordination } from "@millrace/testkit";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import type { SimProcess } from "./sim-process.ts";

/** When a caller gives up. What it sent may still arrive, and then counts. */
const ANSWER_MS_MAX = 1_500;

/** The machine of the coordination store: the model of the Redis scripts, and the ways to it. */
export interface StoreServer {
  readonly machine: Machine;
  readonly model: MemoryCoordination;
  /** Answers nothing while it is away. */
  isUp: boolean;
  /** Chance that something was done and its answer is lost. */
  lostAnswerChance: number;
  /** Sees what the store takes; for checkers. */
  watch: StoreWatch | undefined;
}

export interface StoreWatch {
  leaseGiven(to: Pick<Fence, "epoch" | "holder">): void;
  /** Only of commits that changed something, not of those that were repeated. */
  committed(fence: Fence, changes: readonly Change[]): void;
  /** It has an earlier state again. */
  rolledBack(): void;
}

/** The store as a coordinator's process reaches it: late, not at all, or done without an answer. */
export class SimStore implements CoordinationStore {
  readonly description = "simulated";
  readonly #process: SimProcess;
  readonly #server: StoreServer;
  readonly #network: Network;

  constructor(process: SimProcess, server: StoreServer, network: Network) {
    this.#process = process;
    this.#server = server;
    this.#network = network;
  }

  acquireLease(request: { holder: string; ttlMs: number }): Promise<LeaseResult> {
    return this.#call((model) => {
      const result = model.acquireLease(request);
      if (result.kind === "acquired") this.#server.watch?.leaseGiven({ epoch: result.epoch, holder: request.holder });
      return result;
    });
  }

  renewLease(fence: Fence & { ttlMs: number }): Promise<boolean> {
    return this.#call((model) => model.renewLease(fence));
  }

  releaseLease(fence: Fence): Promise<void> {
    return this.#call((model) => model.releaseLease(fence));
  }

  beginGeneration(fence: Fence, next: Pick<Fence, "epoch" | "generation">): Promise<boolean> {
    return this.#call((model) => model.beginGeneration(fence, next));
  }

  commit(fence: Fence, requestId: string, changes: readonly Change[]): Promise<CommitResult> {
    return this.#call((model) => {
      const version = (): number => model.read(changes[0]?.key ?? "")?.version ?? 0;
      const before = version();
      const result = model.commit(fence, requestId, changes);
      if (result.kind === "ok" && version() !== before) this.#server.watch?.committed(fence, changes);
      return result;
    });
  }

  read(key: string): Promise<Entry | undefined> {
    return this.#call((model) => model.read(key));
  }

  readAll(prefix: string): Promise<readonly Entry[]> {
    return this.#call((model) => model.readAll(prefix));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #call<T>(run: (model: MemoryCoordination) => T): Promise<T> {
    const { links, scheduler, random } = this.#network;
    const [here, there] = [this.#process.machine, this.#server.machine];
    return new Promise((resolve, reject) => {
      const timer = this.#process.clock.setTimer(ANSWER_MS_MAX, () => reject(unreachable()));
      if (links.isCut(here, there)) return;
      scheduler.after(links.delayMs(here, there), undefined, () => {
        if (!this.#server.isUp) return;
        const result = run(this.#server.model);
        if (links.isCut(there, here) || random.next() < this.#server.lostAnswerChance) return;
        scheduler.after(links.delayMs(there, here), this.#process, () => {
          timer.cancel();
          resolve(result);
        });
      });
    });
  }
}

function unreachable(): AppError {
  return new AppError({ kind: "unavailable", code: "redis-unreachable", message: "store does not answer" });
}
