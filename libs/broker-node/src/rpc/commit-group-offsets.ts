import { type CommitOffsetsRequest, type CommitTransactionalOffsetsRequest, errorToWire, type OffsetCommit } from "@millrace/contracts";
import { groupErrors, type GroupResponse, type OffsetToCommit } from "@millrace/groups";
import { GROUP_OFFSETS_TOPIC, producerEpoch, producerIdFromWire, topicPartitionKey } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { accepted } from "../groups/accepted.ts";
import { PARTITIONS_PER_REQUEST_MAX } from "../limits.ts";
import { errorField, textOf, toCommit } from "./group-messages.ts";
import type { GroupDependencies } from "./group-routing.ts";
import type { RpcContext } from "./rpc-context.ts";

const NOT_A_MEMBER = -1;

/** Keeps offsets of a group; each partition succeeds or fails alone, the member with all of them. */
export function commitOffsets(request: CommitOffsetsRequest, context: RpcContext, { groups }: GroupDependencies) {
  const { groupId } = request;
  return commitEach(request.offsets, context, (offsets) =>
    groups.ask(groupId, { kind: "commitOffsets", group: groupId, ...memberOf(request), offsets }),
  );
}

/** The same within a transaction: only while the group's partition of the group log is part of the owner's open transaction, as for any other record of it. */
export function commitTransactionalOffsets(request: CommitTransactionalOffsetsRequest, context: RpcContext, { groups }: GroupDependencies) {
  const { groupId, transactionalId } = request;
  const owner = {
    transactionalId,
    producerId: producerIdFromWire(request.producerId),
    producerEpoch: producerEpoch(request.producerEpoch),
  };
  return commitEach(request.offsets, context, async (offsets) => {
    const partition = groups.partitionOf(groupId);
    if (partition === undefined || !context.replicas.isLeader(GROUP_OFFSETS_TOPIC, partition))
      throw groupErrors.notCoordinator({ group: groupId });
    const verified = context.verifier.verify({ ...owner, partition: context.replicas.requireLeader(GROUP_OFFSETS_TOPIC, partition) });
    if (verified !== undefined) await verified;
    const { producerId, producerEpoch: epoch } = owner;
    const ask = { kind: "commitTransactionalOffsets" as const, group: groupId, producerId, producerEpoch: epoch };
    return groups.ask(groupId, { ...ask, ...memberOf(request), offsets });
  });
}

function memberOf(request: { readonly memberId: string; readonly memberEpoch?: number | undefined; readonly instanceId: string }) {
  const { memberId, memberEpoch, instanceId } = request;
  return { memberId, generation: memberEpoch ?? NOT_A_MEMBER, instanceId: textOf(instanceId) };
}

async function commitEach(
  wire: readonly OffsetCommit[],
  { view }: RpcContext,
  ask: (offsets: readonly OffsetToCommit[]) => Promise<GroupResponse>,
) {
  if (wire.length > PARTITIONS_PER_REQUEST_MAX)
    throw brokerErrors.invalidRequest("too many partitions in one request", { partitions: wire.length });
  const refused = new Map<string, ReturnType<typeof errorToWire>>();
  const offsets: OffsetToCommit[] = [];
  for (const each of wire) {
    try {
      offsets.push(toCommit(each, view));
    } catch (error) {
      refused.set(topicPartitionKey(each.topic, each.partition), errorToWire(error));
    }
  }
  // Also without offsets: the group may refuse the member.
  const committed = accepted(await ask(offsets), "offsetsCommitted").partitions;
  const failed = new Map(committed.map(({ topic, partition, error }) => [topicPartitionKey(topic, partition), errorField(error)]));
  return {
    results: wire.map(({ topic, partition }) => {
      const key = topicPartitionKey(topic, partition);
      const error = refused.get(key);
      return { topic, partition, ...(error === undefined ? failed.get(key) : { error }) };
    }),
  };
}
