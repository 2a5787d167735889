import type { RecordBatchView } from "./batch-view.ts";
import type { CompressionCodecs } from "./compression.ts";
import { corruptBatch, unsupportedCompression } from "./errors.ts";
import { BATCH_HEADER_BYTES } from "./layout.ts";

/** The records of a batch: `bytes` from `start` to `end`. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The records of a batch, decompressed if need be: then in memory of their own, at most `bytesMax`. */
export function openPayload(view: RecordBatchView, codecs: CompressionCodecs | undefined, bytesMax: number): Payload {
  const { bytes, position, sizeInBytes } = view;
  const start = position + BATCH_HEADER_BYTES;
  const end = position + sizeInBytes;
  if (end > bytes.length || end < start)
    throw corruptBatch("its length does not fit the bytes that are there", { batchBytes: sizeInBytes });
  if (view.compressionId === 0 || view.recordCount === 0) return { bytes, start, end };
  const compression = view.compression;
  if (codecs === undefined) throw unsupportedCompression(compression);
  const payload = codecs.decompress(compression, bytes.subarray(start, end), bytesMax);
  return { bytes: payload, start: 0, end: payload.length };
}
