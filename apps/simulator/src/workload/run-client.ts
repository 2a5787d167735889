import type { Happening, Read, Step } from "@millrace/checkers";
import type { Client, Consumer, Producer } from "@millrace/client";
import { AppError, toAppError } from "@millrace/model";
import type { SimProcess } from "../world/sim-process.ts";
import { encodeValue, readOf } from "./values.ts";
import type { KeyOf, Workload } from "./workload.ts";

export interface ClientOf {
  readonly index: number;
  readonly process: SimProcess;
  readonly p: number;
}

const FILL_BYTES_MAX = 300;
const POLL_MS_MAX = 150;
/** One in so many operations changes what is read, or asks where a log ends. */
const OPERATIONS_PER_ASSIGN = 48;
const OPERATIONS_PER_END = 24;
/** Sends of a transaction that follow on each other leave within so long, before the first is answered. */
const STAGGER_MS_MAX = 4;
/** Of sends that are not alone; of those that leave together. */
const BURST_CHANCE = 0.4;
const BURST_SENDS_MAX = 8;
const TOGETHER_CHANCE = 0.5;
const BURST_STAGGER_MS_MAX = 60;

/** A logical client's life: one operation after another, each written down before and after, until it crashes or does not know what became of one. */
export async function runClient(workload: Workload, of: ClientOf): Promise<void> {
  const client = new WorkingClient(workload, of);
  await client.open();
  while (!workload.isOver && (await client.step())) await of.process.sleep(-Math.log(1 - of.process.random.next()) * workload.plan.thinkMs);
}

class WorkingClient {
  readonly #workload: Workload;
  readonly #of: ClientOf;
  readonly #client: Client;
  readonly #producer: Producer;
  readonly #consumer: Consumer;
  readonly #isTransactional: boolean;
  /** Where this client stands in what it reads. */
  readonly #positions = new Map<string, number>();
  /** Where it was told that a key ends. */
  readonly #ends = new Map<string, number>();
  #assigned: readonly KeyOf[] = [];

