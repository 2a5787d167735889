import { heartbeatApi } from "@millrace/kafka-wire";
import { answerCodeOf } from "./group-answers.ts";
import { serve } from "./served-api.ts";

/** Heartbeat v0-4: v3 static members. */
export const heartbeat = serve(heartbeatApi, async ({ groupId, generationId, memberId, groupInstanceId }, _call, { groups }) => {
  const member = { memberId, instanceId: groupInstanceId ?? undefined };
  return { errorCode: answerCodeOf(await groups.ask(groupId, { kind: "heartbeat", group: groupId, generation: generationId, ...member })) };
});
