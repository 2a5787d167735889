import { open, type RootDatabase } from "lmdb";
import { assert } from "@millrace/stdx";
import { AppError } from "@millrace/model";
import {
  type Change,
  type Clock,
  COMMIT_BYTES_MAX,
  COMMIT_CHANGES_MAX,
  type CommitResult,
  type CoordinationStore,
  type Entry,
  type Fence,
  type LeaseResult,
  type Random,
} from "@millrace/ports";
import { decodeEntry, decodeJson, encodeEntry, encodeJson, type Lease, type Leader } from "./encoding.ts";
import { errors } from "./errors.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { FORMAT_VERSION, KEY_LENGTH_MAX, MAP_BYTES_MAX, OUTCOMES_MAX } from "./limits.ts";

export interface LmdbStoreSettings {
  readonly folder: string;
  /** Refuse to share the folder with another process. False: several processes may compete for the lease, as on Redis. */
  readonly exclusive: boolean;
}

const GENERATION = "m/generation";
const LEADER = "m/leader";
const LEASE = "m/lease";
const FORMAT = "m/format";
const OUTCOME_COUNT = "m/outcomes";
const entryKey = (key: string): string => `e/${key}`;
const outcomeKey = (requestId: string): string => `r/${requestId}`;
const outcomeSlot = (sequence: number): string => `s/${sequence % OUTCOMES_MAX}`;

/**
 * The coordination store as LMDB files in a folder: one write transaction for each call, synced to disk before it resolves. With the folder for itself it commits on another
 * thread, one call after another: a sync on this one would hold up everything else in the process for as long as the disk takes. Several processes decide inside of the
 * transaction, which LMDB runs on this thread only.
 */
export async function createLmdbStore(settings: LmdbStoreSettings, ports: { random: Random; clock: Clock }): Promise<CoordinationStore> {
  const lock = settings.exclusive ? lockFolder(settings.folder) : undefined;
  try {
    return await Promise.resolve(new LmdbStore(settings, ports, lock));
  } catch (error) {
    lock?.release();
    throw error instanceof AppError ? error : errors.failed(settings.folder, error);
  }
}

