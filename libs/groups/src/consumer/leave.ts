import { groupErrors } from "../errors.ts";
import type { ConsumerHeartbeatRequest } from "../event.ts";
import type { GroupResponse } from "../response.ts";
import type { Turn } from "../turn.ts";
import { AWAY, type ConsumerGroup, memberOfInstance } from "./group.ts";
import { ConsumerChange } from "./persist.ts";
import { dropConsumer } from "./sessions.ts";

/** -1: gone, its partitions go to others. -2: a static member is away; its place is kept until its session ends. */
export function leaveConsumer(turn: Turn, group: ConsumerGroup, request: ConsumerHeartbeatRequest): void {
  const { memberId, memberEpoch, instanceId, correlation } = request;
  const context = { group: group.group, memberId, instanceId };
  const member = group.members.get(memberId);
  const owner = instanceId === undefined ? undefined : memberOfInstance(group, instanceId);
  if (owner !== undefined && owner.memberId !== memberId) return turn.refuse(correlation, groupErrors.fencedInstance(context));
  if (member === undefined) return turn.refuse(correlation, groupErrors.unknownMember(context));
  const change = new ConsumerChange(group);
  if (memberEpoch === AWAY)
    change.setMember({ ...member, epoch: AWAY, previousEpoch: member.epoch === AWAY ? member.previousEpoch : member.epoch });
  else dropConsumer(turn, change, memberId);
  const response: GroupResponse = { kind: "consumerHeartbeat", memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: undefined };
  change.finish(turn, { correlation, response });
}
