import { leaveGroupApi } from "@millrace/kafka-wire";
import { answerCodeOf, expectKind, groupCodeOf } from "./group-answers.ts";
import { serve } from "./served-api.ts";

/** LeaveGroup v0-5: v3 several members, by instance id too; v5 reason (ignored). Below v3 the one member's error is the answer's. */
export const leaveGroup = serve(leaveGroupApi, async (request, { version }, { groups }) => {
  const { groupId } = request;
  const members =
    version >= 3
      ? request.members.map(({ memberId, groupInstanceId }) => ({ memberId, instanceId: groupInstanceId ?? undefined }))
      : [{ memberId: request.memberId, instanceId: undefined }];
  const response = await groups.ask(groupId, { kind: "leave", group: groupId, members });
  if (response.kind === "refused") return { errorCode: answerCodeOf(response), members: [] };
  const left = expectKind(response, "left").members.map(({ memberId, instanceId = null, error }) => ({
    memberId,
    groupInstanceId: instanceId,
    errorCode: groupCodeOf(error),
  }));
  return version >= 3 ? { errorCode: 0, members: left } : { errorCode: left[0]?.errorCode ?? 0, members: [] };
});
