import type { ClusterService, InSyncWish as WireInSyncWish, ServiceHandlers } from "@millrace/contracts";
import { brokerEpochFromWire, brokerId, leaderEpoch, partitionEpoch, type TopicId } from "@millrace/model";
import { type InSyncWish, partitionCount } from "@millrace/placement";
import { brokerToWire, partitionToWire } from "../cluster/wire.ts";
import type { Term } from "../term/term.ts";

/** Broker sessions, producer ids, and what the cluster looks like. */
export function clusterHandlers(
  term: () => Term,
  brokers: () => Pick<Term["brokers"], "serve"> = () => term().brokers,
): ServiceHandlers<typeof ClusterService> {
  return {
    async *brokerSession(requests, context) {
      yield* brokers().serve(requests, context);
    },
    async allocateProducerIds(request) {
      const which = { brokerId: brokerId(request.brokerId), brokerEpoch: brokerEpochFromWire(request.brokerEpoch) };
      const wanted = request.count === 0n ? undefined : Number(request.count);
      const { firstProducerId, count } = await term().controller.execute({ kind: "allocate-producer-ids", ...which, count: wanted });
      return { firstProducerId: BigInt(firstProducerId), count: BigInt(count) };
    },
    async alterPartitions(request) {
      const { answers } = await term().controller.execute({
        kind: "alter-partitions",
        brokerId: brokerId(request.brokerId),
        brokerEpoch: brokerEpochFromWire(request.brokerEpoch),
        wishes: request.wishes.map(wishFromWire),
      });
      return {
        answers: answers.map(({ topicId, partition, state, isIneligible }) => ({
          topicId,
          partition,
          ineligible: isIneligible,
          ...(state === undefined ? {} : { state: partitionToWire(state) }),
        })),
      };
    },
    async describeCluster() {
      const { controller, executors, fence, coordinatorId, coordinatorAddress, storeDescription } = term();
      const { state } = controller;
      return Promise.resolve({
        clusterId: state.identity.clusterId,
        generation: fence.generation,
        coordinatorEpoch: BigInt(fence.epoch),
        coordinatorId,
        coordinatorAddress,
        store: storeDescription.startsWith("redis") ? "redis" : "embedded",
        brokers: [...state.brokers.values()].sort((a, b) => a.brokerId - b.brokerId).map(brokerToWire),
        executors: executors.live().map(({ executorId, host, workerSlots }) => ({ executorId, address: host, workerSlots })),
        topicCount: state.topics.size,
        partitionCount: partitionCount(state),
        offlinePartitionCount: offlinePartitionCount(term()),
      });
    },
  };
}

function wishFromWire(wire: WireInSyncWish): InSyncWish {
  return {
    topicId: wire.topicId as TopicId,
    partition: wire.partition,
    leaderEpoch: leaderEpoch(wire.leaderEpoch),
    partitionEpoch: partitionEpoch(wire.partitionEpoch),
    members: wire.members.map((member) => ({ brokerId: brokerId(member.brokerId), brokerEpoch: brokerEpochFromWire(member.brokerEpoch) })),
  };
}

/** Partitions that no one leads. */
export function offlinePartitionCount({ controller }: Term): number {
  let count = 0;
  const { topics, leaderlessTopics } = controller.state;
  for (const id of leaderlessTopics) count += topics.get(id)?.partitions.filter(({ leader }) => leader === undefined).length ?? 0;
  return count;
}
