import type { GroupsRequest } from "../event.ts";
import type { Turn } from "../turn.ts";
export function describeConsumerGroups(turn: Turn, request: GroupsRequest): void {
  turn.answer(request.correlation, { kind: "consumerGroupsDescribed", groups: [] });
}
