import type { Assignment } from "@millrace/groups";
import { consumerGroupDescribeApi, type ConsumerGroupDescribeResponseDescribedGroupInit, ZERO_UUID } from "@millrace/kafka-wire";
import type { ClusterView } from "../cluster-view.ts";
import { answerCodeOf, expectKind, groupCodeOf } from "./group-answers.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

const MEMBER_TYPE_CONSUMER = 1;

/** ConsumerGroupDescribe v0-1: v1 member type. A group that is none of the new protocol is 69. */
export const consumerGroupDescribe = serve(consumerGroupDescribeApi, async (request, _call, context) => ({
  groups: await Promise.all(request.groupIds.map((group) => describe(group, context))),
}));

async function describe(groupId: string, { groups, view }: KafkaContext): Promise<ConsumerGroupDescribeResponseDescribedGroupInit> {
  const response = await groups.ask(groupId, { kind: "describeConsumerGroups", groups: [groupId] });
  const nothing = { groupId, groupState: "", groupEpoch: 0, assignmentEpoch: 0, assignorName: "", members: [] };
  if (response.kind === "refused") return { ...nothing, errorCode: answerCodeOf(response), errorMessage: response.error.message };
  const [found] = expectKind(response, "consumerGroupsDescribed").groups;
  if (found?.error !== undefined || found === undefined) {
    return { ...nothing, errorCode: groupCodeOf(found?.error), errorMessage: found?.error?.message ?? null };
  }
  return {
    errorCode: 0,
    groupId,
    groupState: found.state,
    groupEpoch: found.groupEpoch,
    assignmentEpoch: found.assignmentEpoch,
    assignorName: found.assignor,
    members: found.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId ?? null,
      rackId: member.rackId ?? null,
      memberEpoch: member.memberEpoch,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: member.topics,
      subscribedTopicRegex: member.topicRegex ?? null,
      assignment: assignmentOf(member.assigned, view),
      targetAssignment: assignmentOf(member.target, view),
      memberType: MEMBER_TYPE_CONSUMER,
    })),
  };
}

function assignmentOf(assignment: Assignment, view: ClusterView) {
  return {
    topicPartitions: [...assignment].map(([topicName, partitions]) => ({
      topicId: view.topic(topicName)?.topicId ?? ZERO_UUID,
      topicName,
      partitions,
    })),
  };
}
