import type { PartitionState, Topic } from "@millrace/contracts";
import { describeTopicPartitionsApi, type DescribeTopicPartitionsResponseTopicInit, ZERO_UUID } from "@millrace/kafka-wire";
import type { ClusterView } from "../cluster-view.ts";
import { KafkaError } from "./error-codes.ts";
import { partitionStateOf } from "./partition-state.ts";
import { serve } from "./served-api.ts";

const PARTITIONS_PER_ANSWER_MAX = 2_000;

/** DescribeTopicPartitions v0 (KIP-966): topics by name, at most 2,000 partitions an answer, the next one goes on at its cursor. Replicas that may have lost something are not remembered (`lastKnownElr`). */
export const describeTopicPartitions = serve(describeTopicPartitionsApi, ({ topics, cursor, responsePartitionLimit }, _call, { view }) => {
  const asked = topics.length === 0 ? [...view.topics].map(({ name }) => name) : topics.map(({ name }) => name);
  const names = [...new Set(asked)].sort((a, b) => (a < b ? -1 : 1)).filter((name) => cursor === null || name >= cursor.topicName);
  let room = Math.min(Math.max(1, responsePartitionLimit), PARTITIONS_PER_ANSWER_MAX);
  const answered: DescribeTopicPartitionsResponseTopicInit[] = [];
  for (const name of names) {
    const from = cursor?.topicName === name ? cursor.partitionIndex : 0;
    if (room === 0) return Promise.resolve({ topics: answered, nextCursor: { topicName: name, partitionIndex: from } });
    const topic = view.topic(name);
    if (topic === undefined) {
      answered.push({ errorCode: KafkaError.UNKNOWN_TOPIC_OR_PARTITION, name, topicId: ZERO_UUID, partitions: [] });
      continue;
    }
    const rest = topic.partitions.filter(({ partition }) => partition >= from);
    const taken = rest.slice(0, room);
    room -= taken.length;
    answered.push(described(view, topic, taken));
    const next = rest[taken.length];
    if (next !== undefined) return Promise.resolve({ topics: answered, nextCursor: { topicName: name, partitionIndex: next.partition } });
  }
  return Promise.resolve({ topics: answered, nextCursor: null });
});

function described(
  view: ClusterView,
  { name, topicId, internal }: Topic,
  partitions: readonly PartitionState[],
): DescribeTopicPartitionsResponseTopicInit {
  const states = partitions.map((state) => ({
    ...partitionStateOf(view, state),
    eligibleLeaderReplicas: state.eligibleLeaders,
    lastKnownElr: [],
  }));
  return { errorCode: KafkaError.NONE, name, topicId, isInternal: internal, partitions: states };
}
