import { offsetDeleteApi } from "@millrace/kafka-wire";
import { answerCodeOf, byTopic, expectKind, groupCodeOf } from "./group-answers.ts";
import { serve } from "./served-api.ts";

/** OffsetDelete v0: 86 for a topic that a live member subscribes to. */
export const offsetDelete = serve(offsetDeleteApi, async ({ groupId, topics }, _call, { groups }) => {
  const partitions = topics.flatMap(({ name, partitions: of }) =>
    of.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
  );
  const response = await groups.ask(groupId, { kind: "deleteOffsets", group: groupId, partitions });
  if (response.kind === "refused") return { errorCode: answerCodeOf(response), topics: [] };
  const rows = expectKind(response, "offsetsDeleted").partitions;
  return {
    errorCode: 0,
    topics: [...byTopic(rows)].map(([name, of]) => ({
      name,
      partitions: of.map(({ partition, error }) => ({ partitionIndex: partition, errorCode: groupCodeOf(error) })),
    })),
  };
});
