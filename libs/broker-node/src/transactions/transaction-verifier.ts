import { BrokerPeerService } from "@millrace/contracts";
import { TRANSACTION_STATE_TOPIC } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import { brokerErrors } from "../errors.ts";
import { FORWARD_TIMEOUT_MS } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { TransactionCoordinators, TransactionOwner } from "./transaction-coordinators.ts";

/**
 * Refuses transactional appends to partitions that the transaction's coordinator does not have in it (KIP-890): their records would never get a marker. Asked
 * once per transaction and partition: while the producer's transaction is open in the log, later batches pass at once.
 */
export class TransactionVerifier {
  readonly #brokerId: number;
  readonly #view: ClusterView;
  readonly #coordinators: TransactionCoordinators;
  readonly #ports: BrokerPorts;
  /** Under way, so that batches behind the first one wait for the same answer, in their order. */
  readonly #pending = new Map<string, Promise<void>>();

  constructor(of: { brokerId: number; view: ClusterView; coordinators: TransactionCoordinators }, ports: BrokerPorts) {
    this.#brokerId = of.brokerId;
    this.#view = of.view;
    this.#coordinators = of.coordinators;
    this.#ports = ports;
  }

  /** undefined: nothing to wait for, append now. Otherwise append when it resolves, in the same turn. */
  verify(append: TransactionOwner & { readonly partition: LocalPartition }): Promise<void> | undefined {
    const { partition, producerId, producerEpoch, transactionalId } = append;
    const key = `${partition.topic}-${String(partition.partition)}/${String(producerId)}/${String(producerEpoch)}`;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    if (partition.log.hasOpenTransaction(producerId)) return undefined;
    const endedBefore = partition.transactionsEnded(producerId);
    const asked = this.#ask({ transactionalId, producerId, producerEpoch }, partition).then((transactionNumber) => {
      // The transaction was ended between the question and now: its marker is in the log, and this append would open it again.
      if (partition.transactionsEnded(producerId) !== endedBefore)
        throw brokerErrors.abortSlippedIn({ transactionalId, topic: partition.topic });
      partition.transactionVerified(producerId, transactionNumber);
    });
    this.#pending.set(key, asked);
    const forget = (): void => void this.#pending.delete(key);
    // Behind the appends that wait: they find the answer, later ones the open transaction.
    asked.then(forget, forget);
    return asked;
  }

  async #ask(owner: TransactionOwner, { topic, partition }: LocalPartition): Promise<number> {
    const served = this.#coordinators.partitionOf(owner.transactionalId);
    const leader = served === undefined ? undefined : this.#view.partition(TRANSACTION_STATE_TOPIC, served)?.leader;
    if (leader === this.#brokerId) return this.#coordinators.verify(owner, [{ topic, partition }]);
    const address = leader === undefined ? undefined : this.#view.brokerAddress(leader);
    if (address === undefined) throw brokerErrors.coordinatorLoading({ transactionalId: owner.transactionalId });
    const { transactionNumber } = await this.#ports.transport
      .client(BrokerPeerService, address)
      .verifyTransaction(
        { ...owner, producerId: BigInt(owner.producerId), partitions: [{ topic, partition }] },
        { timeoutMs: FORWARD_TIMEOUT_MS },
      );
    return Number(transactionNumber);
  }
}
