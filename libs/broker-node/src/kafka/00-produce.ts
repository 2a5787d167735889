import { create } from "@bufbuild/protobuf";
import { Acks, ProduceRequestSchema } from "@millrace/contracts";
import {
  produceApi,
  type ProduceRequest,
  type ProduceRequestTopic,
  type ProduceResponsePartitionInit,
  type ProduceResponseTopicInit,
} from "@millrace/kafka-wire";
import { AppError } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import type { PartitionResult } from "../rpc/append-batch.ts";
import { currentLeaderOf, nodeEndpointsOf } from "./current-leader.ts";
import { kafkaCodeOf, kafkaCodeOfWire, KafkaError } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

const ACKS = new Map([
  [-1, Acks.ALL],
  [0, Acks.NONE],
  [1, Acks.LEADER],
]);

/**
 * Produce v3-13 (v0 is advertised for librdkafka's probes, section 4): v3 batches of magic 2, transactional id; v5 log start offset; v7 zstd; v8 error
 * message; v10 current leader and its address (KIP-951); v13 topic ids. Partitions succeed or fail alone. With acks=0 nothing is answered; a failure closes the connection, so
 * that the client looks for the leader again (G15).
 */
export const produce = serve(produceApi, async (request, call, context) => {
  const acks = ACKS.get(request.acks);
  if (acks === undefined) return { responses: refuseAll(request, KafkaError.INVALID_REQUIRED_ACKS) };
  const responses = await append(request, acks, call, context);
  if (acks !== Acks.NONE) return { responses, nodeEndpoints: endpointsIn(responses, context) };
  const failed = responses.flatMap((topic) => topic.partitionResponses).find((partition) => partition.errorCode !== KafkaError.NONE);
  if (failed !== undefined) throw unacknowledged(failed);
  return undefined;
});

async function append(request: ProduceRequest, acks: Acks, call: KafkaCall, context: KafkaContext): Promise<ProduceResponseTopicInit[]> {
  const names = request.topicData.map((topic) => (call.version >= 13 ? topicNameOf(context.view, topic.topicId) : topic.name));
  const partitions = request.topicData.flatMap(({ partitionData }, index) => {
    const topic = names[index];
    if (topic === undefined) return [];
    return partitionData.map(({ index: partition, records }) => ({
      topic,
      partition,
      data: { case: "batch" as const, value: records ?? NO_BYTES },
    }));
  });
  const message = create(ProduceRequestSchema, {
    partitions,
    acks,
    transactionalId: request.transactionalId ?? "",
    timeoutMs: Math.max(1, request.timeoutMs),
  });
  try {
    // Appends are staged before the first await within, so requests of a connection keep their order.
    const { results } = await context.produce.produce(message, call.call, { force: true });
    // Every batch is in its log's memory, or never will be: also of those that are late.
    call.connection.recycle?.(call.frame);
    return answers(request, { names, results, version: call.version, view: context.view });
  } catch (error) {
    return refuseAll(request, kafkaCodeOf(error));
  }
}

interface Outcome {
  /** undefined: the id is of no topic here. */
  readonly names: readonly (string | undefined)[];
  /** In the order of the partitions asked for. */
  readonly results: readonly PartitionResult[];
  readonly version: number;
  readonly view: ClusterView;
}

function answers(request: ProduceRequest, outcome: Outcome): ProduceResponseTopicInit[] {
  let next = 0;
  return request.topicData.map((topic, index) => {
    if (outcome.names[index] === undefined) return refused(topic, KafkaError.UNKNOWN_TOPIC_ID);
    return {
      ...topic,
      partitionResponses: topic.partitionData.map((partition) => answerOf(partition.index, outcome.results[next++], outcome)),
    };
  });
}

function answerOf(index: number, result: PartitionResult | undefined, { version, view }: Outcome): ProduceResponsePartitionInit {
  if (result === undefined) return { index, errorCode: KafkaError.UNKNOWN_SERVER_ERROR, baseOffset: -1 };
  const { topic, partition, baseOffset, logAppendTimeMs, logStartOffset, error } = result;
  const offsets = { baseOffset: Number(baseOffset), logAppendTimeMs: Number(logAppendTimeMs), logStartOffset: Number(logStartOffset) };
  if (error === undefined) return { index, errorCode: KafkaError.NONE, ...offsets };
  const recordErrors = recordErrorsOf(error.context["records"]);
  const errorCode = errorCodeOf(kafkaCodeOfWire(error), version);
  const currentLeader = currentLeaderOf(view, { topic, partition }, errorCode);
  return { index, errorCode, ...offsets, errorMessage: error.message, recordErrors, currentLeader };
}

/** Where the leaders are that the answer names. */
function endpointsIn(responses: readonly ProduceResponseTopicInit[], { view }: KafkaContext) {
  const leaders = responses.flatMap(({ partitionResponses }) =>
    partitionResponses.flatMap(({ currentLeader: { leaderId, leaderEpoch = -1 } = {} }) =>
      leaderId === undefined ? [] : [{ leaderId, leaderEpoch }],
    ),
  );
  return leaders.length === 0 ? [] : nodeEndpointsOf(view, leaders);
}

/** Which records of the batch are to blame, where the log says so (G12). */
function recordErrorsOf(records: string | undefined): { batchIndex: number; batchIndexErrorMessage: string }[] {
  if (records === undefined) return [];
  return records.split(",").map((index) => ({ batchIndex: Number(index), batchIndexErrorMessage: "the record has no key" }));
}

/** On Produce an old epoch is 47, and a transaction that must be aborted is 120 for those who know it (G36). */
function errorCodeOf(code: number, version: number): number {
  if (code === KafkaError.PRODUCER_FENCED) return KafkaError.INVALID_PRODUCER_EPOCH;
  if (code === KafkaError.INVALID_TXN_STATE && version >= 11) return KafkaError.TRANSACTION_ABORTABLE;
  // While the transaction's coordinator cannot be asked: the one error here that old clients repeat.
  if (
    code === KafkaError.COORDINATOR_LOAD_IN_PROGRESS ||
    code === KafkaError.NOT_COORDINATOR ||
    code === KafkaError.COORDINATOR_NOT_AVAILABLE
  )
    return KafkaError.NOT_ENOUGH_REPLICAS;
  return code;
}

function refuseAll(request: ProduceRequest, errorCode: number): ProduceResponseTopicInit[] {
  return request.topicData.map((topic) => refused(topic, errorCode));
}

function refused(topic: ProduceRequestTopic, errorCode: number): ProduceResponseTopicInit {
  return { ...topic, partitionResponses: topic.partitionData.map(({ index }) => ({ index, errorCode, baseOffset: -1 })) };
}

function unacknowledged({ errorCode, errorMessage }: ProduceResponsePartitionInit): AppError {
  const message = "records sent with acks=0 could not be stored";
  return new AppError({
    kind: "unavailable",
    code: "unacknowledged-records-lost",
    message,
    context: { errorCode, reason: errorMessage ?? undefined },
  });
}

const NO_BYTES = new Uint8Array(0);
