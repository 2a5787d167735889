import type { Client, Delivery, Producer } from "@millrace/client";
import { type Clock, type Random, sleep } from "@millrace/ports";
import { encodeNumber } from "./number-value.ts";

const RECORDS_PER_TURN_MAX = 40;
const TURN_MS = 5;
const PADDING_BYTES_END = 400;

export interface NumbersTarget {
  readonly topic: string;
  readonly partitions: number;
  /** Absent: as fast as is good for a short run. */
  readonly pace?: { readonly recordsPerTurnMax: number; readonly turnMs: number };
}

/**
 * Writes 0, 1, 2 … to each partition with acks=all and one numbered (idempotent) producer, whatever happens to the broker, and remembers what was
 * acknowledged. Nothing else writes there, so number n belongs at offset n.
 */
export class NumberWriter {
  readonly #producer: Producer;
  readonly #target: NumbersTarget;
  readonly #ports: { readonly clock: Clock; readonly random: Random };
  readonly #sent: number[];
  readonly #acknowledged: number[];
  /** Counts of batches that were acknowledged before an earlier one, by partition and first number: a new leader answers repeated batches in any order. */
  readonly #early: ReadonlyMap<number, Map<number, number>>;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  #failure: Error | undefined;

  constructor(client: Client, target: NumbersTarget, ports: { readonly clock: Clock; readonly random: Random }) {
    this.#target = target;
    this.#ports = ports;
    this.#sent = Array.from({ length: target.partitions }, () => 0);
    this.#acknowledged = Array.from({ length: target.partitions }, () => 0);
    this.#early = new Map(this.#sent.map((_, partition) => [partition, new Map<number, number>()]));
    this.#producer = client.producer({ acks: "all", idempotent: true, lingerMs: 1 });
    this.#producer.onDelivery((delivery) => {
      this.#onDelivery(delivery);
    });
  }

  /** How many are acknowledged, by partition: numbers below are stored, or the cluster lied. */
  get acknowledged(): readonly number[] {
    return [...this.#acknowledged];
  }

  get acknowledgedTotal(): number {
    return this.#acknowledged.reduce((sum, count) => sum + count, 0);
  }

  async start(): Promise<void> {
    await this.#producer.open([this.#target.topic]);
    this.#running = this.#run();
  }

  /** Writes no more, and waits until all that was written is acknowledged. Throws if anything ever failed. */
  async finish(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await this.#producer.flush();
    await this.#producer.close();
    if (this.#failure !== undefined) throw this.#failure;
    for (const [partition, sent] of this.#sent.entries()) {
      if (this.#acknowledged[partition] !== sent)
        throw new Error(
          `partition ${partition}: ${sent} numbers were sent, only the first ${this.#acknowledged[partition] ?? 0} were acknowledged`,
        );
    }
  }

  async #run(): Promise<void> {
    const { recordsPerTurnMax, turnMs } = this.#target.pace ?? { recordsPerTurnMax: RECORDS_PER_TURN_MAX, turnMs: TURN_MS };
    while (!this.#stopping && this.#failure === undefined) {
      const count = 1 + Math.floor(this.#ports.random.next() * recordsPerTurnMax);
      for (let i = 0; i < count; i++) if (!this.#sendOne()) await this.#producer.ready();
      await sleep(this.#ports.clock, turnMs);
    }
  }

  #sendOne(): boolean {
    const { topic, partitions } = this.#target;
    const partition = Math.floor(this.#ports.random.next() * partitions);
    const number = this.#sent[partition] ?? 0;
    this.#sent[partition] = number + 1;
    return this.#producer.send(topic, {
      partition,
      value: encodeNumber(number, Math.floor(this.#ports.random.next() * PADDING_BYTES_END)),
    });
  }

  #onDelivery({ partition, baseOffset, recordCount, error }: Delivery): void {
    const first = this.#acknowledged[partition] ?? 0;
    const early = this.#early.get(partition) ?? new Map<number, number>();
    if (error !== undefined) {
      this.#failure ??= error;
      return;
    }
    if (baseOffset !== -1 && baseOffset < first)
      this.#failure ??= new Error(`number ${first} of partition ${partition} was acknowledged at offset ${baseOffset}`);
    // A repeated batch that the broker had already stored may come without its offset.
    early.set(Math.max(baseOffset, first), recordCount);
    let end = first;
    for (let count = early.get(end); count !== undefined; count = early.get(end)) {
      early.delete(end);
      end += count;
    }
    this.#acknowledged[partition] = end;
  }
}
