import type { AppError, TimestampMs } from "@millrace/model";
import { RecordBatchView } from "./batch-view.ts";
import type { Crc32c } from "./compression.ts";
import { corruptBatch, invalidBatch, invalidTimestamp, recordTooLarge, unsupportedCompression } from "./errors.ts";
import { ATTRIBUTES_POSITION, BATCH_HEADER_BYTES, MAGIC_POSITION, MAGIC_V2 } from "./layout.ts";

const COMPRESSION_ID_MAX = 4;

/** What a broker asks of a batch that a producer sends; see `validateBatch`. */
export interface BatchRules {
  readonly crc32c: Crc32c;
  /** The topic's max.message.bytes. */
  readonly maxBytes: number;
  /** Latest timestamp that is accepted (now + message.timestamp.after.max.ms); absent: any. */
  readonly timestampMax?: TimestampMs;
  /** Highest codec number the request's version may carry; absent: 4 (zstd). Kafka's Produce below v7 has 3. */
  readonly compressionIdMax?: number;
}

/**
 * Checks that `bytes` are exactly one batch that a producer may append (G12, G14), by its header and checksum alone: records are not decoded, so one
 * that lies about its records is found by whoever decodes it (`corrupt-records`). Returns the view for what follows; throws an AppError whose code
 * says which check failed: `corrupt-batch`, `record-too-large`, `invalid-batch`, `unsupported-compression`, `invalid-timestamp`.
 */
export function validateBatch(bytes: Uint8Array, rules: BatchRules): RecordBatchView {
  if (bytes.length > MAGIC_POSITION && bytes[MAGIC_POSITION] !== MAGIC_V2) {
    throw invalidBatch("only magic 2 is supported, use a client of Kafka 0.11 or later", { magic: bytes[MAGIC_POSITION] });
  }
  const view = verifyFrame(bytes, 0);
  if (view.sizeInBytes > rules.maxBytes) throw recordTooLarge({ bytes: view.sizeInBytes, bytesMax: rules.maxBytes });
  if (view.sizeInBytes !== bytes.length) {
    throw invalidBatch("send exactly one batch per partition", { batchBytes: view.sizeInBytes, bytes: bytes.length });
  }
  verifyChecksum(view, rules.crc32c);
  const refused = refusalOf(view, rules);
  if (refused !== undefined) throw refused;
  return view;
}

/**
 * Checks that a whole, undamaged batch stands at `position`: what recovery, replication and scrubbing ask of bytes that were accepted once.
 * Batches emptied by compaction and control batches pass. Throws `corrupt-batch`.
 */
export function verifyBatch(bytes: Uint8Array, options: { readonly crc32c: Crc32c; readonly position?: number }): RecordBatchView {
  const view = verifyFrame(bytes, options.position ?? 0);
  if (view.magic !== MAGIC_V2) throw corruptBatch("its magic is not 2", { magic: view.magic });
  verifyChecksum(view, options.crc32c);
  const { recordCount, lastOffsetDelta } = view;
  if (recordCount < 0 || lastOffsetDelta < 0 || recordCount > lastOffsetDelta + 1) {
    throw corruptBatch("its record count and offsets contradict each other", { recordCount, lastOffsetDelta });
  }
  if (!hasSafeNumbers(view) || !Number.isSafeInteger(view.nextOffset)) throw corruptBatch("a 64-bit field is beyond 2^53-1");
  return view;
}

/** A header stands at the position and the buffer holds as many bytes as it announces. */
function verifyFrame(bytes: Uint8Array, position: number): RecordBatchView {
  const available = bytes.length - position;
  if (available < BATCH_HEADER_BYTES) throw corruptBatch("it is shorter than a header", { bytes: available });
  const view = new RecordBatchView(bytes, position);
  const size = view.sizeInBytes;
  if (size < BATCH_HEADER_BYTES || size > available) {
    throw corruptBatch("its length does not fit the bytes that are there", { batchBytes: size, bytes: available });
  }
  return view;
}

function verifyChecksum(view: RecordBatchView, crc32c: Crc32c): void {
  const actual = checksumOf(view, crc32c);
  if (actual !== view.crc) {
    throw corruptBatch("its checksum is wrong", { crc: view.crc, actual, baseOffset: view.baseOffset, batchBytes: view.sizeInBytes });
  }
}

/** CRC-32C over what the checksum covers: everything from the attributes on. */
export function checksumOf(view: RecordBatchView, crc32c: Crc32c): number {
  return crc32c(view.bytes.subarray(view.position + ATTRIBUTES_POSITION, view.position + view.sizeInBytes)) >>> 0;
}

function refusalOf(view: RecordBatchView, rules: BatchRules): AppError | undefined {
  const { recordCount, lastOffsetDelta, producerId, baseSequence, compressionId } = view;
  if (recordCount <= 0 || recordCount !== lastOffsetDelta + 1) {
    return invalidBatch("record count must be positive and equal lastOffsetDelta + 1", { recordCount, lastOffsetDelta });
  }
  if (view.isControl) return invalidBatch("control batches are written by brokers only");
  if (view.deleteHorizonMs !== undefined) return invalidBatch("a delete horizon is set by compaction only");
  if (!hasSafeNumbers(view)) return invalidBatch("timestamps and producer id must be within ±(2^53-1)");
  if (producerId >= 0 && (baseSequence < 0 || view.producerEpoch < 0)) {
    return invalidBatch("a producer id needs an epoch and a sequence", { producerId, baseSequence, producerEpoch: view.producerEpoch });
  }
  if (view.isTransactional && producerId < 0) return invalidBatch("a transactional batch needs a producer id");
  if (compressionId > (rules.compressionIdMax ?? COMPRESSION_ID_MAX)) return unsupportedCompression(compressionId);
  return timestampRefusalOf(view, rules);
}

function timestampRefusalOf(view: RecordBatchView, rules: BatchRules): AppError | undefined {
  if (view.timestampType === "LogAppendTime") return invalidTimestamp("producers must send CreateTime, the broker stamps LogAppendTime");
  const { maxTimestamp } = view;
  if (rules.timestampMax !== undefined && maxTimestamp > rules.timestampMax) {
    return invalidTimestamp("timestamp is too far in the future, see message.timestamp.after.max.ms", {
      timestamp: maxTimestamp,
      timestampMax: rules.timestampMax,
    });
  }
  return undefined;
}

function hasSafeNumbers(view: RecordBatchView): boolean {
  return Number.isSafeInteger(view.baseTimestamp) && Number.isSafeInteger(view.maxTimestamp) && Number.isSafeInteger(view.producerId);
}
