import type { Producer } from "@millrace/client";
import { toAppError } from "@millrace/model";
import type { SimProcess } from "../world/sim-process.ts";
import { TableReader } from "./table-reader.ts";
import { type Changing, TableTruth } from "./table-truth.ts";
import type { Workload } from "./workload.ts";

const KEYS = 12;
const CHANGES_PER_TRANSACTION_MAX = 3;
const TOMBSTONE_CHANCE = 0.3;
const ABORT_CHANCE = 0.2;
/** Beside the clients it is slow. */
const THINKS_PER_TRANSACTION = 3;
const RETRY_MS = 200;
/** How far the reader beside it falls behind: far less than the topic keeps tombstones for it. */
const READER_WAIT_MS_MAX = 12_000;
const READ_MS_MAX = 90_000;

/**
 * A compacted topic as a table: one writer changes a few keys and takes them away again, in transactions of which some abort; one reader is always behind. At the end both what that
 * reader has come to and what one who reads all anew comes to are compared with what was acknowledged.
 */
export class Table {
  readonly #workload: Workload;
  readonly #of: { readonly topic: string; readonly partitions: number };
  readonly #truth = new TableTruth();
  readonly #reader: TableReader;
  #nextValue = 0;

  constructor(workload: Workload, of: { readonly topic: string; readonly partitions: number }) {
    this.#workload = workload;
    this.#of = of;
    const process = this.#process("table-reader");
    this.#reader = new TableReader(workload, { process, table: of });
  }

  start(): void {
    const process = this.#process("table-writer");
    void this.#write(process);
    const isOver = (): boolean => this.#workload.isOver;
    void this.#reader.follow(isOver, () => process.random.next() ** 2 * READER_WAIT_MS_MAX);
  }

  /** After everything is healed: what is wrong with what the topic gives. */
  async finish(): Promise<string[]> {
    const fresh = new TableReader(this.#workload, { process: this.#process("table-final-reader"), table: this.#of });
    const [isFollowed, isRead] = await Promise.all([this.#reader.toTheEnd(READ_MS_MAX), fresh.toTheEnd(READ_MS_MAX)]);
    if (!isFollowed || !isRead) return ["liveness: the table was not readable to its end in time after all faults had ended"];
    return [
      ...this.#truth.differences("who followed it", this.#reader.values),
      ...this.#truth.differences("who reads it anew", fresh.values),
    ];
  }

  async #write(process: SimProcess): Promise<void> {
    const isOver = (): boolean => this.#workload.isOver;
    while (!isOver()) {
      const producer = this.#workload.connect(process).producer({ transactionalId: "table", transactionTimeoutMs: 10_000 });
      try {
        await producer.open([this.#of.topic]);
        while (!isOver()) await this.#transaction(process, producer);
      } catch (error) {
        // Nobody knows what became of the last one: its id is taken anew, which ends it one way or the other.
        this.#workload.cluster.log.note(process.name, "begins anew", { code: toAppError(error).code });
        await process.sleep(RETRY_MS);
      }
    }
  }

  async #transaction(process: SimProcess, producer: Producer): Promise<void> {
    const { random } = process;
    await process.sleep(-Math.log(1 - random.next()) * THINKS_PER_TRANSACTION * this.#workload.plan.thinkMs);
    const changes: Changing[] = [];
    const isAborted = random.next() < ABORT_CHANCE;
    producer.beginTransaction();
    for (let count = 1 + random.integer(CHANGES_PER_TRANSACTION_MAX); count > 0; count--) {
      const key = random.integer(KEYS);
      const value = random.next() < TOMBSTONE_CHANCE ? undefined : this.#nextValue++;
      changes.push(this.#truth.change(`key-${key}`, value));
      await producer.sendAndWait(this.#of.topic, {
        partition: key % this.#of.partitions,
        key: bytes(`key-${key}`),
        value: value === undefined ? null : bytes(String(value)),
      });
    }
    if (isAborted) await producer.abortTransaction();
    else await producer.commitTransaction();
    for (const change of changes) change.settle(isAborted ? "aborted" : "stored");
  }

  #process(name: string): SimProcess {
    const { cluster } = this.#workload;
    return cluster.process(name, cluster.clientMachine(name));
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
