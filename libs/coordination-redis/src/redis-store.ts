import { assert } from "@millrace/stdx";
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
  type Logger,
  type Random,
  type Timer,
} from "@millrace/ports";
import { errors } from "./errors.ts";
import { KEY_LENGTH_MAX, OUTCOMES_MAX, PAGE_BYTES_MAX, PAGE_ENTRIES_MAX, SETTINGS_CHECK_MS } from "./limits.ts";
import { type ConnectionSettings, RedisConnection } from "./redis-connection.ts";
import { array, bytes, integer, text } from "./replies.ts";
import { CHECKED_SETTINGS, unsafeSettings } from "./safe-settings.ts";
import { ACQUIRE_LEASE } from "./scripts/acquire-lease.lua.ts";
import { BEGIN_GENERATION } from "./scripts/begin-generation.lua.ts";
import { COMMIT } from "./scripts/commit.lua.ts";
import { LIST_PAGE } from "./scripts/list-page.lua.ts";
import { RELEASE_LEASE } from "./scripts/release-lease.lua.ts";
import { RENEW_LEASE } from "./scripts/renew-lease.lua.ts";

export interface RedisStoreSettings extends ConnectionSettings {
  /** Names the cluster's keys: `{cluster}…`, one hash tag, so that several clusters share a Redis and Redis Cluster works. */
  readonly cluster: string;
  /** What to do about settings that lose acknowledged writes. `warn` is for tests and managed servers that hide their settings. */
  readonly unsafeSettings: "refuse" | "warn";
}

