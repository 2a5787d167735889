import { ConsumerGroupService, errorFromWire, type GroupAssignment, type GroupMember, type WireError } from "@millrace/contracts";
import { AppError, type TopicPartition } from "@millrace/model";
import type { Admin } from "./admin-api.ts";
import { GroupCalls } from "./consumer/group-calls.ts";
import type { AdminContext } from "./create-admin.ts";
import type { GroupMemberDescription } from "./group-api.ts";
import { retrying } from "./retry.ts";

type GroupAdmin = Pick<
  Admin,
  "listGroups" | "describeGroup" | "deleteGroups" | "groupOffsets" | "alterGroupOffsets" | "deleteGroupOffsets"
>;

/** Administration of groups: each call goes to the group's coordinator, found again when it moves. */
export function createGroupAdmin(context: AdminContext): GroupAdmin {
  const { ports, metadata, retryForMs, requestTimeoutMs } = context;
  const of = (groupId: string): GroupCalls => new GroupCalls(groupId, context);
  return {
    async listGroups({ states = [], types = [] } = {}) {
      const request = { states: [...states], types: [...types] };
      const addresses = await retrying(ports, { forMs: retryForMs }, () => metadata.brokerAddresses());
      const answers = await Promise.all(
        addresses.map((address) =>
          retrying(ports, { forMs: retryForMs }, () =>
            ports.transport.client(ConsumerGroupService, address).listGroups(request, { timeoutMs: requestTimeoutMs }),
          ),
        ),
      );
      const groups = answers.flatMap((answer) =>
        answer.groups.map(({ groupId, protocolType, state, type }) => ({ groupId, protocolType, state, type })),
      );
      return groups.sort((left, right) => (left.groupId < right.groupId ? -1 : 1));
    },
    describeGroup: (groupId) =>
      of(groupId).run(async (service, options) => {
        const [group] = (await service.describeGroups({ groupIds: [groupId] }, options)).groups;
        if (group === undefined) throw noAnswer(groupId);
        if (group.error !== undefined) throw errorFromWire(group.error);
        const { type, state, protocolType, assignor, groupEpoch, coordinatorBrokerId } = group;
        return { groupId, type, state, protocolType, assignor, groupEpoch, coordinatorBrokerId, members: group.members.map(memberOf) };
      }),
    deleteGroups: (groupIds) =>
      Promise.all(
        groupIds.map((groupId) =>
          of(groupId).run(async (service, options) => {
            const [result] = (await service.deleteGroups({ groupIds: [groupId] }, options)).results;
            if (result === undefined) throw noAnswer(groupId);
            return { groupId, error: outcomeOf(result.error) };
          }),
        ),
      ),
    groupOffsets: (groupId) => of(groupId).committed(undefined, { stable: false }),
    alterGroupOffsets: (groupId, offsets) => of(groupId).commit(offsets, () => ({ groupId })),
    deleteGroupOffsets: (groupId, partitions) =>
      of(groupId).run(async (service, options) => {
        const request = { groupId, partitions: partitions.map(({ topic, partition }) => ({ topic, partition })) };
        const { results } = await service.deleteOffsets(request, options);
        return results.map(({ topic, partition, error }) => ({ topic, partition, error: outcomeOf(error) }));
      }),
  };
}

/** What a repetition helps against is thrown, for the repetition; the rest is an answer. */
function outcomeOf(wire: WireError | undefined): AppError | undefined {
  const error = wire === undefined ? undefined : errorFromWire(wire);
  if (error?.kind === "retry" || error?.kind === "unavailable") throw error;
  return error;
}

function memberOf(member: GroupMember): GroupMemberDescription {
  const { memberId, instanceId, clientId, clientHost, rackId, memberEpoch, state, subscribedTopics, subscribedTopicRegex } = member;
  const known = { memberId, instanceId, clientId, clientHost, rackId, memberEpoch, state, subscribedTopics, subscribedTopicRegex };
  return { ...known, assigned: partitionsOf(member.assignment), target: partitionsOf(member.target) };
}

function partitionsOf(assignment: GroupAssignment | undefined): TopicPartition[] {
  return (assignment?.topics ?? []).flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}

function noAnswer(groupId: string): AppError {
  return new AppError({ kind: "internal", code: "internal", message: "answer without the group", context: { groupId } });
}