class LmdbStore implements CoordinationStore {
  readonly description: string;
  readonly #folder: string;
  readonly #ports: { readonly random: Random; readonly clock: Clock };
  readonly #lock: FolderLock | undefined;
  readonly #database: RootDatabase<Uint8Array, string>;
  /** What the call that is being decided writes; undefined: it removes the key. */
  readonly #writes = new Map<string, Buffer | undefined>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: LmdbStoreSettings, ports: { random: Random; clock: Clock }, lock: FolderLock | undefined) {
    this.description = `embedded:${settings.folder}`;
    this.#folder = settings.folder;
    this.#ports = ports;
    this.#lock = lock;
    this.#database = open<Uint8Array, string>({
      path: settings.folder,
      noSubdir: false,
      encoding: "binary",
      mapSize: MAP_BYTES_MAX,
      overlappingSync: false, // a commit is on disk when it returns
    });
    this.#checkFormat();
    // On this thread: nothing else is there yet. Whoever held the lease had this folder for itself, and is gone: the next need not wait.
    if (lock !== undefined) this.#database.removeSync(LEASE);
  }

  acquireLease({ holder, ttlMs }: { holder: string; ttlMs: number }): Promise<LeaseResult> {
    return this.#write((): LeaseResult => {
      const nowMs = this.#ports.clock.wallMs();
      const leader = this.#leader();
      const lease = this.#lease(nowMs);
      if (lease !== undefined && lease.holder !== holder)
        return { kind: "held", holder: lease.holder, epoch: leader.epoch, remainingMs: lease.endMs - nowMs };
      const generation = this.#generation() ?? this.#ports.random.hex(16);
      const epoch = leader.epoch + 1;
      this.#put(GENERATION, encodeJson(generation));
      this.#put(LEADER, encodeJson({ holder, epoch } satisfies Leader));
      this.#put(LEASE, encodeJson({ holder, endMs: nowMs + ttlMs, ttlMs } satisfies Lease));
      return { kind: "acquired", epoch, generation };
    });
  }

  renewLease(fence: Fence & { ttlMs: number }): Promise<boolean> {
    return this.#write(() => {
      const nowMs = this.#ports.clock.wallMs();
      if (!this.#leads(fence)) return false;
      this.#put(LEASE, encodeJson({ holder: fence.holder, endMs: nowMs + fence.ttlMs, ttlMs: fence.ttlMs } satisfies Lease));
      return true;
    });
  }

  releaseLease(fence: Fence): Promise<void> {
    return this.#write(() => {
      if (this.#leads(fence)) this.#writes.set(LEASE, undefined);
    });
  }

  beginGeneration(fence: Fence, { epoch, generation }: Pick<Fence, "epoch" | "generation">): Promise<boolean> {
    return this.#write(() => {
      if (!this.#leads(fence) || epoch < fence.epoch) return false;
      this.#put(GENERATION, encodeJson(generation));
      this.#put(LEADER, encodeJson({ holder: fence.holder, epoch } satisfies Leader));
      return true;
    });
  }

  commit(fence: Fence, requestId: string, changes: readonly Change[]): Promise<CommitResult> {
    const bytes = changes.reduce((sum, change) => sum + change.key.length + (change.value?.length ?? 0), 0);
    if (changes.length > COMMIT_CHANGES_MAX || bytes > COMMIT_BYTES_MAX)
      return Promise.reject(errors.commitTooLarge(changes.length, bytes));
    for (const { key } of changes) assert(key.length > 0 && key.length <= KEY_LENGTH_MAX, () => `key is empty or too long key=${key}`);
    return this.#write((): CommitResult => {
      const earlier = this.#get(outcomeKey(requestId));
      if (earlier !== undefined) return decodeJson(earlier) as CommitResult;
      const generation = this.#generation() ?? "";
      if (generation !== fence.generation) return { kind: "generation", generation };
      if (!this.#leads(fence)) return { kind: "fenced", epoch: this.#leader().epoch };
      const result = this.#firstConflict(changes) ?? { kind: "ok" };
      if (result.kind === "ok") for (const change of changes) this.#apply(change);
      this.#remember(requestId, result);
      return result;
    });
  }

  read(key: string): Promise<Entry | undefined> {
    return this.#try(() => this.#entry(key));
  }

  readAll(prefix: string): Promise<readonly Entry[]> {
    return this.#try(() => {
      const keys = [...this.#database.getKeys({ start: entryKey(prefix), end: `${entryKey(prefix)}\uffff`, snapshot: true })].filter(
        (key) => key.startsWith(entryKey(prefix)),
      );
      return keys.flatMap((key) => this.#entry(key.slice(entryKey("").length)) ?? []).sort((a, b) => (a.key < b.key ? -1 : 1));
    });
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#database.close();
    this.#lock?.release();
  }

  #checkFormat(): void {
    const stored = this.#database.getBinary(FORMAT);
    const format = stored === undefined ? FORMAT_VERSION : Number(decodeJson(stored));
    if (format > FORMAT_VERSION) {
      void this.#database.close();
      throw errors.formatNewer(this.#folder, format, FORMAT_VERSION);
    }
    if (stored === undefined) this.#database.putSync(FORMAT, encodeJson(FORMAT_VERSION));
  }

  #entry(key: string): Entry | undefined {
    const bytes = this.#get(entryKey(key));
    return bytes === undefined ? undefined : decodeEntry(key, bytes);
  }

  #firstConflict(changes: readonly Change[]): CommitResult | undefined {
    for (const { key, expect } of changes) {
      const version = this.#entry(key)?.version ?? 0;
      if (expect !== "any" && expect !== version) return { kind: "conflict", key, version };
    }
    return undefined;
  }

  #apply({ key, value }: Change): void {
    if (value === undefined) this.#writes.set(entryKey(key), undefined);
    else this.#put(entryKey(key), encodeEntry((this.#entry(key)?.version ?? 0) + 1, value));
  }

  /** Keeps the outcome and forgets that of OUTCOMES_MAX requests ago. */
  #remember(requestId: string, result: CommitResult): void {
    const count = this.#get(OUTCOME_COUNT);
    const sequence = count === undefined ? 0 : Number(decodeJson(count));
    const forgotten = this.#get(outcomeSlot(sequence));
    if (forgotten !== undefined) this.#writes.set(outcomeKey(String(decodeJson(forgotten))), undefined);
    this.#put(outcomeKey(requestId), encodeJson(result));
    this.#put(outcomeSlot(sequence), encodeJson(requestId));
    this.#put(OUTCOME_COUNT, encodeJson(sequence + 1));
  }

  #generation(): string | undefined {
    const bytes = this.#get(GENERATION);
    return bytes === undefined ? undefined : String(decodeJson(bytes));
  }

  #leader(): Leader {
    const bytes = this.#get(LEADER);
    return bytes === undefined ? { holder: "", epoch: 0 } : (decodeJson(bytes) as Leader);
  }

  #leads(fence: Fence): boolean {
    const { holder, epoch } = this.#leader();
    return this.#generation() === fence.generation && holder === fence.holder && epoch === fence.epoch;
  }

  /** The lease if it is in force. One that ends later than its whole length from now was given before the clock went back: it is over. */
  #lease(nowMs: number): Lease | undefined {
    const bytes = this.#get(LEASE);
    if (bytes === undefined) return undefined;
    const lease = decodeJson(bytes) as Lease;
    return lease.endMs > nowMs && lease.endMs - nowMs <= lease.ttlMs ? lease : undefined;
  }

  #put(key: string, value: Uint8Array): void {
    this.#writes.set(key, Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  }

  /** As the call that is being decided sees it. */
  #get(key: string): Buffer | undefined {
    return this.#writes.has(key) ? this.#writes.get(key) : this.#database.getBinary(key);
  }

  #write<T>(decide: () => T): Promise<T> {
    if (this.#lock === undefined) return this.#try(() => this.#database.transactionSync(() => this.#writtenNow(decide)));
    const done = this.#last.then(() => this.#commitAside(decide));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Inside of a transaction on this thread. */
  #writtenNow<T>(decide: () => T): T {
    const { result, writes } = this.#decided(decide);
    for (const [key, value] of writes) {
      if (value === undefined) this.#database.removeSync(key);
      else this.#database.putSync(key, value);
    }
    return result;
  }

  /** Nobody else writes: what is decided now is still right when it is committed, before the next call is decided. */
  async #commitAside<T>(decide: () => T): Promise<T> {
    try {
      this.#database.resetReadTxn();
      const { result, writes } = this.#decided(decide);
      if (writes.length > 0)
        await this.#database.batch(() => {
          for (const [key, value] of writes)
            (value === undefined ? this.#database.remove(key) : this.#database.put(key, value)).catch(told);
        });
      return result;
    } catch (error) {
      throw errors.failed(this.#folder, error);
    }
  }

  #decided<T>(decide: () => T): { readonly result: T; readonly writes: readonly (readonly [string, Buffer | undefined])[] } {
    this.#writes.clear();
    try {
      const result = decide();
      return { result, writes: [...this.#writes] };
    } finally {
      this.#writes.clear();
    }
  }

  async #try<T>(action: () => T): Promise<T> {
    await Promise.resolve();
    try {
      return action();
    } catch (error) {
      throw errors.failed(this.#folder, error);
    }
  }
}

/** The batch that a write belongs to fails with it, and says so. */
function told(): void {
  return undefined;
}
