import { groupErrors } from "../errors.ts";
import type { ConsumerHeartbeatRequest } from "../event.ts";
import type { Turn } from "../turn.ts";
export function consumerHeartbeat(turn: Turn, request: ConsumerHeartbeatRequest): void {
  turn.refuse(request.correlation, groupErrors.invalidRequest());
}
