import { create } from "@bufbuild/protobuf";
import { FetchRequestSchema, Isolation } from "@millrace/contracts";
import {
  fetchApi,
  type FetchRequest,
  type FetchRequestPartition,
  type FetchResponseInit,
  type FetchResponsePartitionInit,
} from "@millrace/kafka-wire";
import type { FetchResultInit } from "../rpc/fetch.ts";
import { kafkaCodeOf, kafkaCodeOfWire, KafkaError } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

const READ_COMMITTED = 1;

/**
 * Fetch v4-17: v5 log start offset; v7 sessions; v9 current leader epoch; v10 zstd; v11 rack (ignored: readers read from leaders); v12 flexible; v13 topic
 * ids. Sessions are not kept: every answer says session 0, on which all clients go on with full requests (G19). Diverging epochs are not told:
 * leaders have one log (no replicas to truncate).
 */
export const fetch = serve(fetchApi, async (request, call, context): Promise<FetchResponseInit> => {
  if (request.sessionId !== 0 && request.sessionEpoch > 0) return { errorCode: KafkaError.FETCH_SESSION_ID_NOT_FOUND, responses: [] };
  const plan = planOf(request, call, context);
  const partitions = plan.flatMap(({ name, partitions: asked }) =>
    name === undefined
      ? []
      : asked.filter(isReadable).map(({ partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch }) => ({
          topic: name,
          partition,
          offset: BigInt(fetchOffset),
          maxBytes: Math.max(1, partitionMaxBytes),
          ...(currentLeaderEpoch < 0 ? {} : { currentLeaderEpoch }),
        })),
  );
  const hasError = plan.some(({ name, partitions: asked }) => name === undefined || !asked.every(isReadable));
  const message = create(FetchRequestSchema, {
    partitions,
    maxWaitMs: hasError || request.minBytes <= 0 ? 0 : Math.max(0, request.maxWaitMs),
    minBytes: Math.max(0, request.minBytes),
    maxBytes: Math.max(1, request.maxBytes),
    isolation: request.isolationLevel === READ_COMMITTED ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED,
  });
  try {
    const { results = [] } = await context.fetch.fetch(message, call.call);
    return { errorCode: KafkaError.NONE, responses: answers(plan, results, request) };
  } catch (error) {
    return { errorCode: call.version >= 7 ? kafkaCodeOf(error) : KafkaError.NONE, responses: [] };
  }
});

interface PlannedTopic {
  readonly topic: string;
  readonly topicId: string;
  /** undefined: the id is not known here. */
  readonly name: string | undefined;
  readonly partitions: readonly FetchRequestPartition[];
}

function planOf(request: FetchRequest, { version }: KafkaCall, { view }: KafkaContext): PlannedTopic[] {
  return request.topics.map((topic) => ({ ...topic, name: version >= 13 ? topicNameOf(view, topic.topicId) : topic.topic }));
}

function isReadable({ fetchOffset }: FetchRequestPartition): boolean {
  return fetchOffset >= 0;
}

/** Results come in the order of the readable partitions. */
function answers(
  plan: readonly PlannedTopic[],
  results: readonly FetchResultInit[],
  request: FetchRequest,
): FetchResponseInit["responses"] {
  const isCommitted = request.isolationLevel === READ_COMMITTED;
  let next = 0;
  return plan.map(({ topic, topicId, name, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map((asked) => {
      if (name === undefined) return refused(asked.partition, KafkaError.UNKNOWN_TOPIC_ID);
      if (!isReadable(asked)) return refused(asked.partition, KafkaError.OFFSET_OUT_OF_RANGE);
      const result = results[next++];
      return result === undefined
        ? refused(asked.partition, KafkaError.UNKNOWN_SERVER_ERROR)
        : answerOf(asked.partition, result, isCommitted);
    }),
  }));
}

function answerOf(partitionIndex: number, result: FetchResultInit, isCommitted: boolean): FetchResponsePartitionInit {
  const { error } = result;
  if (error !== undefined)
    return refused(
      partitionIndex,
      kafkaCodeOfWire({ kind: error.kind ?? 0, code: error.code ?? "", message: error.message ?? "", context: error.context ?? {} }),
    );
  const aborted = (result.abortedTransactions ?? []).map(({ producerId = 0n, firstOffset = 0n }) => ({
    producerId: Number(producerId),
    firstOffset: Number(firstOffset),
  }));
  return {
    partitionIndex,
    errorCode: KafkaError.NONE,
    highWatermark: Number(result.highWatermark),
    lastStableOffset: Number(result.lastStableOffset),
    logStartOffset: Number(result.logStartOffset),
    abortedTransactions: isCommitted ? aborted : null,
    records: result.batches ?? NO_BYTES,
  };
}

function refused(partitionIndex: number, errorCode: number): FetchResponsePartitionInit {
  return {
    partitionIndex,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: null,
    records: NO_BYTES,
  };
}

const NO_BYTES = new Uint8Array(0);
