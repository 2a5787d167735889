import { groupErrors, type GroupResponse, type OffsetToCommit } from "@millrace/groups";
import { txnOffsetCommitApi, type TxnOffsetCommitRequest, ZERO_UUID } from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC, toAppError } from "@millrace/model";
import { commitOffsets, namedTopics } from "./commit-offsets.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { ownerOf } from "./transaction-owner.ts";

/**
 * TxnOffsetCommit v0-4: v2 leader epoch; v3 generation and member; v4 error 120. The offsets count when the transaction's marker is written. v5 is left out: it adds the
 * group by itself, as transactions with `transaction.version` 2 do (G34).
 */
export const txnOffsetCommit = serve(
  txnOffsetCommitApi,
  async (request, _call, context) => {
    const topics = namedTopics(
      request.topics.map((topic) => ({ ...topic, topicId: ZERO_UUID })),
      false,
      context.view,
    );
    const answered = await commitOffsets(topics, (offsets) => commit(request, offsets, context), context);
    return { topics: answered.map(({ name, partitions }) => ({ name, partitions })) };
  },
  { versionMax: 4 },
);

/** Offsets are appended only while the group's partition is part of the owner's open transaction, as any other record of it. */
async function commit(
  request: TxnOffsetCommitRequest,
  offsets: readonly OffsetToCommit[],
  { groups, replicas, verifier }: KafkaContext,
): Promise<GroupResponse> {
  const { groupId, memberId, generationId, groupInstanceId } = request;
  try {
    const owner = ownerOf(request);
    const partition = groups.partitionOf(groupId);
    if (partition === undefined || !replicas.isLeader(GROUP_OFFSETS_TOPIC, partition)) throw groupErrors.notCoordinator({ group: groupId });
    const verified = verifier.verify({ ...owner, partition: replicas.requireLeader(GROUP_OFFSETS_TOPIC, partition) });
    if (verified !== undefined) await verified;
    const { producerId, producerEpoch } = owner;
    const member = { memberId, instanceId: groupInstanceId ?? undefined, generation: generationId };
    return await groups.ask(groupId, { kind: "commitTransactionalOffsets", group: groupId, ...member, producerId, producerEpoch, offsets });
  } catch (error) {
    return { kind: "refused", error: toAppError(error) };
  }
}
