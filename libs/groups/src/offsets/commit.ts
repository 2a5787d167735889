import { type AppError, topicPartitionKey } from "@millrace/model";
import { memberOf, refusalOfGeneration } from "../classic/group.ts";
import { touch } from "../classic/session.ts";
import { refusalOfConsumerEpoch } from "../consumer/member-epoch.ts";
import { refusalOfNewGroup } from "../coordinator-state.ts";
import { groupErrors } from "../errors.ts";
import type { CommitRequest, OffsetToCommit, TransactionalCommitRequest } from "../event.ts";
import { OFFSET_METADATA_BYTES_MAX, OFFSETS_PER_GROUP_MAX } from "../limits.ts";
import type { PartitionResult } from "../response.ts";
import type { GroupRecord } from "../store.ts";
import type { Turn } from "../turn.ts";

/**
 * Offsets of a group, by one of its members or by a client that only keeps them here; with a producer they wait for its transaction's marker. Answered when
 * they are in the log. Whether the partitions exist is the edge's check.
 */
export function commitOffsets(turn: Turn, request: CommitRequest | TransactionalCommitRequest): void {
  const { correlation, group, offsets } = request;
  const refusal = refusalOfNewGroup(turn.state, group) ?? refusalOfCommit(turn, request);
  if (refusal !== undefined) return turn.refuse(correlation, refusal);
  const known = turn.state.store.offsets.get(group);
  let room = OFFSETS_PER_GROUP_MAX - (known?.size ?? 0);
  const records: GroupRecord[] = [];
  const partitions = offsets.map((each): PartitionResult => {
    const { topic, partition } = each;
    const isNew = known?.has(topicPartitionKey(topic, partition)) !== true;
    const error = refusalOfOffset(each) ?? (isNew && room-- <= 0 ? groupErrors.tooManyOffsets({ group }) : undefined);
    if (error === undefined) records.push({ kind: "offset", group, topic, partition, value: valueOf(turn, each) });
    return { topic, partition, error };
  });
  const response = { kind: "offsetsCommitted", partitions } as const;
  if (records.length === 0) return turn.answer(correlation, response);
  turn.append({
    records,
    ...(request.kind === "commitTransactionalOffsets" && {
      producer: { producerId: request.producerId, producerEpoch: request.producerEpoch },
    }),
    onCommitted: (later) => later.answer(correlation, response),
    onFailed: (later, error) => later.refuse(correlation, error),
  });
}

function refusalOfOffset({ topic, partition, metadata }: OffsetToCommit): AppError | undefined {
  if (metadata === null || metadata.length * 3 <= OFFSET_METADATA_BYTES_MAX) return undefined; // a UTF-16 unit takes at most three bytes
  const bytes = new TextEncoder().encode(metadata).length;
  return bytes <= OFFSET_METADATA_BYTES_MAX ? undefined : groupErrors.metadataTooLarge({ topic, partition, bytes });
}

function valueOf(
  turn: Turn,
  { offset, leaderEpoch, metadata, topicId }: OffsetToCommit,
): Extract<GroupRecord, { kind: "offset" }>["value"] {
  return { offset, leaderEpoch, metadata: metadata ?? "", committedAtMs: turn.now, topicId };
}

function refusalOfCommit(turn: Turn, request: CommitRequest | TransactionalCommitRequest): AppError | undefined {
  const { group: name, memberId, instanceId, generation } = request;
  const isTransactional = request.kind === "commitTransactionalOffsets";
  const isAnonymous = generation < 0 && memberId === "" && instanceId === undefined;
  const context = { group: name, memberId, generation };
  const consumer = turn.state.consumer.get(name);
  if (consumer !== undefined && consumer.members.size > 0) {
    if (isAnonymous) return isTransactional ? undefined : groupErrors.unknownMember(context);
    return refusalOfConsumerEpoch(consumer, memberId, generation);
  }
  const group = turn.state.classic.get(name);
  if (group === undefined) return generation < 0 ? undefined : groupErrors.illegalGeneration(context); // of a group that is gone
  if (generation < 0 && group.state === "Empty") return undefined;
  if (isAnonymous) return isTransactional ? undefined : groupErrors.unknownMember(context);
  const refusal = refusalOfGeneration(group, request, generation);
  if (refusal !== undefined) return refusal;
  touch(turn, group, memberOf(group, memberId));
  // The member will be told what to read next: what it commits now is of partitions that may be another's already.
  return group.state === "CompletingRebalance" && !isTransactional ? groupErrors.rebalanceInProgress(context) : undefined;
}
