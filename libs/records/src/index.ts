export { BatchBuilder, recordBytesUpperBound } from "./batch-builder.ts";
export { createBatchCursor, splitBatches, type BatchCursor, type BatchTail } from "./batch-cursor.ts";
export type { BatchHeader } from "./batch-header.ts";
export { RecordBatchView, sequenceAfter, type TimestampType } from "./batch-view.ts";
export { compressionId, compressionOfId, type CompressionCodecs, type CompressionType, type Crc32c } from "./compression.ts";
export {
  buildEndTransactionMarker,
  readEndTransactionMarker,
  type EndTransactionMarker,
  type TransactionOutcome,
} from "./control-batch.ts";
export { unsupportedCompression } from "./errors.ts";
export { emptyBatch, filterBatch, type BatchFilter } from "./filter-batch.ts";
export { BATCH_HEADER_BYTES, BATCH_OVERHEAD_BYTES, SEQUENCE_MAX } from "./layout.ts";
export { PAYLOAD_BYTES_MAX } from "./limits.ts";
export { murmur2, partitionOfKey } from "./partition-of-key.ts";
export { readRecords } from "./read-records.ts";
export type { DecodedRecord, RecordHeader } from "./record.ts";
export { recompressBatch, type Recompression } from "./recompress-batch.ts";
export { RecordOffsets, type ReadOptions } from "./record-offsets.ts";
export { stampBatch, type BatchStamp } from "./stamp-batch.ts";
export { validateBatch, verifyBatch, type BatchRules } from "./validate-batch.ts";
