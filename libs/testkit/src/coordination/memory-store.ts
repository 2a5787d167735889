import {
  type Change,
  COMMIT_BYTES_MAX,
  COMMIT_CHANGES_MAX,
  type CommitResult,
  type CoordinationStore,
  type Entry,
  type Fence,
  type LeaseResult,
  type Clock,
  type Random,
} from "@millrace/ports";
import { AppError } from "@millrace/model";

/** All that the store holds; replaced as a whole by each write, so that an earlier one can be put back. */
interface StoreData {
  readonly generation: string | undefined;
  readonly epoch: number;
  readonly holder: string;
  readonly lease: { readonly holder: string; readonly endMs: number } | undefined;
  readonly entries: ReadonlyMap<string, Entry>;
  /** Outcomes of the last requests, oldest first. */
  readonly outcomes: ReadonlyMap<string, CommitResult>;
}

const OUTCOMES_MAX = 1_024; // as in the scripts: writes are serialized, so a retry is at most a few requests late
const EMPTY: StoreData = { generation: undefined, epoch: 0, holder: "", lease: undefined, entries: new Map(), outcomes: new Map() };

/** What the next calls meet, set by a test. */
export type StoreFault =
  | "unreachable" // fails, nothing applied
  | "applied-but-timed-out"; // applied, the answer is lost

/**
 * The coordination store in memory: the TypeScript model of the Redis scripts, and what the simulator uses. Several clients of one
 * `MemoryCoordination` are several processes at one Redis.
 */
export class MemoryCoordination {
  readonly #clock: Clock;
  readonly #random: Random;
  #data: StoreData = EMPTY;
  readonly #history: StoreData[] = [];
  #keepHistory = false;

  constructor(ports: { clock: Clock; random: Random }) {
    this.#clock = ports.clock;
    this.#random = ports.random;
  }

  /** A connection of its own, with faults of its own. */
  client(): MemoryStore {
    return new MemoryStore(this);
  }

  /** From here on every state is remembered, for `rollBack`. */
  recordHistory(): void {
    this.#keepHistory = true;
  }

  get writeCount(): number {
    return this.#history.length;
  }

  /** Puts back the state before the last `writes` writes: what a Redis failover or an old AOF does. `pastTerm`: of those before the lease was last given to somebody. */
  rollBack(writes: number, { pastTerm = false }: { readonly pastTerm?: boolean } = {}): void {
    const { epoch } = this.#data;
    while (pastTerm && epoch > 0 && this.#data.epoch === epoch && this.#history.length > 0) this.#goBack();
    for (let i = 0; i < writes; i++) this.#goBack();
  }

  #goBack(): void {
    const earlier = this.#history.pop();
    if (earlier !== undefined) this.#data = earlier;
  }

  /** All data is gone, as with an empty volume. */
  wipe(): void {
    this.#set(EMPTY);
  }

  acquireLease({ holder, ttlMs }: { holder: string; ttlMs: number }): LeaseResult {
    const data = this.#data;
    const nowMs = this.#clock.monotonicMs();
    if (data.lease !== undefined && data.lease.endMs > nowMs && data.lease.holder !== holder) {
      return { kind: "held", holder: data.lease.holder, epoch: data.epoch, remainingMs: data.lease.endMs - nowMs };
    }
    const generation = data.generation ?? this.#random.hex(16);
    const epoch = data.epoch + 1;
    this.#set({ ...data, generation, epoch, holder, lease: { holder, endMs: nowMs + ttlMs } });
    return { kind: "acquired", epoch, generation };
  }

