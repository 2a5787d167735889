import { syncGroupApi } from "@millrace/kafka-wire";
import { answerCodeOf, expectKind } from "./group-answers.ts";
import { serve } from "./served-api.ts";

const NO_BYTES = new Uint8Array(0);

/** SyncGroup v0-5: v3 static members; v5 protocol type and name both ways. The leader's bytes pass untouched. */
export const syncGroup = serve(syncGroupApi, async (request, _call, { groups }) => {
  const response = await groups.ask(request.groupId, {
    kind: "sync",
    group: request.groupId,
    memberId: request.memberId,
    instanceId: request.groupInstanceId ?? undefined,
    generation: request.generationId,
    protocolType: request.protocolType ?? undefined,
    protocolName: request.protocolName ?? undefined,
    assignments: request.assignments.map(({ memberId, assignment }) => ({ memberId, assignment: assignment.slice() })),
  });
  if (response.kind === "refused") return { errorCode: answerCodeOf(response), assignment: NO_BYTES };
  const { protocolType = null, protocolName = null, assignment } = expectKind(response, "synced");
  return { errorCode: 0, protocolType, protocolName, assignment };
});
