import type { Producer } from "@millrace/client";
import { toAppError } from "@millrace/model";
import type { SeededRandom } from "@millrace/testkit";
import type { Machine } from "../world/machine.ts";
import type { SimProcess } from "../world/sim-process.ts";
import type { Workload } from "../workload/workload.ts";
import { INPUT, type InputEvent, keyOf } from "./job-model.ts";
import type { JobPlan } from "./job-plan.ts";

const WRITERS = 2;
const DELIVERY_MS_MAX = 20_000;
const TRANSACTION_MS_MAX = 15_000;
const TRANSACTION_RECORDS_MAX = 4;
const ABORT_CHANCE = 0.2;
/** Some events are written again, from the last few of their writer. */
const DUPLICATE_CHANCE = 0.15;
const REMEMBERED = 8;
/** Event times lie so far back at most; few of them as far. */
const DISORDER_MS_MAX = 8_000;
const SUCCESSOR_MS = 300;
const SILENCE_TIMES_IDLE = 2;

/**
 * Writes the job's input while the run goes on: numbered per key, out of order in event time, some of it twice. One writer is transactional, and aborts at times. Nobody
 * remembers what was acknowledged: what the job must have seen is what is in the log at the end.
 */
export class JobInput {
  readonly #workload: Workload;
  readonly #plan: JobPlan;
  readonly #numbers = new Map<string, number>();
  readonly #writers: { readonly machine: Machine; process: SimProcess | undefined }[] = [];
  #isOver = false;

  constructor(workload: Workload, plan: JobPlan) {
    this.#workload = workload;
    this.#plan = plan;
    for (let index = 0; index < WRITERS; index++)
      this.#writers.push({ machine: workload.cluster.clientMachine(`job-writer-${index}`), process: undefined });
  }

  start(): void {
    for (const index of this.#writers.keys()) this.#start(index);
  }

  end(): void {
    this.#isOver = true;
    for (const { process } of this.#writers) process?.kill();
  }

  #start(index: number): void {
    const writer = this.#writers[index];
    if (writer === undefined || this.#isOver) return;
    const { cluster } = this.#workload;
    const process = cluster.process(`job-writer-${index}`, writer.machine);
    writer.process = process;
    this.#write(process, index).catch((error: unknown) => {
      cluster.log.note(process.name, "writer ended", { code: toAppError(error).code });
      process.kill();
      cluster.scheduler.after(SUCCESSOR_MS, undefined, () => this.#start(index));
    });
  }

  async #write(process: SimProcess, index: number): Promise<never> {
    const isTransactional = index % 2 === 1;
    const producer = this.#workload.connect(process).producer({
      deliveryTimeoutMs: DELIVERY_MS_MAX,
      transactionTimeoutMs: TRANSACTION_MS_MAX,
      ...(isTransactional ? { transactionalId: `job-writer-${index}` } : {}),
    });
    await producer.open([INPUT]);
    const recent: InputEvent[] = [];
    for (;;) {
      await process.sleep(-Math.log(1 - process.random.next()) * this.#plan.thinkMs);
      if (isTransactional) await this.#transaction(producer, recent, process.random);
      else await this.#send(producer, this.#next(recent, process.random));
    }
  }

  async #transaction(producer: Producer, recent: InputEvent[], random: SeededRandom): Promise<void> {
    producer.beginTransaction();
    for (let left = 1 + random.integer(TRANSACTION_RECORDS_MAX); left > 0; left--) await this.#send(producer, this.#next(recent, random));
    if (random.next() < ABORT_CHANCE) await producer.abortTransaction();
    else await producer.commitTransaction();
  }

  async #send(producer: Producer, event: InputEvent): Promise<void> {
    const partition = Number(event.k.slice(1)) % this.#plan.partitions;
    await producer.sendAndWait(INPUT, { partition, value: encodeEvent(event) });
  }

  #next(recent: InputEvent[], random: SeededRandom): InputEvent {
    const again = random.next() < DUPLICATE_CHANCE ? recent[random.integer(recent.length)] : undefined;
    if (again !== undefined) return again;
    const k = this.#anyKey(random);
    const n = this.#numbers.get(k) ?? 0;
    this.#numbers.set(k, n + 1);
    const event = { k, n, at: Math.round(this.#workload.cluster.trueWallMs - random.next() ** 4 * DISORDER_MS_MAX) };
    recent.push(event);
    if (recent.length > REMEMBERED) recent.shift();
    return event;
  }

  /** Partitions fall silent in turn, longer than the job waits for them: they come back with times that lie behind the others'. */
  #anyKey(random: SeededRandom): string {
    const { keys, partitions, idleAfterMs } = this.#plan;
    const turn = Math.floor(this.#workload.cluster.scheduler.nowMs / (idleAfterMs * SILENCE_TIMES_IDLE)) % (partitions * 2);
    for (;;) {
      const index = random.integer(keys);
      if (index % partitions !== turn) return keyOf(index);
    }
  }
}

const encoder = new TextEncoder();

export function encodeEvent(event: InputEvent): Uint8Array {
  return encoder.encode(JSON.stringify(event));
}
