import type { GroupResponse, OffsetToCommit } from "@millrace/groups";
import { leaderEpoch, NO_LEADER_EPOCH, offset, topicPartitionKey } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import { KafkaError } from "./error-codes.ts";
import { expectKind, groupCodeOf } from "./group-answers.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { topicNameOf } from "./topic-lookup.ts";

interface Partition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
}

interface Topic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly Partition[];
}

interface NamedTopic extends Topic {
  /** False: the id is of no topic here. */
  readonly isKnownId: boolean;
}

/** Topics with their names, whichever way the request's version names them. */
export function namedTopics(topics: readonly Topic[], isById: boolean, view: ClusterView): NamedTopic[] {
  return topics.map((topic) => {
    if (!isById) return { ...topic, isKnownId: true };
    const name = topicNameOf(view, topic.topicId);
    return { ...topic, name: name ?? "", isKnownId: name !== undefined };
  });
}

/** Commits what is known, in one request to the group; answers in the order and shape of the request. */
export async function commitOffsets(
  topics: readonly NamedTopic[],
  ask: (offsets: readonly OffsetToCommit[]) => Promise<GroupResponse>,
  { view }: Pick<KafkaContext, "view">,
) {
  const refusals = new Map<string, number>();
  const offsets: OffsetToCommit[] = [];
  for (const { name, isKnownId, partitions } of topics) {
    for (const partition of partitions) {
      const refusal = isKnownId ? refusalOf(view, name, partition) : KafkaError.UNKNOWN_TOPIC_ID;
      if (refusal !== undefined) refusals.set(topicPartitionKey(name, partition.partitionIndex), refusal);
      else offsets.push(toCommit(name, partition));
    }
  }
  // Also without offsets: the group may refuse the member.
  const codes = codesOf(await ask(offsets), offsets);
  return topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => {
      const key = topicPartitionKey(name, partitionIndex);
      return { partitionIndex, errorCode: refusals.get(key) ?? codes.get(key) ?? KafkaError.UNKNOWN_SERVER_ERROR };
    }),
  }));
}

function refusalOf(view: ClusterView, topic: string, { partitionIndex, committedOffset }: Partition): number | undefined {
  if (view.partition(topic, partitionIndex) === undefined) return KafkaError.UNKNOWN_TOPIC_OR_PARTITION;
  return committedOffset < 0 ? KafkaError.OFFSET_OUT_OF_RANGE : undefined;
}

function toCommit(topic: string, { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }: Partition): OffsetToCommit {
  const epoch = committedLeaderEpoch < 0 ? NO_LEADER_EPOCH : leaderEpoch(committedLeaderEpoch);
  return { topic, partition: partitionIndex, offset: offset(committedOffset), leaderEpoch: epoch, metadata: committedMetadata };
}

function codesOf(response: GroupResponse, offsets: readonly OffsetToCommit[]): Map<string, number> {
  if (response.kind === "refused")
    return new Map(offsets.map(({ topic, partition }) => [topicPartitionKey(topic, partition), groupCodeOf(response.error)]));
  const { partitions } = expectKind(response, "offsetsCommitted");
  return new Map(partitions.map(({ topic, partition, error }) => [topicPartitionKey(topic, partition), groupCodeOf(error)]));
}