interface RedisStorePorts {
  readonly random: Random;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The coordination store on Redis: each call one Lua script. Connects and checks the server's settings first. */
export async function createRedisStore(settings: RedisStoreSettings, ports: RedisStorePorts): Promise<CoordinationStore> {
  assert(
    /^[a-zA-Z0-9._-]{1,100}$/.test(settings.cluster),
    () => `cluster name must be 1 to 100 of a-z A-Z 0-9 . _ - cluster=${settings.cluster}`,
  );
  const connection = await RedisConnection.open(settings, ports);
  const store = new RedisStore(connection, settings, ports);
  try {
    await store.checkSettings();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class RedisStore implements CoordinationStore {
  readonly description: string;
  readonly #connection: RedisConnection;
  readonly #unsafe: "refuse" | "warn";
  readonly #ports: RedisStorePorts;
  readonly #tag: string;
  readonly #leaseKeys: readonly [lease: string, leader: string, generation: string];
  #nextCheck: Timer | undefined;

  constructor(connection: RedisConnection, settings: RedisStoreSettings, ports: RedisStorePorts) {
    this.description = `redis://${connection.address}`;
    this.#connection = connection;
    this.#unsafe = settings.unsafeSettings;
    this.#ports = ports;
    this.#tag = `{${settings.cluster}}`;
    this.#leaseKeys = [`${this.#tag}:lease`, `${this.#tag}:leader`, `${this.#tag}:generation`];
  }

  /** Refuses (or, later and when asked to, warns about) a server that could lose acknowledged writes; checks again every hour. */
  async checkSettings(): Promise<void> {
    const found = await this.#readSettings();
    const problems = unsafeSettings(found);
    if (problems.length > 0) {
      const error = errors.unsafe(this.#connection.address, problems);
      if (this.#unsafe === "refuse") throw error;
      this.#ports.logger.warn("redis.unsafe-settings", { error: error.message });
    }
    this.#scheduleCheck();
  }

  async acquireLease({ holder, ttlMs }: { holder: string; ttlMs: number }): Promise<LeaseResult> {
    const reply = array(await this.#connection.run(ACQUIRE_LEASE, this.#leaseKeys, [holder, Math.ceil(ttlMs), this.#ports.random.hex(16)]));
    if (text(reply[0]) === "acquired") return { kind: "acquired", epoch: integer(reply[1]), generation: text(reply[2]) };
    return { kind: "held", holder: text(reply[1]), epoch: integer(reply[2]), remainingMs: Math.max(1, integer(reply[3])) };
  }

  async renewLease({ holder, epoch, generation, ttlMs }: Fence & { ttlMs: number }): Promise<boolean> {
    return integer(await this.#connection.run(RENEW_LEASE, this.#leaseKeys, [holder, epoch, generation, Math.ceil(ttlMs)])) === 1;
  }

  async releaseLease({ holder, epoch, generation }: Fence): Promise<void> {
    await this.#connection.run(RELEASE_LEASE, this.#leaseKeys, [holder, epoch, generation]);
  }

  async beginGeneration(fence: Fence, next: Pick<Fence, "epoch" | "generation">): Promise<boolean> {
    const args = [fence.holder, fence.epoch, fence.generation, next.epoch, next.generation];
    return integer(await this.#connection.run(BEGIN_GENERATION, this.#leaseKeys, args)) === 1;
  }

  async commit(fence: Fence, requestId: string, changes: readonly Change[]): Promise<CommitResult> {
    const byteCount = changes.reduce((sum, change) => sum + change.key.length + (change.value?.length ?? 0), 0);
    if (changes.length > COMMIT_CHANGES_MAX || byteCount > COMMIT_BYTES_MAX) throw errors.commitTooLarge(changes.length, byteCount);
    const [, leader, generation] = this.#leaseKeys;
    const keys = [
      leader,
      generation,
      `${this.#tag}:outcomes`,
      `${this.#tag}:order`,
      `${this.#tag}:names`,
      ...changes.map(({ key }) => this.#entryKey(key)),
    ];
    const args: (string | number | Buffer)[] = [fence.holder, fence.epoch, fence.generation, requestId, OUTCOMES_MAX];
    for (const { key, expect, value } of changes) args.push(key, expect, value === undefined ? "delete" : "put", asBuffer(value));
    const reply = array(await this.#connection.run(COMMIT, keys, args));
    const kind = text(reply[0]);
    switch (kind) {
      case "ok":
        return { kind };
      case "fenced":
        return { kind, epoch: integer(reply[1]) };
      case "generation":
        return { kind, generation: text(reply[1]) };
      default:
        assert(kind === "conflict", () => `unknown reply of commit reply=${kind}`);
        return { kind: "conflict", key: text(reply[1]), version: integer(reply[2]) };
    }
  }

  async read(key: string): Promise<Entry | undefined> {
    const [version, value] = array(await this.#connection.call("HMGET", [this.#entryKey(key), "n", "v"]));
    return version === null || value === null ? undefined : { key, version: integer(version), value: bytes(value) };
  }

  async readAll(prefix: string): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    const end = Buffer.from(`(${prefix}\u00ff`, "latin1"); // keys are ASCII, so all that start with the prefix sort below it
    for (let start = `[${prefix}`; ;) {
      const page = array(
        await this.#connection.run(LIST_PAGE, [`${this.#tag}:names`], [start, end, this.#entryKey(""), PAGE_ENTRIES_MAX, PAGE_BYTES_MAX]),
      );
      for (let i = 0; i < page.length; i += 3)
        entries.push({ key: text(page[i]), version: integer(page[i + 1]), value: bytes(page[i + 2]) });
      const last = entries.at(-1);
      if (page.length === 0 || last === undefined) return entries;
      start = `(${last.key}`;
    }
  }

  async close(): Promise<void> {
    this.#nextCheck?.cancel();
    await this.#connection.close();
  }

  #entryKey(key: string): string {
    assert(
      key.length <= KEY_LENGTH_MAX && /^[\x20-\x7e]*$/.test(key),
      () => `key must be printable ASCII of at most ${KEY_LENGTH_MAX} key=${key}`,
    );
    return `${this.#tag}:entry:${key}`;
  }

  async #readSettings(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const name of CHECKED_SETTINGS) {
      try {
        const reply = await this.#connection.call("CONFIG", ["GET", name]);
        const pair = reply instanceof Map ? [...reply].flat() : array(reply);
        if (pair.length >= 2) found.set(name, text(pair[1]));
      } catch (error) {
        if (this.#unsafe === "warn") return found;
        throw errors.settingsHidden(this.#connection.address, error);
      }
    }
    return found;
  }

  #scheduleCheck(): void {
    this.#nextCheck = this.#ports.clock.setTimer(SETTINGS_CHECK_MS, () => {
      this.checkSettings().catch((error: unknown) => {
        this.#ports.logger.error("redis.unsafe-settings", { error });
        this.#scheduleCheck();
      });
    });
  }
}

function asBuffer(value: Uint8Array | undefined): Buffer {
  return value === undefined ? Buffer.alloc(0) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
