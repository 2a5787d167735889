import { fetchApi, type FetchRequest, type FetchResponseInit, type FetchResponsePartitionInit } from "@millrace/kafka-wire";
import type { LeaderEpoch, Offset } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { FETCH_BYTES_MAX, PARTITIONS_PER_REQUEST_MAX } from "../limits.ts";
import { readUntilEnough } from "../reads/long-poll.ts";
import { type PartitionRead, type ReadPart, readPartitions, type ReadPass, type ReadTarget, release } from "../reads/read-partitions.ts";
import { type CurrentLeader, currentLeaderOf, nodeEndpointsOf } from "./current-leader.ts";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";
import type { FollowedPartition } from "./fetch-session.ts";
import type { FetchScope } from "./fetch-sessions.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { preferredReplica } from "./preferred-replica.ts";
import { serve } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

const READ_COMMITTED = 1;
const TOPIC_IDS_MIN = 13;
const STORAGE_ERROR_MIN = 6;
const RACK_MIN = 11;

/**
 * Fetch v4-17: v5 log start offset; v7 sessions; v9 current leader epoch; v10 zstd; v11 rack: a replica there may be named to read from (KIP-392); v12 diverging epoch,
 * current leader; v13 topic ids; v16 addresses of leaders. Records go out as views of the tail cache or of what one read of the disk gave: nothing here copies them.
 */
export const fetch = serve(fetchApi, async (request, call, context): Promise<FetchResponseInit> => {
  const scope = context.fetchSessions.resolve(request, call.version >= TOPIC_IDS_MIN);
  if (scope.kind === "refused") return { errorCode: scope.errorCode, responses: [] };
  const rack = call.version >= RACK_MIN ? request.rackId : "";
  const plan = planOf(scope.session?.partitions ?? partitionsOf(request), { call, context, rack });
  const pass = await read(plan, request, { call, context });
  call.onSent = () => release(pass);
  return answerOf(plan, pass, { request, scope, version: call.version, context });
});

interface Planned {
  readonly followed: FollowedPartition;
  /** undefined: the id is not known here. */
  readonly name: string | undefined;
  /** Known without reading. */
  readonly refusal: number | undefined;
  readonly target: ReadTarget | undefined;
  /** This replica is nearer to the client: it is named, and nothing is read. */
  readonly preferredReplica?: number | undefined;
}

function partitionsOf({ topics }: FetchRequest): FollowedPartition[] {
  return topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((asked) => ({ topic, topicId, asked, highWatermark: -1, logStartOffset: -1 })),
  );
}

function planOf(partitions: readonly FollowedPartition[], of: { call: KafkaCall; context: KafkaContext; rack: string }): Planned[] {
  const { call, context, rack } = of;
  const { version } = call;
  const { view } = context;
  if (partitions.length > PARTITIONS_PER_REQUEST_MAX)
    throw brokerErrors.invalidRequest("too many partitions in one fetch", { partitions: partitions.length });
  const usesTopicIds = version >= TOPIC_IDS_MIN;
  return partitions.map((followed) => {
    const { topic, topicId, asked } = followed;
    const name = usesTopicIds ? topicNameOf(view, topicId) : topic;
    if (name === undefined) return { followed, name, refusal: KafkaError.UNKNOWN_TOPIC_ID, target: undefined };
    if (asked.fetchOffset < 0) return { followed, name, refusal: KafkaError.OFFSET_OUT_OF_RANGE, target: undefined };
    const target: ReadTarget = {
      topic: name,
      topicId: usesTopicIds ? topicId : undefined,
      partition: asked.partition,
      offset: asked.fetchOffset as Offset,
      maxBytes: Math.max(1, asked.partitionMaxBytes),
      leaderEpoch: asked.currentLeaderEpoch < 0 ? undefined : asked.currentLeaderEpoch,
      endOffset: Number.MAX_SAFE_INTEGER as Offset,
      lastFetchedEpoch: asked.lastFetchedEpoch < 0 ? undefined : (asked.lastFetchedEpoch as LeaderEpoch),
      mayFollow: version >= RACK_MIN,
    };
    const nearer = preferredReplica(target, rack, context);
    const read = nearer === undefined ? target : { ...target, endOffset: target.offset }; // the ends only
    return { followed, name, refusal: undefined, target: read, preferredReplica: nearer };
  });
}

