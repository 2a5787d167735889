import { crc32c } from "@millrace/codecs";
import { setTimeout as delay } from "node:timers/promises";
import { createTopicsApi, errorName, fetchApi, isRetriableCode, produceApi, ZERO_UUID } from "@millrace/kafka-wire";
import { timestampMs } from "@millrace/model";
import { BatchBuilder, createBatchCursor, readRecords } from "@millrace/records";
import type { KafkaConnection } from "../system/kafka-connection.ts";

const CREATE_TOPICS_VERSION = 5;
const PRODUCE_VERSION = 7;
const FETCH_VERSION = 11;
const TIMEOUT_MS = 30_000;
const RETRY_MS_MAX = 60_000;
const RETRY_WAIT_MS = 50;
/** Partitions in one request, as a client that serves many would group them. */
export const PARTITIONS_PER_REQUEST = 500;

/** Topic and partition, and what was written into it so far. */
export interface NumberedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly written: string[];
}

export async function createTopic(connection: KafkaConnection, name: string, partitions: number): Promise<NumberedPartition[]> {
  const { topics } = await connection.ask(createTopicsApi, CREATE_TOPICS_VERSION, {
    topics: [{ name, numPartitions: partitions, replicationFactor: -1, assignments: [], configs: [] }],
    timeoutMs: TIMEOUT_MS,
  });
  const code = topics[0]?.errorCode ?? -1;
  if (code !== 0) throw new Error(`topic ${name} was not made: ${errorName(code)} ${topics[0]?.errorMessage ?? ""}`);
  return Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition, written: [] }));
}

const builder = new BatchBuilder({ crc32c });

/** Writes one record with acks=all into each partition, again where a client would try again; throws if one is not acknowledged in time. */
export async function produceTo(connection: KafkaConnection, targets: readonly NumberedPartition[], value: string): Promise<void> {
  const endMs = performance.now() + RETRY_MS_MAX;
  for (const group of groupsOf(targets)) {
    let pending = group;
    for (let refused = new Map<string, number>(); pending.length > 0;) {
      refused = await produceOnce(connection, pending, value);
      pending = pending.filter(({ topic, partition }) => refused.has(`${topic}-${partition}`));
      const [first] = refused;
      if (first === undefined) break;
      const isFinal = [...refused.values()].some((code) => !isRetriableCode(code));
      if (isFinal || performance.now() > endMs)
        throw new Error(`${refused.size} partitions refuse, first ${first[0]}: ${errorName(first[1])}`);
      await delay(RETRY_WAIT_MS);
    }
  }
}

/** Returns the error codes of partitions that took nothing. */
async function produceOnce(connection: KafkaConnection, group: readonly NumberedPartition[], value: string): Promise<Map<string, number>> {
  const topicData = byTopic(group).map(([name, partitions]) => ({
    name,
    topicId: ZERO_UUID,
    partitionData: partitions.map(({ partition }) => {
      builder.append(timestampMs(Date.now()), null, new TextEncoder().encode(`${value} to ${partition}`));
      return { index: partition, records: builder.build() };
    }),
  }));
  const request = { transactionalId: null, acks: -1, timeoutMs: TIMEOUT_MS, topicData };
  const { responses } = await connection.ask(produceApi, PRODUCE_VERSION, request);
  const codes = responses.flatMap(({ name, partitionResponses }) =>
    partitionResponses.map(({ index, errorCode }) => [`${name}-${index}`, errorCode] as const),
  );
  const refused = new Map(codes.filter(([, code]) => code !== 0));
  for (const { topic, partition, written } of group) if (!refused.has(`${topic}-${partition}`)) written.push(`${value} to ${partition}`);
  return refused;
}

/** Reads each partition from its start; throws unless each has what was written to it, in order. */
export async function verifyAll(connection: KafkaConnection, targets: readonly NumberedPartition[]): Promise<number> {
  let records = 0;
  for (const group of groupsOf(targets)) {
    const { responses, errorCode } = await connection.ask(fetchApi, FETCH_VERSION, {
      maxWaitMs: 0,
      minBytes: 1,
      isolationLevel: 1,
      topics: byTopic(group).map(([topic, partitions]) => ({
        topic,
        topicId: ZERO_UUID,
        partitions: partitions.map(({ partition }) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1_048_576 })),
      })),
      forgottenTopicsData: [],
    });
    if (errorCode !== 0) throw new Error(`fetch was refused: ${errorName(errorCode)}`);
    const found = new Map<string, string[]>();
    for (const { topic, partitions } of responses)
      for (const { partitionIndex, errorCode: code, records: bytes } of partitions) {
        if (code !== 0) throw new Error(`${topic}-${partitionIndex} cannot be read: ${errorName(code)}`);
        found.set(`${topic}-${partitionIndex}`, valuesOf(bytes));
      }
    for (const { topic, partition, written } of group) {
      const values = found.get(`${topic}-${partition}`) ?? [];
      const wrong = written.findIndex((value, index) => values[index] !== value);
      if (wrong >= 0 || values.length !== written.length)
        throw new Error(`${topic}-${partition} has ${values.length} records, ${written.length} were written; wrong is offset ${wrong}`);
      records += values.length;
    }
  }
  return records;
}

function valuesOf(bytes: Uint8Array | null): string[] {
  const cursor = createBatchCursor(bytes ?? new Uint8Array(0));
  const values: string[] = [];
  while (cursor.advance())
    for (const { value } of readRecords(cursor.view.subarray())) values.push(new TextDecoder().decode(value ?? undefined));
  return values;
}

function groupsOf(targets: readonly NumberedPartition[]): NumberedPartition[][] {
  const groups: NumberedPartition[][] = [];
  for (let start = 0; start < targets.length; start += PARTITIONS_PER_REQUEST)
    groups.push(targets.slice(start, start + PARTITIONS_PER_REQUEST));
  return groups;
}

function byTopic(targets: readonly NumberedPartition[]): [string, NumberedPartition[]][] {
  return [...Map.groupBy(targets, ({ topic }) => topic)];
}
