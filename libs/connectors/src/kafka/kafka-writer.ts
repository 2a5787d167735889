import type { SinkOutput, SinkSlotMark, SinkSlots, SinkWriter } from "@millrace/ports";
import { assertDefined } from "@millrace/stdx";
import { compatibilityPartitioner, type MessageToProduce } from "@platformatic/kafka";
import { errors } from "../errors.ts";
import { KAFKA_RECORDS_PER_SEND } from "../limits.ts";
import type { ForeignCluster } from "./foreign-log.ts";
import { ensureMarksTopic, type ForeignMark, readMarks } from "./foreign-marks.ts";
import { kafkaFailure } from "./kafka-errors.ts";
import { SlotProducer } from "./slot-producer.ts";

function assertNoneAbove({ jobEpoch }: SinkSlots, marks: ReadonlyMap<number, ForeignMark>): void {
  if ([...marks.values()].some(({ epoch }) => epoch > jobEpoch)) throw errors.fenced("kafka", { epoch: jobEpoch });
}

/** Batches count from 1. */
const NO_MARK: SinkSlotMark = { batch: 0, digest: "" };

/** What `kafkaSink` opens. */
export class KafkaWriter implements SinkWriter {
  readonly marks: ReadonlyMap<number, SinkSlotMark>;
  readonly #topic: string;
  readonly #producers: ReadonlyMap<number, SlotProducer>;
  readonly #buffers = new Map<number, MessageToProduce[]>();
  #sending: Promise<void> | undefined;
  /** Records without a key go around the partitions. */
  #turn = 0;

  private constructor(topic: string, producers: ReadonlyMap<number, SlotProducer>, marks: ReadonlyMap<number, SinkSlotMark>) {
    this.#topic = topic;
    this.#producers = producers;
    this.marks = marks;
  }

  static async open(target: { cluster: ForeignCluster; topic: string }, slots: SinkSlots): Promise<KafkaWriter> {
    const { cluster, topic } = target;
    const producers = new Map<number, SlotProducer>();
    try {
      await ensureMarksTopic(cluster);
      // Before anything is touched: opening a producer fences whoever has its id, of whatever epoch.
      assertNoneAbove(slots, await readMarks(cluster, slots));
      await Promise.all(slots.slots.map(async (slot) => producers.set(slot, await SlotProducer.open(cluster, slots, slot))));
      const known = await readMarks(cluster, slots);
      assertNoneAbove(slots, known);
      // Who comes late with a lower epoch finds this one, whether or not a batch was committed under it.
      await Promise.all([...producers].map(([slot, producer]) => producer.commit(known.get(slot) ?? NO_MARK)));
      const marks = [...known].filter(([, { batch }]) => batch > NO_MARK.batch);
      return new KafkaWriter(topic, producers, new Map(marks.map(([slot, { batch, digest }]) => [slot, { batch, digest }])));
    } catch (error) {
      await Promise.allSettled([...producers.values()].map((producer) => producer.close()));
      throw kafkaFailure(error, { topic });
    }
  }

  write({ slot, key, value, timestampMs }: SinkOutput): void {
    const buffer = this.#buffers.get(slot) ?? [];
    this.#buffers.set(slot, buffer);
    const bytes = key === null ? undefined : Buffer.from(key);
    const partition = bytes === undefined ? this.#turn++ : compatibilityPartitioner({ topic: this.#topic }, bytes);
    buffer.push({
      topic: this.#topic,
      partition,
      timestamp: BigInt(timestampMs),
      ...(bytes === undefined ? {} : { key: bytes }),
      ...(value === null ? {} : { value: Buffer.from(value) }),
    });
    if (buffer.length >= KAFKA_RECORDS_PER_SEND && this.#sending === undefined) this.#startSending(slot, buffer);
  }

  ready(): Promise<void> | undefined {
    return this.#sending;
  }

  async commit({ batch, digest, slots }: SinkSlotMark & { readonly slots: readonly number[] }): Promise<void> {
    await this.#sending;
    await Promise.all(slots.map((slot) => this.#commitSlot(slot, { batch, digest })));
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#producers.values()].map((producer) => producer.close()));
  }

  async #commitSlot(slot: number, mark: SinkSlotMark): Promise<void> {
    const producer = this.#producerOf(slot);
    const messages = this.#buffers.get(slot) ?? [];
    this.#buffers.delete(slot);
    try {
      for (let start = 0; start < messages.length; start += KAFKA_RECORDS_PER_SEND)
        await producer.send(messages.slice(start, start + KAFKA_RECORDS_PER_SEND));
      await producer.commit(mark);
    } catch (error) {
      throw kafkaFailure(error, { topic: this.#topic, slot });
    }
  }

  #startSending(slot: number, messages: MessageToProduce[]): void {
    this.#buffers.delete(slot);
    const sent = this.#producerOf(slot)
      .send(messages)
      .catch((error: unknown) => {
        throw kafkaFailure(error, { topic: this.#topic, slot });
      });
    this.#sending = sent;
    sent.then(
      () => (this.#sending = undefined),
      () => undefined, // thrown where it is awaited: by ready or commit
    );
  }

  #producerOf(slot: number): SlotProducer {
    return assertDefined(this.#producers.get(slot), `slot ${slot}`);
  }
}