  constructor(workload: Workload, of: ClientOf) {
    this.#workload = workload;
    this.#of = of;
    const client = workload.connect(of.process, workload.plan.patience);
    this.#client = client;
    this.#isTransactional = of.index % 3 === 1;
    this.#producer = client.producer({
      deliveryTimeoutMs: workload.plan.patience.deliveryMs,
      transactionTimeoutMs: workload.plan.patience.transactionMs,
      ...(this.#isTransactional ? { transactionalId: `client-${of.index}` } : {}),
    });
    this.#consumer = client.consumer({ isolation: "committed", offsetReset: "none" });
  }

  async open(): Promise<void> {
    await this.#producer.open(this.#workload.plan.topics.map(({ name }) => name));
    this.#assign();
  }

  /** One operation; false: nobody knows what became of it, and this client must not go on. */
  async step(): Promise<boolean> {
    if (this.#chance() < 1 / OPERATIONS_PER_ASSIGN) {
      this.#assign();
      return true;
    }
    if (this.#chance() < 1 / OPERATIONS_PER_END) return this.#lookAtEnd();
    if (this.#isTransactional && this.#chance() < 0.4) return this.#transaction();
    if (this.#isTransactional || this.#chance() >= 0.55) return this.#poll();
    return this.#chance() < BURST_CHANCE ? this.#burst() : this.#send(this.#anyKey(), this.#of.p);
  }

  #assign(): void {
    const { keys } = this.#workload;
    const count = 1 + Math.floor(this.#chance() * Math.min(2, keys.length));
    const first = Math.floor(this.#chance() * keys.length);
    this.#assigned = Array.from({ length: count }, (_, index) => keys[(first + index) % keys.length]).filter((key) => key !== undefined);
    const known = this.#chance() < 0.8;
    if (!known) this.#positions.clear();
    this.#record({ type: "invoke", f: "assign", v: this.#assigned.map(({ key }) => key), ...(known ? {} : { seek: "beginning" }) });
    this.#seekAll();
    this.#record({ type: "ok", f: "assign", v: this.#assigned.map(({ key }) => key), ...(known ? {} : { seek: "beginning" }) });
  }

  /** Reads on from the positions that count. */
  #seekAll(): void {
    this.#consumer.assign(
      this.#assigned.map(({ key, topic, partition }) => ({ topic, partition, offset: this.#positions.get(key) ?? "earliest" })),
    );
  }

  /** Several sends to one key, none of which waits for the one before: each is a logical process of its own, and they are stored in their order (P3). */
  async #burst(): Promise<boolean> {
    const key = this.#anyKey();
    const under: Promise<number | undefined>[] = [];
    const staggerMs = this.#chance() < TOGETHER_CHANCE ? 0 : BURST_STAGGER_MS_MAX;
    for (let count = 2 + Math.floor(this.#chance() * (BURST_SENDS_MAX - 1)); count > 0; count--) {
      under.push(this.#sendAs(key, this.#workload.recorder.newProcess()));
      if (staggerMs > 0) await this.#of.process.sleep(this.#chance() * staggerMs);
    }
    const offsets = await Promise.all(under);
    const stored = offsets.filter((offset) => offset !== undefined && offset >= 0) as number[];
    if (stored.some((offset, index) => offset <= (stored[index - 1] ?? -1)))
      this.#workload.anomalies.push(`send order: one producer's records of ${key.key} were stored in the order ${stored.join(", ")}`);
    return offsets.every((offset) => offset !== undefined);
  }

  async #send(key: KeyOf, p: number): Promise<boolean> {
    return (await this.#sendAs(key, p)) !== undefined;
  }

  /** Where it was stored, -1 where that is not known; undefined: nobody knows whether it was. */
  async #sendAs({ key, topic, partition }: KeyOf, p: number): Promise<number | undefined> {
    const { recorder, durability, anomalies } = this.#workload;
    const value = this.#workload.newValue();
    recorder.record({ type: "invoke", f: "send", v: [["send", key, value]], p });
    try {
      const { offset } = await this.#producer.sendAndWait(topic, { partition, value: this.#bytesOf(value) });
      recorder.record({ type: "ok", f: "send", v: [["send", key, offset < 0 ? value : [offset, value]]], p });
      const missing = offset < 0 ? undefined : durability.acknowledged({ topic, partition, offset });
      if (missing !== undefined) anomalies.push(missing);
      return offset;
    } catch (error) {
      // The producer has repeated it inside: an earlier attempt may be stored, now or later.
      recorder.record({ type: "info", f: "send", v: [["send", key, value]], p });
      this.#note("send", error);
      return undefined;
    }
  }

  /** P5: where a log ends never falls, as one client is told. */
  async #lookAtEnd(): Promise<boolean> {
    const { key, topic, partition } = this.#anyKey();
    const before = this.#ends.get(key) ?? 0;
    try {
      const [end] = await this.#client.listOffsets([{ topic, partition, at: "latest" }], "uncommitted");
      const offset = end?.offset ?? 0;
      if (offset < before) this.#workload.anomalies.push(`latest falls: ${key} ended at ${before}, and then at ${offset}`);
      this.#ends.set(key, Math.max(this.#ends.get(key) ?? 0, offset));
    } catch (error) {
      this.#note("look at the end", error);
    }
    return true;
  }

  async #poll(): Promise<boolean> {
    this.#record({ type: "invoke", f: "poll", v: [["poll"]] });
    try {
      const found = await this.#read();
      this.#record({ type: "ok", f: "poll", v: [["poll", found]] });
    } catch (error) {
      this.#record({ type: "fail", f: "poll", v: [["poll"]] });
      this.#note("poll", error);
      this.#seekAll();
    }
    return true;
  }

  /** What comes within a while; the positions follow. */
  async #read(): Promise<Record<string, Read[]>> {
    const group = await this.#consumer.poll({ timeoutMs: 1 + this.#chance() * POLL_MS_MAX });
    if (group === undefined) return {};
    const key = `${group.topic}-${group.partition}`;
    this.#positions.set(key, group.nextOffset);
    return { [key]: group.records.map(({ offset, value }) => readOf(offset, value)) };
  }

  async #transaction(): Promise<boolean> {
    const steps: Step[] = Array.from({ length: 1 + Math.floor(this.#chance() * 4) }, () =>
      this.#chance() < 0.7 ? ["send", this.#anyKey().key, this.#workload.newValue()] : ["poll"],
    );
    const before = new Map(this.#positions);
    const aborts = this.#chance() < 0.1;
    this.#record({ type: "invoke", f: "txn", v: steps });
    let done: Step[];
    try {
      this.#producer.beginTransaction();
      done = await this.#perform(steps);
      if (!aborts) {
        await this.#producer.commitTransaction();
        this.#record({ type: "ok", f: "txn", v: done });
        return true;
      }
    } catch (error) {
      this.#note("txn", error);
      if (isEndUnknown(error)) {
        this.#record({ type: "info", f: "txn", v: steps });
        return false;
      }
    }
    return this.#abort(steps, before);
  }

  /** After an acknowledged abort nothing of it counts, and it is read again from where it began. */
  async #abort(steps: readonly Step[], before: ReadonlyMap<string, number>): Promise<boolean> {
    try {
      await this.#producer.abortTransaction();
    } catch (error) {
      this.#note("abort", error);
      this.#record({ type: "info", f: "txn", v: steps });
      return false;
    }
    this.#record({ type: "fail", f: "txn", v: steps });
    for (const { key } of this.#assigned) {
      const position = before.get(key);
      if (position === undefined) this.#positions.delete(key);
      else this.#positions.set(key, position);
    }
    this.#seekAll();
    return true;
  }

  async #perform(steps: readonly Step[]): Promise<Step[]> {
    const done: Promise<Step>[] = [];
    for (const step of steps) {
      if (step[0] === "poll") {
        await Promise.all(done);
        done.push(Promise.resolve(["poll", await this.#read()]));
        continue;
      }
      const sent = this.#sendIn(step);
      sent.catch(() => undefined); // asked for below, with the others
      done.push(sent);
      await this.#of.process.sleep(this.#chance() * STAGGER_MS_MAX);
      const { transactionMs, dawdleChance } = this.#workload.plan.patience;
      if (this.#chance() < dawdleChance) await this.#of.process.sleep(2 * this.#chance() * transactionMs);
    }
    return Promise.all(done);
  }

  async #sendIn([, key, value]: Extract<Step, readonly ["send", ...unknown[]]>): Promise<Step> {
    if (typeof value !== "number") throw new Error("a planned send has a value only");
    const { topic, partition } = this.#keyOf(key);
    const { offset } = await this.#producer.sendAndWait(topic, { partition, value: this.#bytesOf(value) });
    return ["send", key, offset < 0 ? value : [offset, value]];
  }

  #bytesOf(value: number): Uint8Array {
    return encodeValue(value, Math.floor(this.#chance() ** 3 * FILL_BYTES_MAX));
  }

  #anyKey(): KeyOf {
    const { keys } = this.#workload;
    const key = keys[Math.floor(this.#chance() * keys.length)];
    if (key === undefined) throw new Error("a workload needs keys");
    return key;
  }

  #keyOf(name: string): KeyOf {
    const key = this.#workload.keys.find((candidate) => candidate.key === name);
    if (key === undefined) throw new Error(`no key ${name}`);
    return key;
  }

  #chance(): number {
    return this.#of.process.random.next();
  }

  #note(what: string, error: unknown): void {
    const { code, message } = toAppError(error);
    this.#workload.cluster.log.note(this.#of.process.name, `${what} failed`, { code, message });
    if (code === "offset-out-of-range") this.#workload.anomalies.push(`position beyond the log: ${message}`);
  }

  #record(happening: WithoutProcess<Happening>): void {
    this.#workload.recorder.record({ ...happening, p: this.#of.p });
  }
}

type WithoutProcess<E> = E extends Happening ? Omit<E, "p"> : never;

/** The end was asked for, and its answer did not come: whoever asks again might end another one. */
function isEndUnknown(error: unknown): boolean {
  return (
    error instanceof AppError &&
    (error.kind === "unavailable" || error.kind === "fenced" || error.kind === "internal" || error.kind === "retry")
  );
}
