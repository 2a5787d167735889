import { difference, intersection, isNothing, NOTHING, union } from "./assignment.ts";
import type { ConsumerGroup } from "./group.ts";
import type { Assignment, StoredConsumerMember } from "./records.ts";

/**
 * One step of a member towards its target. A partition passes from A to B in three steps: A is told to give it up and stays in its epoch; A's next heartbeat says
 * that it has; only then is it free for B. `owned` is what the member says it has, if it says.
 */
export function reconcile(group: ConsumerGroup, member: StoredConsumerMember, owned: Assignment | undefined): StoredConsumerMember {
  switch (member.state) {
    case "STABLE":
      return member.epoch === group.epoch ? member : advance(group, member, owned);
    case "UNREVOKED_PARTITIONS":
      if (owned === undefined || !isNothing(intersection(owned, member.revoking))) return member; // it has not let go
      return advance(group, { ...member, revoking: NOTHING }, owned);
    case "UNRELEASED_PARTITIONS":
      return advance(group, member, owned);
  }
}

function advance(group: ConsumerGroup, member: StoredConsumerMember, owned: Assignment | undefined): StoredConsumerMember {
  const kept = intersection(member.assigned, member.target);
  const revoking = difference(member.assigned, member.target);
  const mustRevoke = owned === undefined ? revoking : intersection(revoking, owned); // what it does not have it need not give up
  if (!isNothing(mustRevoke)) return { ...member, state: "UNREVOKED_PARTITIONS", assigned: kept, revoking: mustRevoke };
  const missing = difference(member.target, kept);
  const free = difference(missing, heldByOthers(group, member, missing));
  const assigned = union(kept, free);
  const isComplete = isNothing(difference(member.target, assigned));
  const epochs = { epoch: group.epoch, previousEpoch: member.epoch === group.epoch ? member.previousEpoch : member.epoch };
  const next = { ...member, ...epochs, assigned, revoking: NOTHING, state: isComplete ? "STABLE" : "UNRELEASED_PARTITIONS" } as const;
  return isUnchanged(member, next) ? member : next;
}

/** Partitions that somebody else has, or has not confirmed to have given up. */
function heldByOthers(group: ConsumerGroup, member: StoredConsumerMember, candidates: Assignment): Assignment {
  let held = NOTHING;
  if (isNothing(candidates)) return held;
  for (const other of group.members.values()) {
    if (other.memberId === member.memberId) continue;
    held = union(held, intersection(candidates, union(other.assigned, other.revoking)));
  }
  return held;
}

function isUnchanged(before: StoredConsumerMember, after: StoredConsumerMember): boolean {
  return (
    before.epoch === after.epoch &&
    before.state === after.state &&
    isNothing(difference(after.assigned, before.assigned)) &&
    isNothing(difference(before.assigned, after.assigned))
  );
}
