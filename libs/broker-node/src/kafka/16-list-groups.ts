import { listGroupsApi } from "@millrace/kafka-wire";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";
import { expectKind } from "./group-answers.ts";
import { serve } from "./served-api.ts";

/**
 * ListGroups v0-5: v4 filter by state; v5 filter by type. The groups that this broker coordinates; clients ask every broker. While some are loaded the answer is
 * 14, never a list without them.
 */
export const listGroups = serve(listGroupsApi, async ({ statesFilter, typesFilter }, _call, { groups }) => {
  if (groups.isLoading) return { errorCode: KafkaError.COORDINATOR_LOAD_IN_PROGRESS, groups: [] };
  const answers = await groups.askAll({ kind: "listGroups", states: statesFilter, types: typesFilter });
  const refused = answers.find((answer) => answer.kind === "refused");
  if (refused?.kind === "refused") return { errorCode: kafkaCodeOf(refused.error), groups: [] };
  const listed = answers.flatMap((answer) => expectKind(answer, "groupsListed").groups);
  return {
    errorCode: 0,
    groups: listed.map(({ group, protocolType, state, type }) => ({ groupId: group, protocolType, groupState: state, groupType: type })),
  };
});
