import { type AppError, NO_LEADER_EPOCH, offset, type TopicPartition, topicPartitionKey } from "@millrace/model";
import { refusalOfConsumerEpoch } from "../consumer/member-epoch.ts";
import type { CoordinatorState } from "../coordinator-state.ts";
import { groupErrors } from "../errors.ts";
import type { FetchOffsetsRequest } from "../event.ts";
import type { FetchedOffset } from "../response.ts";
import { hasPendingOffset } from "../store.ts";
import type { Turn } from "../turn.ts";

const NO_OFFSET = offset(-1);

/** Committed offsets; -1 for what is unknown, which is no error: the client then goes by its reset policy. */
export function fetchOffsets(turn: Turn, request: FetchOffsetsRequest): void {
  const { correlation, group, member } = request;
  const refusal = member === undefined ? undefined : refusalOfReader(turn.state, group, member);
  if (refusal !== undefined) return turn.refuse(correlation, refusal);
  const asked = request.partitions ?? turn.state.store.offsets.get(group)?.values() ?? [];
  const arriving = request.requireStable ? arrivingOffsets(turn.state, group) : new Set<string>();
  const partitions = [...asked].map((each) => fetchOffset(turn.state, { group, requireStable: request.requireStable, arriving }, each));
  turn.answer(correlation, { kind: "offsetsFetched", partitions });
}

function refusalOfReader(
  state: CoordinatorState,
  group: string,
  member: { readonly memberId: string; readonly epoch: number },
): AppError | undefined {
  const consumer = state.consumer.get(group);
  if (consumer !== undefined) return refusalOfConsumerEpoch(consumer, member.memberId, member.epoch);
  return state.classic.get(group)?.members.has(member.memberId) === true
    ? undefined
    : groupErrors.unknownMember({ group, memberId: member.memberId });
}

interface Asked {
  readonly group: string;
  readonly requireStable: boolean;
  readonly arriving: ReadonlySet<string>;
}

function fetchOffset(
  state: CoordinatorState,
  { group, requireStable, arriving }: Asked,
  { topic, partition }: TopicPartition,
): FetchedOffset {
  const key = topicPartitionKey(topic, partition);
  const committed = state.store.offsets.get(group)?.get(key);
  // While a transaction holds an offset here, the committed one may already have been read past: answering it would let somebody read twice.
  if (requireStable && (hasPendingOffset(state.store, group, key) || arriving.has(key))) {
    return {
      topic,
      partition,
      offset: NO_OFFSET,
      leaderEpoch: NO_LEADER_EPOCH,
      metadata: "",
      error: groupErrors.unstableOffset({ group, topic, partition }),
    };
  }
  if (committed === undefined) return { topic, partition, offset: NO_OFFSET, leaderEpoch: NO_LEADER_EPOCH, metadata: "", error: undefined };
  const { offset: at, leaderEpoch, metadata, topicId } = committed;
  return { topic, partition, offset: at, leaderEpoch, metadata, topicId, error: undefined };
}

/** Partitions of which a transactional offset is on its way into the log. */
function arrivingOffsets(state: CoordinatorState, group: string): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { producer, records } of state.appends.values()) {
    if (producer === undefined) continue;
    for (const record of records)
      if (record.kind === "offset" && record.group === group) keys.add(topicPartitionKey(record.topic, record.partition));
  }
  return keys;
}
