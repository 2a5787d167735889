import { listGroupsApi } from "@millrace/kafka-wire";
import { expectKind } from "./group-answers.ts";
import { serve } from "./served-api.ts";

/** ListGroups v0-5: v4 filter by state; v5 filter by type. The groups that this broker coordinates; clients ask every broker. */
export const listGroups = serve(listGroupsApi, async ({ statesFilter, typesFilter }, _call, { groups }) => {
  const answers = await groups.askAll({ kind: "listGroups", states: statesFilter, types: typesFilter });
  const listed = answers.flatMap((answer) => (answer.kind === "refused" ? [] : expectKind(answer, "groupsListed").groups));
  return {
    errorCode: 0,
    groups: listed.map(({ group, protocolType, state, type }) => ({ groupId: group, protocolType, groupState: state, groupType: type })),
  };
});
