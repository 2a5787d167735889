import { type LeaderEpoch, type ProducerEpoch, type ProducerId, TRANSACTION_STATE_TOPIC, type TopicPartition } from "@millrace/model";
import { assert } from "@millrace/stdx";
import {
  partitionOfTransactionalId,
  type TransactionEntry,
  type TransactionRequest,
  type TransactionResponse,
  type WriteMarkers,
} from "@millrace/transactions";
import type { ClusterView } from "../cluster-view.ts";
import { brokerErrors } from "../errors.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { TransactionHold } from "./transaction-hold.ts";
import { TransactionCoordinator } from "./transaction-coordinator.ts";

export interface TransactionOwner {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
}

/** The transaction coordinators on this broker: one per partition of the transaction log that it leads. */
export class TransactionCoordinators {
  /** Of all coordinators on this broker, also of those that it takes up during one. */
  readonly hold: TransactionHold;
  readonly #brokerId: number;
  readonly #view: ClusterView;
  readonly #ports: BrokerPorts;
  readonly #writeMarkers: (effect: WriteMarkers, of: { coordinatorEpoch: number; signal: AbortSignal }) => Promise<void>;
  readonly #byPartition = new Map<number, TransactionCoordinator>();

  constructor(
    of: {
      brokerId: number;
      view: ClusterView;
      writeMarkers: (effect: WriteMarkers, of: { coordinatorEpoch: number; signal: AbortSignal }) => Promise<void>;
    },
    ports: BrokerPorts,
  ) {
    this.#brokerId = of.brokerId;
    this.#view = of.view;
    this.#writeMarkers = of.writeMarkers;
    this.#ports = ports;
    this.hold = new TransactionHold(ports.clock);
  }

  /** This broker leads a partition of the transaction log from now on. */
  leads(partition: LocalPartition, epoch: LeaderEpoch): void {
    this.resigned(partition);
    const { hold } = this;
    const coordinator = new TransactionCoordinator(partition, epoch, { ports: this.#ports, writeMarkers: this.#writeMarkers, hold });
    coordinator.start();
    this.#byPartition.set(partition.partition, coordinator);
  }

  resigned(partition: LocalPartition): void {
    this.#byPartition.get(partition.partition)?.stop();
    this.#byPartition.delete(partition.partition);
  }

  stop(): void {
    for (const coordinator of this.#byPartition.values()) coordinator.stop();
    this.#byPartition.clear();
  }

  /** Partition of the transaction log that serves an id; undefined while the topic does not exist. */
  partitionOf(transactionalId: string): number | undefined {
    const count = this.#view.topic(TRANSACTION_STATE_TOPIC)?.partitions.length;
    return count === undefined || count === 0 ? undefined : partitionOfTransactionalId(transactionalId, count);
  }

  /** What is known of an id that this broker serves, undefined if nothing is; throws if another one serves it. */
  describe(transactionalId: string): TransactionEntry | undefined {
    return this.#require(transactionalId).entries.get(transactionalId);
  }

  /** True while a partition of the transaction log that this broker leads has no coordinator yet: its ids would be missing from a list. */
  get isLoading(): boolean {
    const partitions = this.#view.topic(TRANSACTION_STATE_TOPIC)?.partitions ?? [];
    return partitions.some(({ partition, leader }) => leader === this.#brokerId && !this.#byPartition.has(partition));
  }

  /** Every id that this broker serves. */
  list(): TransactionEntry[] {
    return [...this.#byPartition.values()].flatMap((coordinator) => [...coordinator.entries.values()]);
  }

  /** Handles a request of an id that this broker serves; throws the refusal. */
  async submit(request: TransactionRequest): Promise<Exclude<TransactionResponse, { kind: "afterMarkers" | "refused" }>> {
    const response = await this.#require(request.transactionalId).submit(request);
    if (response.kind === "refused") throw response.error;
    return response;
  }

  /** Number of the owner's open transaction, which has these partitions; throws if it has not. */
  async verify(owner: TransactionOwner, partitions: readonly TopicPartition[]): Promise<number> {
    const response = await this.submit({ kind: "verify", ...owner, partitions });
    assert(response.kind === "verified", "verify was answered with something else");
    return response.transactionNumber;
  }

  #require(transactionalId: string): TransactionCoordinator {
    const partition = this.partitionOf(transactionalId);
    const coordinator = partition === undefined ? undefined : this.#byPartition.get(partition);
    if (coordinator !== undefined) return coordinator;
    const isHere = partition !== undefined && this.#view.partition(TRANSACTION_STATE_TOPIC, partition)?.leader === this.#brokerId;
    // It begins when all of its log is committed; a client that were sent away would come back at once.
    if (isHere) throw brokerErrors.coordinatorLoading({ transactionalId, partition });
    throw brokerErrors.notTransactionCoordinator({ transactionalId, partition });
  }
}
