import { assert } from "@millrace/stdx";
import type { Branded } from "./brand.ts";
import { AppError } from "./errors.ts";

/** Position of a record in its partition, 0 … 2^53-1. 64-bit on the wire; a number here (DESIGN idea 8). */
export type Offset = Branded<number, "Offset">;
/** Milliseconds since 1970-01-01 UTC; -1 where Kafka says "none". */
export type TimestampMs = Branded<number, "TimestampMs">;
/** Grows by one with each election of a partition's leader. */
export type LeaderEpoch = Branded<number, "LeaderEpoch">;
/** Grows by one with each change of a partition's state in the coordination store. */
export type PartitionEpoch = Branded<number, "PartitionEpoch">;
/** Grows by one with each change of the active coordinator: the fencing epoch of every control write. */
export type CoordinatorEpoch = Branded<number, "CoordinatorEpoch">;
export type BrokerId = Branded<number, "BrokerId">;
/** Given to a broker by the coordinator at each registration; an older one is a broker of the past. */
export type BrokerEpoch = Branded<number, "BrokerEpoch">;
export type ProducerId = Branded<number, "ProducerId">;
export type ProducerEpoch = Branded<number, "ProducerEpoch">;
/** A topic's identity over one life: 32 lower-case hex digits, new when a topic is made again under an old name. */
export type TopicId = Branded<string, "TopicId">;
/** A job's identity over its life: stable across restarts, savepoints and upgrades. */
export type JobId = Branded<string, "JobId">;
/** Grows by one each time the workers of a job are (re)started; workers of an older one are fenced. */
export type JobEpoch = Branded<number, "JobEpoch">;
/** Number of a batch in its job, from 1. */
export type BatchNumber = Branded<number, "BatchNumber">;

export const NO_TIMESTAMP = -1 as TimestampMs;
export const NO_PRODUCER_ID = -1 as ProducerId;
export const NO_PRODUCER_EPOCH = -1 as ProducerEpoch;
export const NO_LEADER_EPOCH = -1 as LeaderEpoch;

function integer<T extends number>(value: number, what: string): T {
  assert(Number.isSafeInteger(value), () => `${what} is not a safe integer value=${value}`);
  return value as T;
}

export const offset = (value: number): Offset => integer(value, "offset");
export const timestampMs = (value: number): TimestampMs => integer(value, "timestamp");
export const leaderEpoch = (value: number): LeaderEpoch => integer(value, "leader epoch");
export const partitionEpoch = (value: number): PartitionEpoch => integer(value, "partition epoch");
export const coordinatorEpoch = (value: number): CoordinatorEpoch => integer(value, "coordinator epoch");
export const brokerId = (value: number): BrokerId => integer(value, "broker id");
export const brokerEpoch = (value: number): BrokerEpoch => integer(value, "broker epoch");
export const producerId = (value: number): ProducerId => integer(value, "producer id");
export const producerEpoch = (value: number): ProducerEpoch => integer(value, "producer epoch");
export const jobEpoch = (value: number): JobEpoch => integer(value, "job epoch");
export const batchNumber = (value: number): BatchNumber => integer(value, "batch number");

/** A 64-bit value that somebody else sent. Beyond ±(2^53-1), which nothing of ours reaches: `invalid`, `number-out-of-range`. */
function integerFromWire<T extends number>(value: bigint, what: string): T {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number as T;
  throw new AppError({
    kind: "invalid",
    code: "number-out-of-range",
    message: `${what} must be within ±(2^53-1): send what the server gave`,
    context: { value: String(value) },
  });
}

export const offsetFromWire = (value: bigint): Offset => integerFromWire(value, "offset");
export const timestampFromWire = (value: bigint): TimestampMs => integerFromWire(value, "timestamp");
export const producerIdFromWire = (value: bigint): ProducerId => integerFromWire(value, "producer id");
export const brokerEpochFromWire = (value: bigint): BrokerEpoch => integerFromWire(value, "broker epoch");

/** One partition of one topic, by name. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Keys that were made, by topic and partition: a text that was made anew is hashed anew by each map that it is looked up in. Bounded: what is beyond is made each time. */
const keys = new Map<string, string[]>();
const KEYED_TOPICS_MAX = 1_000;
const KEYED_PARTITIONS_MAX = 64;

/** A topic-partition as a map key: `topic-partition`, Kafka's own notation. */
export function topicPartitionKey(topic: string, partition: number): string {
  return keys.get(topic)?.[partition] ?? makeKey(topic, partition);
}

function makeKey(topic: string, partition: number): string {
  const key = `${topic}-${partition}`;
  const isKept = Number.isInteger(partition) && partition >= 0 && partition < KEYED_PARTITIONS_MAX;
  if (!isKept) return key;
  let ofTopic = keys.get(topic);
  if (ofTopic === undefined) {
    if (keys.size >= KEYED_TOPICS_MAX) keys.clear();
    keys.set(topic, (ofTopic = []));
  }
  ofTopic[partition] = key;
  return key;
}
