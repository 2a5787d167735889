import { type GroupResponse, kafkaCodeOfGroupError } from "@millrace/groups";
import type { AppError } from "@millrace/model";
import { assert } from "@millrace/stdx";
import { KafkaError } from "./error-codes.ts";

/** Kafka's code of a refusal by a group coordinator. An append that failed says something of the log, which is the coordinator's business: ask again, or elsewhere. */
export function groupCodeOf(error: AppError | undefined): number {
  if (error === undefined) return KafkaError.NONE;
  if (error.code === "not-leader") return KafkaError.NOT_COORDINATOR;
  return kafkaCodeOfGroupError(error) ?? KafkaError.COORDINATOR_NOT_AVAILABLE;
}

/** The code of a whole answer: that of a refusal, else none. */
export function answerCodeOf(response: GroupResponse): number {
  return response.kind === "refused" ? groupCodeOf(response.error) : KafkaError.NONE;
}

/** The response of a kind; one member of the union may stand for two kinds. */
type ResponseOf<K, R = GroupResponse> = R extends { readonly kind: infer Kinds } ? (K extends Kinds ? R : never) : never;

/** Narrows an answer to the kind that its request has; another one is a bug of the engine. */
export function expectKind<K extends GroupResponse["kind"]>(response: GroupResponse, kind: K): ResponseOf<K> {
  assert(isKind(response, kind), () => `a group request was answered with something else kind=${response.kind} expected=${kind}`);
  return response;
}

function isKind<K extends GroupResponse["kind"]>(response: GroupResponse, kind: K): response is ResponseOf<K> {
  return response.kind === kind;
}

/** The rows of an answer by topic, in the order of first appearance. */
export function byTopic<T extends { readonly topic: string }>(rows: readonly T[]): Map<string, T[]> {
  const topics = new Map<string, T[]>();
  for (const row of rows) {
    const known = topics.get(row.topic);
    if (known === undefined) topics.set(row.topic, [row]);
    else known.push(row);
  }
  return topics;
}
