import type { FetchedOffset } from "@millrace/groups";
import { offsetFetchApi, type OffsetFetchRequestGroupTopic, ZERO_UUID } from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import { answerCodeOf, byTopic, expectKind, groupCodeOf } from "./group-answers.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

/**
 * OffsetFetch v1-10: v2 null topics = all, top-level error; v5 leader epoch; v7 require stable; v8 a list of groups; v9 member id and epoch; v10 topic ids. What was
 * never committed is offset -1 without an error (G25).
 */
export const offsetFetch = serve(offsetFetchApi, async (request, call, context) => {
  const { requireStable } = request;
  if (call.version >= 8) {
    const groups = await Promise.all(
      request.groups.map((group) => fetchOne({ ...group, memberId: group.memberId ?? "", requireStable }, call, context)),
    );
    return { topics: [], errorCode: 0, groups };
  }
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
  const found = await fetchOne({ groupId: request.groupId, topics, memberId: "", memberEpoch: -1, requireStable }, call, context);
  return { topics: found.topics, errorCode: found.errorCode, groups: [] };
});

interface Asked {
  readonly groupId: string;
  readonly topics: readonly OffsetFetchRequestGroupTopic[] | null;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly requireStable: boolean;
}

async function fetchOne(asked: Asked, { version }: KafkaCall, { groups, view }: KafkaContext) {
  const { groupId, memberId, memberEpoch, requireStable } = asked;
  const topics = asked.topics?.map((topic) => ({ ...topic, known: version >= 10 ? topicNameOf(view, topic.topicId) : topic.name }));
  const partitions = topics?.flatMap(({ known, partitionIndexes }) =>
    known === undefined ? [] : partitionIndexes.map((partition) => ({ topic: known, partition })),
  );
  const member = memberId !== "" && memberEpoch >= 0 ? { memberId, epoch: memberEpoch } : undefined;
  const response = await groups.ask(groupId, { kind: "fetchOffsets", group: groupId, partitions, requireStable, member });
  const errorCode = answerCodeOf(response);
  // Kafka's first version has no room for an error of the group but in each partition.
  const refusedRow = (topic: string, partition: number, code: number) => ({
    topic,
    partitionIndex: partition,
    committedOffset: -1,
    committedLeaderEpoch: -1,
    metadata: "",
    errorCode: code,
  });
  const rows =
    response.kind === "refused"
      ? (partitions ?? []).map(({ topic, partition }) => refusedRow(topic, partition, errorCode))
      : expectKind(response, "offsetsFetched").partitions.map(rowOf);
  const found = [...byTopic(rows)].flatMap(([name, of]) => {
    const topicId = view.topic(name)?.topicId;
    return version >= 10 && topicId === undefined ? [] : [{ name, topicId: topicId ?? ZERO_UUID, partitions: of }];
  });
  const unknown = (topics ?? []).flatMap(({ known, name, topicId, partitionIndexes }) =>
    known === undefined
      ? [{ name, topicId, partitions: partitionIndexes.map((partition) => refusedRow(name, partition, KafkaError.UNKNOWN_TOPIC_ID)) }]
      : [],
  );
  return { groupId, topics: [...found, ...unknown], errorCode };
}

function rowOf({ topic, partition, offset, leaderEpoch, metadata, error }: FetchedOffset) {
  return {
    topic,
    partitionIndex: partition,
    committedOffset: offset as number,
    committedLeaderEpoch: leaderEpoch as number,
    metadata,
    errorCode: groupCodeOf(error),
  };
}
