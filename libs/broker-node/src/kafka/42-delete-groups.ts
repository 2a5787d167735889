import { deleteGroupsApi } from "@millrace/kafka-wire";
import { answerCodeOf, expectKind, groupCodeOf } from "./group-answers.ts";
import { serve } from "./served-api.ts";

/** DeleteGroups v0-2: 68 for a group with members, 69 for one that is not known. Each succeeds or fails alone. */
export const deleteGroups = serve(deleteGroupsApi, async ({ groupsNames }, _call, { groups }) => ({
  results: await Promise.all(
    groupsNames.map(async (groupId) => {
      const response = await groups.ask(groupId, { kind: "deleteGroups", groups: [groupId] });
      const errorCode =
        response.kind === "refused" ? answerCodeOf(response) : groupCodeOf(expectKind(response, "groupsDeleted").groups[0]?.error);
      return { groupId, errorCode };
    }),
  ),
}));
