import { type ListTransactionsRequest, type ServiceHandlers, TopicService, type TransactionService } from "@millrace/contracts";
import { GROUP_OFFSETS_TOPIC, producerEpoch, producerIdFromWire, type TopicPartition, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { assert } from "@millrace/stdx";
import { TRANSACTION_TIMEOUT_MS_DEFAULT } from "@millrace/transactions";
import { brokerErrors } from "../errors.ts";
import { FORWARD_TIMEOUT_MS } from "../limits.ts";
import type { CoordinatorCalls } from "../session/coordinator-calls.ts";
import type { ProducerIds } from "../transactions/producer-ids.ts";
import type { TransactionOwner } from "../transactions/transaction-coordinators.ts";
import { type GroupDependencies, GroupRouting } from "./group-routing.ts";
import type { RpcContext } from "./rpc-context.ts";
import { visible } from "./topics.ts";

/** Transactions and idempotent producers: finds who serves an id, and performs what is served here. */
export function transactionHandlers(
  context: RpcContext,
  of: GroupDependencies & { readonly producerIds: ProducerIds },
): ServiceHandlers<typeof TransactionService> {
  const { coordinators, view } = context;
  const routing = new GroupRouting(context, of);
  const addToTransaction = async (of: TransactionOwner & { readonly partitions: readonly TopicPartition[] }) => {
    const response = await coordinators.submit({ kind: "addPartitions", ...of });
    assert(response.kind === "added", "addPartitions was answered with something else");
    return { transactionNumber: BigInt(response.transactionNumber) };
  };
  return {
    async findTransactionCoordinator({ transactionalId }) {
      if (transactionalId === "") throw brokerErrors.invalidRequest("transactional_id is empty");
      const partition = coordinators.partitionOf(transactionalId) ?? (await createLog(transactionalId, context, of.coordinator));
      const { leader } = view.requirePartition(TRANSACTION_STATE_TOPIC, partition);
      const address = leader === undefined ? undefined : view.brokerAddress(leader);
      if (leader === undefined || address === undefined) throw brokerErrors.noLeader({ topic: TRANSACTION_STATE_TOPIC, partition });
      return { brokerId: leader, address };
    },
    async initProducerId({ transactionalId, transactionTimeoutMs, producerId: heldId, producerEpoch: heldEpoch }) {
      const freshProducerId = await of.producerIds.take();
      if (transactionalId === "") return { producerId: BigInt(freshProducerId), producerEpoch: 0 };
      const timeoutMs = transactionTimeoutMs === 0 ? TRANSACTION_TIMEOUT_MS_DEFAULT : transactionTimeoutMs;
      const owner =
        heldId === undefined || heldEpoch === undefined
          ? undefined
          : { producerId: producerIdFromWire(heldId), producerEpoch: producerEpoch(heldEpoch) };
      const response = await coordinators.submit({
        kind: "initProducerId",
        transactionalId,
        timeoutMs,
        owner,
        freshProducerId,
      });
      assert(response.kind === "initialised", "initProducerId was answered with something else");
      // Only by this answer is the fresh id nobody's. After a failure it may be in the log, and the next coordinator's answer.
      if (response.producerId !== freshProducerId) of.producerIds.giveBack(freshProducerId);
      return { producerId: BigInt(response.producerId), producerEpoch: response.producerEpoch };
    },
    async addPartitions({ transactionalId, producerId, producerEpoch: epoch, partitions }) {
      for (const { topic, partition } of partitions) view.requirePartition(topic, partition);
      const owner = { transactionalId, producerId: producerIdFromWire(producerId), producerEpoch: producerEpoch(epoch) };
      const added = partitions.map(({ topic, partition }) => ({ topic, partition }));
      return addToTransaction({ ...owner, partitions: added });
    },
    async addOffsets({ transactionalId, producerId, producerEpoch: epoch, groupId }) {
      const owner = { transactionalId, producerId: producerIdFromWire(producerId), producerEpoch: producerEpoch(epoch) };
      const partitions = [{ topic: GROUP_OFFSETS_TOPIC, partition: await routing.partitionOf(groupId) }];
      return addToTransaction({ ...owner, partitions });
    },
    async endTransaction({ transactionalId, producerId, producerEpoch: epoch, commit, transactionNumber }) {
      const owner = { transactionalId, producerId: producerIdFromWire(producerId), producerEpoch: producerEpoch(epoch) };
      const meant = transactionNumber === 0n ? {} : { transactionNumber: Number(transactionNumber) };
      await coordinators.submit({ kind: "endTransaction", ...owner, ...meant, commit });
      return {};
    },
    listTransactions: (request) => promised(() => ({ transactions: listTransactions(request, context) })),
  };
}

/** What this broker coordinates, of what is asked for. Refused while it loads: a list must not lack what is there. */
function listTransactions({ transactionalIds, states, openForMs }: ListTransactionsRequest, { coordinators, ports, settings }: RpcContext) {
  if (coordinators.isLoading) throw brokerErrors.coordinatorLoading({});
  const wanted = new Set(states.map((state) => state.toLowerCase()));
  const openBeforeMs = ports.clock.wallMs() - Number(openForMs);
  return coordinators
    .list()
    .filter(
      ({ transactionalId, state, startedAtMs }) =>
        (transactionalIds.length === 0 || transactionalIds.includes(transactionalId)) &&
        (wanted.size === 0 || wanted.has(state.toLowerCase())) &&
        (openForMs <= 0n || (state === "Ongoing" && startedAtMs < openBeforeMs)),
    )
    .map(({ producerId, startedAtMs, updatedAtMs, partitions, transactionalId, producerEpoch: epoch, state, timeoutMs }) => ({
      transactionalId,
      producerId: BigInt(producerId),
      producerEpoch: epoch,
      state,
      timeoutMs,
      startedAtMs: BigInt(startedAtMs),
      updatedAtMs: BigInt(updatedAtMs),
      partitions: partitions.map(({ topic, partition }) => ({ topic, partition })),
      coordinatorBrokerId: settings.brokerId,
    }));
}

function promised<T>(work: () => T): Promise<T> {
  return Promise.resolve().then(work);
}

/** The transaction log is made by the coordinator when it is first needed. */
async function createLog(transactionalId: string, context: RpcContext, coordinator: CoordinatorCalls): Promise<number> {
  const { coordinators } = context;
  if (!context.view.isKnown) throw brokerErrors.starting();
  await coordinator.call(TopicService, (service) =>
    service.createTopic({ name: TRANSACTION_STATE_TOPIC, ifNotExists: true }, { timeoutMs: FORWARD_TIMEOUT_MS }),
  );
  await visible(context, () => coordinators.partitionOf(transactionalId) !== undefined);
  const partition = coordinators.partitionOf(transactionalId);
  if (partition === undefined) throw brokerErrors.coordinatorLoading({ transactionalId });
  return partition;
}
