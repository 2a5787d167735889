import { AppError, type TimestampMs, type TopicCompression, type TopicConfig } from "@millrace/model";
import {
  BATCH_HEADER_BYTES,
  type CompressionCodecs,
  type CompressionType,
  type Crc32c,
  readRecords,
  recompressBatch,
  RecordBatchView,
  verifyBatch,
} from "@millrace/records";

interface ShapePorts {
  readonly compression: CompressionCodecs;
  readonly crc32c: Crc32c;
}

/**
 * A producer's batch as its topic keeps it. Most topics keep what was sent, and nothing is read. A topic with a codec of its own has it recompressed; with
 * message.timestamp.before.max.ms no record may be too old: one such record refuses its whole batch (G12).
 */
export function shapeBatch(batch: Uint8Array, of: { config: TopicConfig; now: TimestampMs }, ports: ShapePorts): Uint8Array {
  const { config, now } = of;
  if (!hasAgeBound(config) && config.compressionType === "producer") return batch;
  if (batch.length < BATCH_HEADER_BYTES) return batch; // refused by the log, which says why
  verifyBatch(batch, { crc32c: ports.crc32c });
  if (hasAgeBound(config)) checkAges(batch, now - config.timestampBeforeMaxMs, ports);
  const to = codecOf(config.compressionType);
  if (to === undefined || new RecordBatchView(batch).compression === to) return batch;
  const level = levelOf(config);
  return recompressBatch(batch, { to, ...(level === undefined ? {} : { level }), codecs: ports.compression, crc32c: ports.crc32c });
}

function checkAges(batch: Uint8Array, oldest: number, ports: ShapePorts): void {
  let index = 0;
  for (const { timestamp } of readRecords(batch, { codecs: ports.compression })) {
    if (timestamp >= 0 && timestamp < oldest) throw recordTooOld({ index, timestamp, oldest });
    index++;
  }
}

function hasAgeBound({ messageTimestampType, timestampBeforeMaxMs }: TopicConfig): boolean {
  return messageTimestampType === "CreateTime" && timestampBeforeMaxMs !== Number.MAX_SAFE_INTEGER;
}

function codecOf(type: TopicCompression): CompressionType | undefined {
  if (type === "producer") return undefined;
  return type === "uncompressed" ? "none" : type;
}

function levelOf({ compressionType, gzipLevel, zstdLevel }: TopicConfig): number | undefined {
  if (compressionType === "gzip") return gzipLevel === -1 ? undefined : gzipLevel;
  return compressionType === "zstd" ? zstdLevel : undefined;
}

function recordTooOld(context: { index: number; timestamp: number; oldest: number }): AppError {
  return new AppError({
    kind: "invalid",
    code: "invalid-timestamp",
    message: "timestamp is too far in the past, see message.timestamp.before.max.ms",
    context,
  });
}
