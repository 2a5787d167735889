import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BrokerSchema, PartitionStateSchema, TopicSchema } from "@millrace/contracts";
import type { PartitionState, TopicDescription } from "@millrace/model";
import { type BrokerState, hasBegun } from "@millrace/placement";

/** A topic as brokers and clients see it. */
export function topicToWire(topic: TopicDescription): MessageInitShape<typeof TopicSchema> {
  return {
    name: topic.name,
    topicId: topic.topicId,
    internal: topic.internal,
    configs: { ...topic.configOverrides },
    partitions: topic.partitions.map(partitionToWire),
  };
}

export function partitionToWire(state: PartitionState): MessageInitShape<typeof PartitionStateSchema> {
  const { partition, replicas, leader, leaderEpoch, inSyncSet, partitionEpoch, reassignment, eligible = [], emptied = [] } = state;
  const moving = reassignment !== undefined && hasBegun(state) ? reassignment : undefined;
  return {
    partition,
    replicas: [...replicas],
    ...(leader === undefined ? {} : { leader }),
    leaderEpoch,
    inSyncSet: [...inSyncSet],
    partitionEpoch,
    eligibleLeaders: [...eligible],
    emptiedReplicas: [...emptied],
    ...(moving === undefined
      ? {}
      : {
          addingReplicas: moving.target.filter((id) => !moving.original.includes(id)),
          removingReplicas: replicas.filter((id) => !moving.target.includes(id)),
        }),
  };
}

export function brokerToWire(broker: BrokerState): MessageInitShape<typeof BrokerSchema> {
  const { brokerId, address, kafkaAddress, externalAddress = "", externalKafkaAddress = "", rack } = broker;
  return {
    brokerId,
    address,
    kafkaAddress,
    externalAddress,
    externalKafkaAddress,
    rack,
    brokerEpoch: BigInt(broker.brokerEpoch),
    fenced: broker.status === "fenced",
    stopping: broker.status === "stopping",
    diskFull: broker.status === "full",
    draining: broker.isDraining === true,
  };
}
