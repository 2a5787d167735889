import type { AppError } from "@millrace/model";
import { groupErrors } from "../errors.ts";
import type { ConsumerGroup } from "./group.ts";

/** May a member with this epoch commit or fetch offsets? 25, and 113 for an epoch that is not the member's. */
export function refusalOfConsumerEpoch(group: ConsumerGroup, memberId: string, epoch: number): AppError | undefined {
  const context = { group: group.group, memberId, epoch };
  const member = group.members.get(memberId);
  if (member === undefined) return groupErrors.unknownMember(context);
  return epoch === member.epoch ? undefined : groupErrors.staleMemberEpoch({ ...context, current: member.epoch });
}
