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

/** The coordination store as LMDB files in a folder: one write transaction for each call, synced to disk before it resolves. */
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
    // Whoever held the lease had this folder for itself, and is gone: the next need not wait.
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
      if (!this.#leads(fence) || this.#lease(nowMs)?.holder !== fence.holder) return false;
      this.#put(LEASE, encodeJson({ holder: fence.holder, endMs: nowMs + fence.ttlMs, ttlMs: fence.ttlMs } satisfies Lease));
      return true;
    });
  }

  releaseLease(fence: Fence): Promise<void> {
    return this.#write(() => {
      if (this.#leads(fence)) this.#database.removeSync(LEASE);
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
      const earlier = this.#database.getBinary(outcomeKey(requestId));
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
    if (stored === undefined)
      this.#database.transactionSync(() => {
        this.#put(FORMAT, encodeJson(FORMAT_VERSION));
      });
  }

  #entry(key: string): Entry | undefined {
    const bytes = this.#database.getBinary(entryKey(key));
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
    if (value === undefined) this.#database.removeSync(entryKey(key));
    else this.#put(entryKey(key), encodeEntry((this.#entry(key)?.version ?? 0) + 1, value));
  }

  /** Keeps the outcome and forgets that of OUTCOMES_MAX requests ago. */
  #remember(requestId: string, result: CommitResult): void {
    const count = this.#database.getBinary(OUTCOME_COUNT);
    const sequence = count === undefined ? 0 : Number(decodeJson(count));
    const forgotten = this.#database.getBinary(outcomeSlot(sequence));
    if (forgotten !== undefined) this.#database.removeSync(outcomeKey(String(decodeJson(forgotten))));
    this.#put(outcomeKey(requestId), encodeJson(result));
    this.#put(outcomeSlot(sequence), encodeJson(requestId));
    this.#put(OUTCOME_COUNT, encodeJson(sequence + 1));
  }

  #generation(): string | undefined {
    const bytes = this.#database.getBinary(GENERATION);
    return bytes === undefined ? undefined : String(decodeJson(bytes));
  }

  #leader(): Leader {
    const bytes = this.#database.getBinary(LEADER);
    return bytes === undefined ? { holder: "", epoch: 0 } : (decodeJson(bytes) as Leader);
  }

  #leads(fence: Fence): boolean {
    const { holder, epoch } = this.#leader();
    return this.#generation() === fence.generation && holder === fence.holder && epoch === fence.epoch;
  }

  /** The lease if it is in force. One that ends later than its whole length from now was given before the clock went back: it is over. */
  #lease(nowMs: number): Lease | undefined {
    const bytes = this.#database.getBinary(LEASE);
    if (bytes === undefined) return undefined;
    const lease = decodeJson(bytes) as Lease;
    return lease.endMs > nowMs && lease.endMs - nowMs <= lease.ttlMs ? lease : undefined;
  }

  #put(key: string, value: Uint8Array): void {
    this.#database.putSync(key, value);
  }

  #write<T>(action: () => T): Promise<T> {
    return this.#try(() => this.#database.transactionSync(action));
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
