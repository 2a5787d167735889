import type { LeaderEpoch, Offset, ProducerEpoch, ProducerId, TimestampMs, TopicId } from "@millrace/model";
import type { Storage } from "@millrace/ports";
import { gunzipSync, gzipSync } from "node:zlib";
import { BatchBuilder, type CompressionCodecs, createBatchCursor, readRecords } from "@millrace/records";
import { referenceCrc32c } from "@millrace/testkit";
import {
  createPartitionLog,
  type LogSettings,
  openPartitionLog,
  type PartitionLog,
  partitionFolder,
  type StageOptions,
  type TailCache,
} from "../src/index.ts";

export const IDENTITY = { topicId: "0123456789abcdef0123456789abcdef" as TopicId, topic: "flights", partition: 3 };
export const FOLDER = partitionFolder(IDENTITY);
export const EPOCH = 1 as LeaderEpoch;
export const NOW = 1_000_000 as TimestampMs;

export const SETTINGS: LogSettings = {
  flush: "ack",
  segmentBytes: 1_048_576,
  segmentMs: 604_800_000,
  indexIntervalBytes: 200,
  retentionBytes: -1,
  retentionMs: -1,
  maxMessageBytes: 1_048_588,
  messageTimestampType: "CreateTime",
  cleanupPolicy: "delete",
  deleteRetentionMs: 1_000,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  minCleanableDirtyRatio: 0.5,
  timestampAfterMaxMs: 3_600_000,
};

export const codecs: CompressionCodecs = { compress: (_type, bytes) => gzipSync(bytes), decompress: (_type, bytes) => gunzipSync(bytes) };

export const portsOn = (storage: Storage) => ({ storage, crc32c: referenceCrc32c, codecs });

/** A new log that leads in EPOCH. */
export async function newLog(storage: Storage, settings: Partial<LogSettings> = {}, tailCache?: TailCache): Promise<PartitionLog> {
  const ports = { ...portsOn(storage), ...(tailCache === undefined ? {} : { tailCache }) };
  const log = await createPartitionLog(IDENTITY, { ...SETTINGS, ...settings }, ports);
  await log.startLeaderEpoch(EPOCH);
  return log;
}

export function reopen(storage: Storage, settings: Partial<LogSettings> = {}): Promise<PartitionLog> {
  return openPartitionLog(FOLDER, { ...SETTINGS, ...settings }, portsOn(storage));
}

export interface BatchInput {
  readonly values: readonly string[];
  readonly timestamp?: number;
  readonly producer?: { readonly id: number; readonly epoch?: number; readonly sequence: number; readonly transactional?: boolean };
}

const isValues = (input: BatchInput | readonly string[]): input is readonly string[] => Array.isArray(input);

const builder = new BatchBuilder({ crc32c: referenceCrc32c });

export function batchOf(input: BatchInput | readonly string[]): Uint8Array {
  const { values, timestamp, producer }: BatchInput = isValues(input) ? { values: input } : input;
  values.forEach((value, index) => builder.append(((timestamp ?? 1_000) + index) as TimestampMs, null, new TextEncoder().encode(value)));
  if (producer === undefined) return builder.build();
  return builder.build({
    producerId: producer.id as ProducerId,
    producerEpoch: (producer.epoch ?? 0) as ProducerEpoch,
    baseSequence: producer.sequence,
    transactional: producer.transactional ?? false,
  });
}

export const LEADS: StageOptions = { leaderEpoch: EPOCH, now: NOW };

/** Stages, writes, syncs and acknowledges one batch; returns its base offset. */
export async function append(
  log: PartitionLog,
  input: BatchInput | readonly string[],
  options: Partial<StageOptions> = {},
): Promise<Offset> {
  const { baseOffset } = log.stage(batchOf(input), { ...LEADS, leaderEpoch: log.leaderEpoch, ...options });
  await commit(log);
  return baseOffset;
}

export async function commit(log: PartitionLog): Promise<void> {
  log.writeStaged();
  await log.sync();
  log.advanceHighWatermark([log.replicaEndOffset]);
}

/** All records from an offset to the log's end as `offset:value`; markers as `offset:#`. */
export function contentOf(log: PartitionLog, from: Offset = log.logStartOffset, maxBytes = 10_000): string[] {
  const lines: string[] = [];
  let offset = from;
  while (offset < log.logEndOffset) {
    const { chunks, nextOffset } = log.read({ offset, maxBytes, endOffset: log.logEndOffset });
    if (nextOffset === offset) throw new Error(`read got stuck at ${offset}`);
    for (const chunk of chunks) {
      const cursor = createBatchCursor(chunk);
      while (cursor.advance()) {
        if (cursor.view.isControl) lines.push(`${cursor.view.baseOffset}:#`);
        else
          for (const record of readRecords(cursor.view.subarray()))
            lines.push(`${record.offset}:${new TextDecoder().decode(record.value ?? undefined)}`);
      }
      if (cursor.tail.kind !== "none") throw new Error("a chunk does not end with a batch");
    }
    offset = nextOffset;
  }
  return lines.filter((line) => Number(line.split(":")[0]) >= from);
}

export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

export const codeOfPromise = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => undefined,
    (error: unknown) => (error as { code?: string }).code,
  );
