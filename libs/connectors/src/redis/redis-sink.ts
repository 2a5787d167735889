import type { ConnectorOptions, SinkConnector, SinkOutput, SinkSlotMark, SinkSlots, SinkWriter } from "@millrace/ports";
import type { Redis } from "ioredis";
import { errors } from "../errors.ts";
import { CONNECT_TIMEOUT_MS, REDIS_COMMANDS_PER_BATCH_MAX } from "../limits.ts";
import { Options } from "../options.ts";
import { COMMIT_SCRIPT, OPEN_SCRIPT } from "./commit-script.ts";

type Structure = "string" | "hash" | "stream";

/** Keys of a Redis: pairs of key and value become strings, hashes or entries of streams. A batch and its marks are one script. */
export function redisSink(options: ConnectorOptions): SinkConnector {
  const read = new Options("redis", options, ["url", "as", "prefix"]);
  const structure = read.oneOf<Structure>("as", ["string", "hash", "stream"]);
  const prefix = options.prefix === undefined ? "" : read.text("prefix");
  const url = read.secret("url");
  return { open: (slots) => RedisWriter.open({ url, structure, prefix }, slots) };
}

interface RedisTarget {
  readonly url: string;
  readonly structure: Structure;
  readonly prefix: string;
}

class RedisWriter implements SinkWriter {
  readonly marks: ReadonlyMap<number, SinkSlotMark>;
  readonly #redis: Redis;
  readonly #target: RedisTarget;
  readonly #slots: SinkSlots;
  #commands: string[][] = [];
  #keys = new Set<string>();

  private constructor(redis: Redis, target: RedisTarget, opened: { slots: SinkSlots; marks: ReadonlyMap<number, SinkSlotMark> }) {
    this.#redis = redis;
    this.#target = target;
    this.#slots = opened.slots;
    this.marks = opened.marks;
  }

  static async open(target: RedisTarget, slots: SinkSlots): Promise<RedisWriter> {
    const { Redis } = await import("ioredis"); // By jobs that write to it only: it takes a worker's start 50 ms.
    // No retries of a command: it may have been carried out, and only opening again tells.
    const redis = new Redis(target.url, {
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: null,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    });
    redis.on("error", () => undefined); // the next command rejects with it
    await redis.connect();
    const answer: unknown = await redis.eval(OPEN_SCRIPT, 1, marksKey(slots), String(slots.jobEpoch), JSON.stringify(slots.slots));
    if (!Array.isArray(answer)) {
      redis.disconnect();
      throw errors.fenced("redis", { epoch: slots.jobEpoch });
    }
    const marks = slots.slots.flatMap((slot, index) => {
      const text = String(answer[index] ?? "");
      return text === "" ? [] : [[slot, JSON.parse(text) as SinkSlotMark] as const];
    });
    return new RedisWriter(redis, target, { slots, marks: new Map(marks) });
  }

  write({ element }: SinkOutput): void {
    const [key, value] = pairOf(element);
    const name = `${this.#target.prefix}${key}`;
    this.#keys.add(name);
    this.#commands.push(commandOf(this.#target.structure, name, value));
    if (this.#commands.length > REDIS_COMMANDS_PER_BATCH_MAX)
      throw errors.value(
        "redis",
        `a batch writes more than ${REDIS_COMMANDS_PER_BATCH_MAX} keys from one worker: lower maxRecordsPerBatch`,
      );
  }

  /** Everything stays here until the commit, within the bound above: one script call is all that Redis can do at once. */
  ready(): Promise<void> | undefined {
    return undefined;
  }

  async commit({ batch, digest, slots }: SinkSlotMark & { readonly slots: readonly number[] }): Promise<void> {
    const type = this.#target.structure;
    const types = [...this.#keys].map((key) => [key, type]);
    const commands = JSON.stringify(this.#commands);
    this.#commands = [];
    this.#keys = new Set();
    const mark = JSON.stringify({ batch, digest });
    const { jobEpoch } = this.#slots;
    const answer = String(
      await this.#redis.eval(
        COMMIT_SCRIPT,
        1,
        marksKey(this.#slots),
        String(jobEpoch),
        mark,
        JSON.stringify(slots),
        commands,
        JSON.stringify(types),
      ),
    );
    if (answer === "ok") return;
    if (answer === "fenced") throw errors.fenced("redis", { epoch: jobEpoch });
    throw errors.value("redis", `a key holds something else than a ${type} (${answer}): give the sink a prefix of its own`);
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }
}

function marksKey({ jobId, incarnation, sink }: SinkSlots): string {
  return `millrace:sink-marks:${jobId}/${incarnation}/${sink}`;
}

function pairOf(element: unknown): readonly [string, unknown] {
  if (Array.isArray(element) && element.length === 2 && typeof element[0] === "string") return [element[0], element[1]];
  throw errors.value("redis", "a Redis sink takes pairs [key, value] with a text as key: map to them first");
}

function commandOf(structure: Structure, key: string, value: unknown): string[] {
  if (value === undefined || value === null) return ["DEL", key];
  if (structure === "string") return ["SET", key, textOf(value)];
  if (typeof value !== "object" || Object.keys(value).length === 0)
    throw errors.value("redis", `a ${structure} takes an object with at least one property as value`);
  const fields = Object.entries(value).flatMap(([name, field]) => [name, textOf(field)]);
  return structure === "hash" ? ["HSET", key, ...fields] : ["XADD", key, "*", ...fields];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
