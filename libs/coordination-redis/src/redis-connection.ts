import { Redis } from "ioredis";
import type { AppError } from "@millrace/model";
import type { Clock, Logger } from "@millrace/ports";
import { errors } from "./errors.ts";
import { ATTEMPT_MS_MAX, RECONNECT_MS_MAX, RECONNECT_MS_MIN } from "./limits.ts";
import type { Script } from "./scripts/script.ts";

export interface ConnectionSettings {
  /** redis://host:port or rediss://user:password@host:port/database. */
  readonly url: string;
  /** How long opening may go on trying, in milliseconds: Redis may start later than who needs it. */
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

type Argument = string | number | Buffer;

/** One connection to one Redis: bounded waits, errors that say what to do, scripts by digest. */
export class RedisConnection {
  /** host:port, no secrets. */
  readonly address: string;
  readonly #redis: Redis;
  #lastError: unknown;
  #isOpen = false;

  private constructor(settings: ConnectionSettings, logger: Logger) {
    this.address = addressOf(settings.url);
    this.#redis = new Redis(settings.url, {
      lazyConnect: true,
      connectTimeout: Math.min(settings.connectTimeoutMs, ATTEMPT_MS_MAX),
      commandTimeout: settings.commandTimeoutMs,
      maxRetriesPerRequest: 0, // the caller repeats with the same request id; the client must not repeat behind its back
      enableOfflineQueue: true,
      autoResendUnfulfilledCommands: false,
      keepAlive: 10_000,
      retryStrategy: (attempt) => Math.min(RECONNECT_MS_MIN * 2 ** Math.min(attempt, 10), RECONNECT_MS_MAX),
    });
    // Without a listener the client prints to the console. Callers get their own errors; this only notes changes.
    this.#redis.on("error", (error: unknown) => {
      if (this.#lastError === undefined && this.#isOpen) logger.warn("redis.connection-lost", { address: this.address, error });
      this.#lastError = error;
    });
    this.#redis.on("ready", () => {
      if (this.#lastError !== undefined && this.#isOpen) logger.info("redis.connected-again", { address: this.address });
      this.#lastError = undefined;
    });
  }

  /** Connects, trying again for `connectTimeoutMs` if nobody answers yet; then says why the last attempt failed. */
  static async open(settings: ConnectionSettings, ports: { logger: Logger; clock: Clock }): Promise<RedisConnection> {
    const connection = new RedisConnection(settings, ports.logger);
    const redis = connection.#redis;
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    redis.once("ready", () => {
      resolve();
    });
    // A server that accepts and stays silent, or is still loading its data, ends no attempt: only this timer does.
    const deadline = ports.clock.setTimer(settings.connectTimeoutMs, () => {
      reject(connection.#lastError ?? new Error("it accepts connections and does not answer"));
    });
    try {
      redis.connect().catch(() => undefined); // rejects on the first failure, while attempts go on
      await ready;
      connection.#isOpen = true;
      return connection;
    } catch (error) {
      redis.disconnect();
      throw errors.unreachable(connection.address, error);
    } finally {
      deadline.cancel();
    }
  }

  /** Runs a script; bulk strings of the reply are Buffers. */
  async run({ lua, sha1 }: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args];
    try {
      return await this.#redis.callBuffer("EVALSHA", [sha1, ...rest]);
    } catch (error) {
      if (!messageOf(error).startsWith("NOSCRIPT")) throw this.#translate(error);
    }
    return this.call("EVAL", [lua, ...rest]);
  }

  async call(command: string, args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#redis.callBuffer(command, [...args]);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#redis.disconnect();
    return Promise.resolve();
  }

  #translate(error: unknown): AppError {
    const isReply = typeof error === "object" && error !== null && "name" in error && error.name === "ReplyError";
    return isReply ? errors.refused(this.address, error) : errors.unreachable(this.address, this.#lastError ?? error);
  }
}

function addressOf(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.protocol === "redis:" || parsed.protocol === "rediss:")
      return `${parsed.hostname}:${parsed.port === "" ? "6379" : parsed.port}`;
  } catch {
    // Not a URL: refused below.
  }
  throw errors.address(url.replace(/\/\/.*@/, "//***@"));
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
}
