import type { Assignment } from "@millrace/groups";
import { consumerGroupHeartbeatApi, type ConsumerGroupHeartbeatRequest } from "@millrace/kafka-wire";
import type { ClusterView } from "../cluster-view.ts";
import { answerCodeOf, expectKind } from "./group-answers.ts";
import { clientHostOf, freshUuid } from "./member-identity.ts";
import { serve } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

/** ConsumerGroupHeartbeat v0-1 (KIP-848): v1 regular expressions, and member ids made by the client. Null fields are unchanged since the last one. */
export const consumerGroupHeartbeat = serve(
  consumerGroupHeartbeatApi,
  async (request, { clientId, connection }, { groups, ports, view }) => {
    const { groupId, memberId, memberEpoch } = request;
    const response = await groups.ask(groupId, {
      kind: "consumerHeartbeat",
      group: groupId,
      memberId,
      freshId: freshUuid(ports.random),
      memberEpoch,
      instanceId: request.instanceId ?? undefined,
      rackId: request.rackId ?? undefined,
      clientId: clientId ?? "",
      clientHost: clientHostOf(connection.peer),
      rebalanceTimeoutMs: request.rebalanceTimeoutMs < 0 ? undefined : request.rebalanceTimeoutMs,
      topics: request.subscribedTopicNames ?? undefined,
      topicRegex: request.subscribedTopicRegex ?? undefined,
      assignor: request.serverAssignor ?? undefined,
      owned: request.topicPartitions === null ? undefined : ownedOf(request.topicPartitions, view),
    });
    if (response.kind === "refused") {
      const errorMessage = response.error.message;
      return { errorCode: answerCodeOf(response), errorMessage, memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null };
    }
    const { assignment, ...answer } = expectKind(response, "consumerHeartbeat");
    return {
      errorCode: 0,
      ...answer,
      assignment: assignment === undefined ? null : { topicPartitions: topicPartitionsOf(assignment, view) },
    };
  },
);

/** Topics that are gone since are nobody's any more. */
function ownedOf(owned: NonNullable<ConsumerGroupHeartbeatRequest["topicPartitions"]>, view: ClusterView): Assignment {
  return new Map(
    owned.flatMap(({ topicId, partitions }) => {
      const name = topicNameOf(view, topicId);
      return name === undefined ? [] : [[name, [...partitions].sort((a, b) => a - b)]];
    }),
  );
}

function topicPartitionsOf(assignment: Assignment, view: ClusterView): { topicId: string; partitions: readonly number[] }[] {
  return [...assignment].flatMap(([name, partitions]) => {
    const topicId = view.topic(name)?.topicId;
    return topicId === undefined ? [] : [{ topicId, partitions }];
  });
}
