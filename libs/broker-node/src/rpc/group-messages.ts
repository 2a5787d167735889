import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  errorToWire,
  type GroupAssignment,
  type GroupAssignmentSchema,
  type GroupDescriptionSchema,
  type GroupHeartbeatRequest,
  type OffsetCommit,
} from "@millrace/contracts";
import type { Assignment, DescribedConsumerGroup, DescribedGroup, OffsetToCommit } from "@millrace/groups";
import { type AppError, leaderEpoch, NO_LEADER_EPOCH, offset } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import { brokerErrors } from "../errors.ts";
import { readClassicMember } from "../groups/classic-member.ts";
import { JOIN_REBALANCE_TIMEOUT_MS_DEFAULT } from "../limits.ts";

const JOIN = 0;

/** What a heartbeat says; when it joins, what may be left out is filled in. */
export function heartbeatFields(request: GroupHeartbeatRequest) {
  const isJoin = request.memberEpoch === JOIN;
  const { memberId, memberEpoch, clientId, subscribedTopicRegex, assignor } = request;
  return {
    memberId,
    memberEpoch,
    instanceId: textOf(request.instanceId),
    rackId: textOf(request.rackId),
    clientId,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs ?? (isJoin ? JOIN_REBALANCE_TIMEOUT_MS_DEFAULT : undefined),
    topics: request.subscribedTopics?.names,
    topicRegex: subscribedTopicRegex,
    assignor: assignor === "" ? undefined : assignor,
    owned: request.owned === undefined ? (isJoin ? NOTHING : undefined) : assignmentOf(request.owned),
  };
}

const NOTHING: Assignment = new Map();

function assignmentOf({ topics }: GroupAssignment): Assignment {
  return new Map(
    topics.filter(({ partitions }) => partitions.length > 0).map(({ topic, partitions }) => [topic, partitions.toSorted((a, b) => a - b)]),
  );
}

export function assignmentToWire(assignment: Assignment): MessageInitShape<typeof GroupAssignmentSchema> {
  return { topics: [...assignment].map(([topic, partitions]) => ({ topic, partitions: [...partitions] })) };
}

/** "" stands for none. */
export function textOf(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** An error field where there is an error. */
export function errorField(error: AppError | undefined): { error?: ReturnType<typeof errorToWire> } {
  return error === undefined ? {} : { error: errorToWire(error) };
}

/** The offset to keep, or why it cannot be one. */
export function toCommit(wire: OffsetCommit, view: ClusterView): OffsetToCommit {
  const { topic, partition, metadata } = wire;
  view.requirePartition(topic, partition);
  if (wire.offset < 0n || wire.offset > BigInt(Number.MAX_SAFE_INTEGER))
    throw brokerErrors.invalidRequest("a committed offset is that of the next record to read: 0 or more", { topic, partition });
  const epoch = wire.leaderEpoch === undefined || wire.leaderEpoch < 0 ? NO_LEADER_EPOCH : leaderEpoch(wire.leaderEpoch);
  return { topic, partition, offset: offset(Number(wire.offset)), leaderEpoch: epoch, metadata };
}

type Description = MessageInitShape<typeof GroupDescriptionSchema>;

export function describedConsumerGroup(group: DescribedConsumerGroup): Description {
  const { state, groupEpoch, assignor } = group;
  return {
    groupId: group.group,
    type: "consumer",
    protocolType: "consumer",
    state,
    groupEpoch,
    assignor,
    members: group.members.map(({ memberId, instanceId, clientId, clientHost, rackId, memberEpoch, topics, topicRegex, ...member }) => ({
      memberId,
      instanceId: instanceId ?? "",
      clientId,
      clientHost,
      rackId: rackId ?? "",
      memberEpoch,
      state: member.state,
      subscribedTopics: [...topics],
      subscribedTopicRegex: topicRegex ?? "",
      assignment: assignmentToWire(member.assigned),
      target: assignmentToWire(member.target),
    })),
  };
}

export function describedClassicGroup(group: DescribedGroup): Description {
  return {
    groupId: group.group,
    type: "classic",
    protocolType: group.protocolType,
    state: group.state,
    groupEpoch: -1,
    assignor: group.protocolName,
    members: group.members.map((member) => {
      const { memberId, instanceId, clientId, clientHost } = member;
      const { topics, assignment } = readClassicMember(member);
      const assigned = assignmentToWire(assignment);
      const known = { memberId, instanceId: instanceId ?? "", clientId, clientHost, memberEpoch: -1 };
      return { ...known, subscribedTopics: [...topics], assignment: assigned, target: assigned };
    }),
  };
}