  renewLease(fence: Fence & { ttlMs: number }): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#holds(fence)) return false;
    this.#set({ ...this.#data, lease: { holder: fence.holder, endMs: nowMs + fence.ttlMs } });
    return true;
  }

  releaseLease(fence: Fence): void {
    if (this.#holds(fence)) this.#set({ ...this.#data, lease: undefined });
  }

  beginGeneration(fence: Fence, { epoch, generation }: Pick<Fence, "epoch" | "generation">): boolean {
    if (!this.#holds(fence) || epoch < fence.epoch) return false;
    this.#set({ ...this.#data, epoch, generation });
    return true;
  }

  commit(fence: Fence, requestId: string, changes: readonly Change[]): CommitResult {
    const data = this.#data;
    const earlier = data.outcomes.get(requestId);
    if (earlier !== undefined) return earlier;
    if (data.generation !== fence.generation) return { kind: "generation", generation: data.generation ?? "" };
    if (!this.#holds(fence)) return { kind: "fenced", epoch: data.epoch };
    const entries = new Map(data.entries);
    let result: CommitResult = { kind: "ok" };
    for (const change of changes) {
      const version = data.entries.get(change.key)?.version ?? 0;
      if (change.expect !== "any" && change.expect !== version) {
        result = { kind: "conflict", key: change.key, version };
        break;
      }
      if (change.value === undefined) entries.delete(change.key);
      else entries.set(change.key, { key: change.key, version: version + 1, value: change.value.slice() });
    }
    const outcomes = new Map(data.outcomes).set(requestId, result);
    for (const oldest of outcomes.keys()) {
      if (outcomes.size <= OUTCOMES_MAX) break;
      outcomes.delete(oldest);
    }
    this.#set({ ...data, entries: result.kind === "ok" ? entries : data.entries, outcomes });
    return result;
  }

  read(key: string): Entry | undefined {
    return copyEntry(this.#data.entries.get(key));
  }

  readAll(prefix: string): readonly Entry[] {
    const keys = [...this.#data.entries.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.flatMap((key) => this.read(key) ?? []);
  }

  #holds(fence: Fence): boolean {
    return this.#data.generation === fence.generation && this.#data.epoch === fence.epoch && this.#data.holder === fence.holder;
  }

  #set(data: StoreData): void {
    if (this.#keepHistory) this.#history.push(this.#data);
    this.#data = data;
  }
}

/** One client of a `MemoryCoordination`. */
export class MemoryStore implements CoordinationStore {
  readonly description = "memory";
  readonly #server: MemoryCoordination;
  #fault: { readonly kind: StoreFault; calls: number } | undefined;
  #closed = false;

  constructor(server: MemoryCoordination) {
    this.#server = server;
  }

  /** The next `calls` calls of this client meet the fault. */
  fail(kind: StoreFault, calls = Infinity): void {
    this.#fault = { kind, calls };
  }

  /** Calls work again. */
  heal(): void {
    this.#fault = undefined;
  }

  acquireLease(request: { holder: string; ttlMs: number }): Promise<LeaseResult> {
    return this.#call(() => this.#server.acquireLease(request));
  }

  renewLease(fence: Fence & { ttlMs: number }): Promise<boolean> {
    return this.#call(() => this.#server.renewLease(fence));
  }

  releaseLease(fence: Fence): Promise<void> {
    return this.#call(() => {
      this.#server.releaseLease(fence);
    });
  }

  beginGeneration(fence: Fence, next: Pick<Fence, "epoch" | "generation">): Promise<boolean> {
    return this.#call(() => this.#server.beginGeneration(fence, next));
  }

  commit(fence: Fence, requestId: string, changes: readonly Change[]): Promise<CommitResult> {
    const bytes = changes.reduce((sum, change) => sum + change.key.length + (change.value?.length ?? 0), 0);
    if (changes.length > COMMIT_CHANGES_MAX || bytes > COMMIT_BYTES_MAX) {
      const context = { changes: changes.length, bytes };
      const message = `commit is over its bound of ${COMMIT_CHANGES_MAX} changes and ${COMMIT_BYTES_MAX} bytes: split it`;
      return Promise.reject(new AppError({ kind: "exhausted", code: "commit-too-large", message, context }));
    }
    return this.#call(() => this.#server.commit(fence, requestId, changes));
  }

  read(key: string): Promise<Entry | undefined> {
    return this.#call(() => this.#server.read(key));
  }

  readAll(prefix: string): Promise<readonly Entry[]> {
    return this.#call(() => this.#server.readAll(prefix));
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  async #call<T>(run: () => T): Promise<T> {
    await Promise.resolve();
    if (this.#closed) throw unreachable("store is closed");
    const fault = this.#fault;
    if (fault === undefined || fault.calls <= 0) return run();
    fault.calls--;
    if (fault.kind === "applied-but-timed-out") run();
    throw unreachable(`store does not answer: ${fault.kind}`);
  }
}

function unreachable(message: string): AppError {
  return new AppError({ kind: "unavailable", code: "store-unreachable", message });
}

function copyEntry(entry: Entry | undefined): Entry | undefined {
  return entry === undefined ? undefined : { ...entry, value: entry.value.slice() };
}