function read(plan: readonly Planned[], request: FetchRequest, { call, context }: { call: KafkaCall; context: KafkaContext }) {
  const targets = plan.flatMap(({ target }) => target ?? []);
  const isolation = request.isolationLevel === READ_COMMITTED ? "read-committed" : "read-uncommitted";
  const maxBytes = Math.min(Math.max(1, request.maxBytes), FETCH_BYTES_MAX);
  const isKnown = plan.some((planned) => planned.preferredReplica !== undefined);
  const mayWait = plan.length > 0 && targets.length === plan.length && request.minBytes > 0 && !isKnown;
  return readUntilEnough(
    targets,
    {
      read: (bytesMax) => readPartitions(targets, { isolation, maxBytes: Math.min(maxBytes, bytesMax) }, context),
      minBytes: Math.min(request.minBytes, maxBytes),
      maxWaitMs: mayWait ? Math.max(0, request.maxWaitMs) : 0,
      call: call.call,
      room: context.unsent.of(call.connection),
    },
    context,
  );
}

interface AnswerScope {
  readonly request: FetchRequest;
  readonly scope: Exclude<FetchScope, { kind: "refused" }>;
  readonly version: number;
  readonly context: KafkaContext;
}

/** All partitions of a full request; of an incremental one those with something new. Topics stand where their first partition does. */
function answerOf(plan: readonly Planned[], { parts }: ReadPass, of: AnswerScope): FetchResponseInit {
  const { session } = of.scope;
  const topics = new Map<string, { topic: string; topicId: string; partitions: FetchResponsePartitionInit[] }>();
  const leaders: CurrentLeader[] = [];
  let next = 0;
  for (const planned of plan) {
    const part = planned.target === undefined ? undefined : parts[next++];
    const answer = partitionAnswer(planned, part, of);
    if (answer.currentLeader !== undefined) leaders.push(answer.currentLeader);
    const { followed } = planned;
    const isNew = remember(followed, answer, part?.kind === "read" && part.sizeBytes > 0);
    if (of.scope.kind === "incremental" && !isNew) continue;
    const key = `${followed.topicId}/${followed.topic}`;
    const topic = topics.get(key) ?? { topic: followed.topic, topicId: followed.topicId, partitions: [] };
    if (topic.partitions.push(answer) === 1) topics.set(key, topic);
    if (part?.kind === "read" && part.sizeBytes > 0) session?.moveToEnd(followed);
  }
  const nodeEndpoints = leaders.length === 0 ? [] : nodeEndpointsOf(of.context.view, leaders);
  return { errorCode: KafkaError.NONE, sessionId: session?.id ?? 0, responses: [...topics.values()], nodeEndpoints };
}

/** Whether the client hears something that it was not told before; keeps what it is told now. */
function remember(followed: FollowedPartition, answer: FetchResponsePartitionInit, hasRecords: boolean): boolean {
  const { errorCode, highWatermark, logStartOffset = -1 } = answer;
  const isNew =
    hasRecords ||
    errorCode !== KafkaError.NONE ||
    answer.divergingEpoch !== undefined ||
    highWatermark !== followed.highWatermark ||
    logStartOffset !== followed.logStartOffset;
  // After an error the next answer is news, whatever it says.
  followed.highWatermark = errorCode === KafkaError.NONE ? highWatermark : -1;
  followed.logStartOffset = logStartOffset;
  return isNew;
}

function partitionAnswer(
  { followed, name, refusal, preferredReplica: nearer }: Planned,
  part: ReadPart | undefined,
  of: AnswerScope,
): FetchResponsePartitionInit & { currentLeader?: CurrentLeader | undefined } {
  const { partition } = followed.asked;
  if (part?.kind === "read") {
    const answer = readAnswer(partition, part, of.request.isolationLevel === READ_COMMITTED);
    return nearer === undefined ? answer : { ...answer, preferredReadReplica: nearer, records: NO_CHUNKS };
  }
  const code = refusal ?? kafkaCodeOf(part?.error);
  // Clients of those versions do not know the error of a failed disk: they look for another leader.
  const errorCode = code === KafkaError.KAFKA_STORAGE_ERROR && of.version < STORAGE_ERROR_MIN ? KafkaError.NOT_LEADER_OR_FOLLOWER : code;
  const currentLeader = name === undefined ? undefined : currentLeaderOf(of.context.view, { topic: name, partition }, errorCode);
  return {
    partitionIndex: partition,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: null,
    currentLeader,
    records: NO_CHUNKS,
  };
}

function readAnswer(
  partitionIndex: number,
  part: PartitionRead,
  isCommitted: boolean,
): FetchResponsePartitionInit & { currentLeader?: undefined } {
  const { diverging } = part;
  return {
    partitionIndex,
    errorCode: KafkaError.NONE,
    highWatermark: part.highWatermark,
    lastStableOffset: part.lastStableOffset,
    logStartOffset: part.logStartOffset,
    divergingEpoch: diverging === undefined ? undefined : { epoch: diverging.leaderEpoch, endOffset: diverging.endOffset },
    abortedTransactions: isCommitted ? part.aborted : null,
    records: part.chunks,
  };
}

const NO_CHUNKS: readonly Uint8Array[] = [];
