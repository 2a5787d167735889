import { offsetCommitApi } from "@millrace/kafka-wire";
import { commitOffsets, namedTopics } from "./commit-offsets.ts";
import { serve } from "./served-api.ts";

/** OffsetCommit v2-10: v2-4 retention (ignored); v6 leader epoch; v7 static members; v9 member epochs; v10 topic ids. Unknown partitions fail alone, before the group is asked (G26). */
export const offsetCommit = serve(offsetCommitApi, async (request, { version }, context) => {
  const { groupId, memberId, generationIdOrMemberEpoch, groupInstanceId } = request;
  const topics = namedTopics(request.topics, version >= 10, context.view);
  const ask = {
    kind: "commitOffsets" as const,
    group: groupId,
    memberId,
    instanceId: groupInstanceId ?? undefined,
    generation: generationIdOrMemberEpoch,
  };
  return { topics: await commitOffsets(topics, (offsets) => context.groups.ask(groupId, { ...ask, offsets }), context) };
});
