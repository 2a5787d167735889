import type { SinkSlotMark, SinkSlots } from "@millrace/ports";
import { type MessageToProduce, Producer } from "@platformatic/kafka";
import { KAFKA_RETRIES, KAFKA_RETRY_DELAY_MS, KAFKA_TRANSACTION_TIMEOUT_MS } from "../limits.ts";
import type { ForeignCluster } from "./foreign-log.ts";
import { FOREIGN_MARKS_TOPIC, type ForeignMark, markKey, marksPartition } from "./foreign-marks.ts";

type Transaction = Awaited<ReturnType<Producer["beginTransaction"]>>;

/** The transactional producer of one slot. Its id is the slot's for the life of the job, so that opening it fences whoever had it. */
export class SlotProducer {
  readonly #slots: SinkSlots;
  readonly #slot: number;
  readonly #producer: Producer;
  #transaction: Promise<Transaction> | undefined;

  private constructor(cluster: ForeignCluster, slots: SinkSlots, slot: number) {
    this.#slots = slots;
    this.#slot = slot;
    this.#producer = new Producer({
      clientId: "millrace-sink",
      bootstrapBrokers: cluster.bootstrapBrokers,
      transactionalId: `millrace.${slots.jobId}.${slots.incarnation}.${slots.sink}.${slot}`,
      idempotent: true,
      timeout: KAFKA_TRANSACTION_TIMEOUT_MS,
      retries: KAFKA_RETRIES,
      retryDelay: KAFKA_RETRY_DELAY_MS,
      autocreateTopics: false,
      ...cluster.connection,
    });
  }

  /** Ends the former writer's transaction (InitProducerId: aborted, or its decided commit finished) and takes its id. */
  static async open(cluster: ForeignCluster, slots: SinkSlots, slot: number): Promise<SlotProducer> {
    const opened = new SlotProducer(cluster, slots, slot);
    // No producer id of ours yet (-1): the client would send 0 otherwise, which brokers take for a stale one.
    const transaction = await opened.#producer.beginTransaction({ producerId: -1n, producerEpoch: -1 });
    await transaction.cancel(); // nothing was sent in it
    return opened;
  }

  async send(messages: MessageToProduce[]): Promise<void> {
    this.#transaction ??= this.#producer.beginTransaction();
    const transaction = await this.#transaction;
    await transaction.send({ messages });
  }

  /** The mark goes last, in the same transaction. */
  async commit({ batch, digest }: SinkSlotMark): Promise<void> {
    const mark: ForeignMark = { batch, digest, epoch: this.#slots.jobEpoch };
    const value = Buffer.from(JSON.stringify(mark));
    const key = markKey(this.#slots, this.#slot);
    await this.send([{ topic: FOREIGN_MARKS_TOPIC, partition: marksPartition(this.#slots), key, value }]);
    const transaction = await this.#transaction;
    this.#transaction = undefined;
    await transaction?.commit();
  }

  close(): Promise<void> {
    return this.#producer.close(true);
  }
}
