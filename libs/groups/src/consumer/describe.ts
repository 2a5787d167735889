import type { CoordinatorState } from "../coordinator-state.ts";
import { groupErrors } from "../errors.ts";
import type { GroupsRequest } from "../event.ts";
import { GROUPS_PER_REQUEST_MAX } from "../limits.ts";
import type { DescribedConsumerGroup } from "../response.ts";
import type { Turn } from "../turn.ts";
import { stateOfConsumerGroup } from "./group.ts";
import { assignorOf } from "./target.ts";

/** KIP-848 groups; a classic one is unknown here (69), and clients then ask for it by the classic request. */
export function describeConsumerGroups(turn: Turn, { correlation, groups }: GroupsRequest): void {
  if (groups.length > GROUPS_PER_REQUEST_MAX) return turn.refuse(correlation, groupErrors.invalidRequest({ groups: groups.length }));
  turn.answer(correlation, { kind: "consumerGroupsDescribed", groups: groups.map((group) => describe(turn.state, group)) });
}

function describe(state: CoordinatorState, name: string): DescribedConsumerGroup {
  const group = state.consumer.get(name);
  if (group === undefined) {
    return {
      group: name,
      error: groupErrors.unknownGroup({ group: name }),
      state: "Dead",
      groupEpoch: 0,
      assignmentEpoch: 0,
      assignor: "",
      members: [],
    };
  }
  const members = [...group.members.values()].map((member) => {
    const { memberId, instanceId, rackId, clientId, clientHost, epoch, topics, topicRegex, state: memberState, assigned, target } = member;
    return {
      memberId,
      instanceId,
      rackId,
      clientId,
      clientHost,
      memberEpoch: epoch,
      topics,
      topicRegex,
      state: memberState,
      assigned,
      target,
    };
  });
  const { epoch } = group; // targets are computed in the turn that makes the epoch
  return {
    group: name,
    error: undefined,
    state: stateOfConsumerGroup(group),
    groupEpoch: epoch,
    assignmentEpoch: epoch,
    assignor: assignorOf(group),
    members,
  };
}
