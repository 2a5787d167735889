import type { Sink } from "./kafka.ts";

/** What a pair becomes: a string, the fields of a hash, or an entry of a stream. */
export interface RedisValues {
  readonly string: string | number | boolean | null;
  readonly hash: Readonly<Record<string, unknown>> | null;
  readonly stream: Readonly<Record<string, unknown>>;
}

/** Keys of a Redis as a sink. */
export interface RedisOptions<S extends keyof RedisValues> {
  /** `redis://host:port/db`, or `env:NAME`: the executor's environment variable of that name. */
  readonly url: string;
  readonly as: S;
  /** Begins every key. Default: none. */
  readonly prefix?: string;
}

/**
 * Keys of a Redis, exactly once: a batch and its progress marks are one script call. A null value deletes the key. What a Redis forgets (eviction, a
 * failover that lost writes) it forgets together with the marks; batches before the job's last checkpoint do not come again.
 */
export function redis<S extends keyof RedisValues>(options: RedisOptions<S>): Sink<readonly [string, RedisValues[S]]> {
  const { url, as, prefix } = options;
  return { sink: { type: "connector", connector: "redis", options: { url, as, ...(prefix === undefined ? {} : { prefix }) } } };
}
