import type { AppError } from "@millrace/model";
import { groupErrors } from "../errors.ts";
import type { HeartbeatRequest } from "../event.ts";
import type { Turn } from "../turn.ts";
import { memberOf, refusalOfGeneration } from "./group.ts";
import { touch } from "./session.ts";

/** A sign of life. Its answer tells a member that it has to join again. */
export function heartbeat(turn: Turn, request: HeartbeatRequest): void {
  const refusal = refusalOfHeartbeat(turn, request);
  if (refusal === undefined) turn.answer(request.correlation, { kind: "done" });
  else turn.refuse(request.correlation, refusal);
}

function refusalOfHeartbeat(turn: Turn, request: HeartbeatRequest): AppError | undefined {
  const group = turn.state.classic.get(request.group);
  if (group === undefined) return groupErrors.unknownMember({ group: request.group, memberId: request.memberId });
  const refusal = refusalOfGeneration(group, request, request.generation);
  if (refusal !== undefined) return refusal;
  touch(turn, group, memberOf(group, request.memberId));
  return group.state === "PreparingRebalance" ? groupErrors.rebalanceInProgress({ group: group.group }) : undefined;
}
