import { BrokerPeerService } from "@millrace/contracts";
import { TRANSACTION_STATE_TOPIC } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import { brokerErrors } from "../errors.ts";
import { FORWARD_TIMEOUT_MS, VERIFY_ATTEMPTS_MAX } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { TransactionCoordinators, TransactionOwner } from "./transaction-coordinators.ts";

type View = Pick<ClusterView, "partition" | "brokerAddress">;
type Coordinators = Pick<TransactionCoordinators, "partitionOf" | "verify">;

/**
 * Refuses transactional appends to partitions that the transaction's coordinator does not have in it (KIP-890): their records would never get a marker. Asked
 * once per transaction and partition: while the producer's transaction is open in the log, later batches pass at once.
 */
export class TransactionVerifier {
  readonly #brokerId: number;
  readonly #view: View;
  readonly #coordinators: Coordinators;
  readonly #ports: Pick<BrokerPorts, "transport">;
  /** Under way, so that batches behind the first one wait for the same answer, in their order. */
  readonly #pending = new Map<string, Promise<void>>();

  constructor(of: { brokerId: number; view: View; coordinators: Coordinators }, ports: Pick<BrokerPorts, "transport">) {
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
    const asked = this.#verified({ transactionalId, producerId, producerEpoch }, partition);
    this.#pending.set(key, asked);
    const forget = (): void => void this.#pending.delete(key);
    // Behind the appends that wait: they find the answer, later ones the open transaction.
    asked.then(forget, forget);
    return asked;
  }

  /**
   * The answer counts if no transaction of the producer ended between the question and now: its marker would be in the log, and this append would open it again. Where nobody
   * can tell, because the partition was led anew meanwhile, the question is asked again: the transaction goes on, and a refusal would end it.
   */
  async #verified(owner: TransactionOwner, partition: LocalPartition): Promise<void> {
    const { transactionalId, producerId } = owner;
    for (let attempt = 1; attempt <= VERIFY_ATTEMPTS_MAX; attempt++) {
      const before = partition.transactionsEnded(producerId);
      const transactionNumber = await this.#ask(owner, partition);
      const now = partition.transactionsEnded(producerId);
      if (now.reckoning !== before.reckoning) continue;
      if (now.count !== before.count) throw brokerErrors.abortSlippedIn({ transactionalId, topic: partition.topic });
      partition.transactionVerified(producerId, transactionNumber);
      return;
    }
    throw brokerErrors.opening({ topic: partition.topic, partition: partition.partition });
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
