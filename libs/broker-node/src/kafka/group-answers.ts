import { type GroupResponse, kafkaCodeOfGroupError } from "@millrace/groups";
import type { AppError } from "@millrace/model";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";

export { expectKind } from "../groups/accepted.ts";

/** What may befall the log of groups, which no client of groups knows how to take. */
const NOT_THE_GROUPS: ReadonlySet<number> = new Set([
  KafkaError.NOT_LEADER_OR_FOLLOWER,
  KafkaError.LEADER_NOT_AVAILABLE,
  KafkaError.KAFKA_STORAGE_ERROR,
  KafkaError.NOT_ENOUGH_REPLICAS,
  KafkaError.REQUEST_TIMED_OUT,
  KafkaError.UNKNOWN_TOPIC_OR_PARTITION,
]);

/** Kafka's code of a refusal by a group coordinator. An append that failed says something of the log, which is the coordinator's business: ask again, or elsewhere. */
export function groupCodeOf(error: AppError | undefined): number {
  if (error === undefined) return KafkaError.NONE;
  if (error.code === "not-leader") return KafkaError.NOT_COORDINATOR;
  const code = kafkaCodeOfGroupError(error) ?? kafkaCodeOf(error);
  // Kafka's group coordinator tells a replaced producer by its epoch.
  if (code === KafkaError.PRODUCER_FENCED) return KafkaError.INVALID_PRODUCER_EPOCH;
  return NOT_THE_GROUPS.has(code) ? KafkaError.COORDINATOR_NOT_AVAILABLE : code;
}

/** The code of a whole answer: that of a refusal, else none. */
export function answerCodeOf(response: GroupResponse): number {
  return response.kind === "refused" ? groupCodeOf(response.error) : KafkaError.NONE;
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
