import { Acks } from "@millrace/contracts";
import {
  produceApi,
  type ProduceRequest,
  type ProduceRequestTopic,
  type ProduceResponsePartitionInit,
  type ProduceResponseTopicInit,
} from "@millrace/kafka-wire";
import { AppError } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import type { BatchAppend, PartitionResult } from "../rpc/append-batch.ts";
import { currentLeaderOf, nodeEndpointsOf } from "./current-leader.ts";
import { kafkaCodeOf, kafkaCodeOfWire, KafkaError } from "./error-codes.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { encodeAnswer, namesOf, type Outcome as Then, type ServedApi } from "./served-api.ts";
import { topicNameOf } from "./topic-lookup.ts";

const ACKS = new Map<number, Acks>([
  [-1, Acks.ALL],
  [0, Acks.NONE],
  [1, Acks.LEADER],
]);

/**
 * Produce v3-13 (v0 is advertised for librdkafka's probes, section 4): v3 batches of magic 2, transactional id; v5 log start offset; v7 zstd; v8 error
 * message; v10 current leader and its address (KIP-951); v13 topic ids. Partitions succeed or fail alone. With acks=0 nothing is answered; a failure closes the connection, so
 * that the client looks for the leader again (G15).
 */
export const produce: ServedApi = {
  ...namesOf(produceApi),
  answer({ reader, correlationId, call, context }, then) {
    const { version } = call;
    const request = produceApi.decodeRequest(reader, version);
    const acks = ACKS.get(request.acks);
    const respond = (responses: readonly ProduceResponseTopicInit[]): void => {
      if (acks === Acks.NONE) return answerNothing(responses, then);
      const response = { responses, nodeEndpoints: endpointsIn(responses, context) };
      then.answered({ parts: encodeAnswer(produceApi, { correlationId, version, response }) });
    };
    if (acks === undefined) return respond(refuseAll(request, KafkaError.INVALID_REQUIRED_ACKS));
    const names = request.topicData.map((topic) => (version >= 13 ? topicNameOf(context.view, topic.topicId) : topic.name));
    const { transactionalId, timeoutMs } = request;
    const batches = { batches: batchesOf(request, names), acks, transactionalId: transactionalId ?? "", timeoutMs: Math.max(1, timeoutMs) };
    try {
      // Staged before this returns, so that requests of a connection keep their order.
      context.produce.append(batches, call.call, (results) => {
        try {
          respond(answers(request, { names, results, version, view: context.view }));
        } catch (error) {
          then.failed(error);
        }
      });
    } catch (error) {
      respond(refuseAll(request, kafkaCodeOf(error)));
    }
  },
};

function batchesOf({ topicData }: ProduceRequest, names: readonly (string | undefined)[]): BatchAppend[] {
  const batches: BatchAppend[] = [];
  topicData.forEach(({ partitionData }, index) => {
    const topic = names[index];
    if (topic === undefined) return;
    for (const { index: partition, records } of partitionData) batches.push({ topic, partition, batch: records ?? NO_BYTES });
  });
  return batches;
}

function answerNothing(responses: readonly ProduceResponseTopicInit[], then: Then): void {
  const failed = responses.flatMap((topic) => topic.partitionResponses).find((partition) => partition.errorCode !== KafkaError.NONE);
  if (failed === undefined) then.answered(undefined);
  else then.failed(unacknowledged(failed));
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
    const { name, topicId } = topic;
    return { name, topicId, partitionResponses: topic.partitionData.map(({ index }) => answerOf(index, outcome.results[next++], outcome)) };
  });
}

function answerOf(index: number, result: PartitionResult | undefined, { version, view }: Outcome): ProduceResponsePartitionInit {
  if (result === undefined) return { index, errorCode: KafkaError.UNKNOWN_SERVER_ERROR, baseOffset: -1 };
  const { topic, partition, baseOffset, logAppendTimeMs, logStartOffset, error } = result;
  if (error === undefined) return { index, errorCode: KafkaError.NONE, baseOffset, logAppendTimeMs, logStartOffset };
  const recordErrors = recordErrorsOf(error.context["records"]);
  const errorCode = errorCodeOf(kafkaCodeOfWire(error), version);
  const currentLeader = currentLeaderOf(view, { topic, partition }, errorCode);
  return { index, errorCode, baseOffset, logAppendTimeMs, logStartOffset, errorMessage: error.message, recordErrors, currentLeader };
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
  const { name, topicId, partitionData } = topic;
  return { name, topicId, partitionResponses: partitionData.map(({ index }) => ({ index, errorCode, baseOffset: -1 })) };
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
