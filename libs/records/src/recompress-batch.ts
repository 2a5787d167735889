import { writeInt16, writeInt32 } from "./bytes.ts";
import { RecordBatchView } from "./batch-view.ts";
import { compressionId, type CompressionCodecs, type CompressionType, type Crc32c } from "./compression.ts";
import * as layout from "./layout.ts";
import { PAYLOAD_BYTES_MAX } from "./limits.ts";
import { openPayload } from "./payload.ts";

export interface Recompression {
  readonly to: CompressionType;
  /** The codec's own scale; absent: its default. */
  readonly level?: number;
  readonly crc32c: Crc32c;
  readonly codecs: CompressionCodecs;
}

/**
 * The batch with the same records compressed otherwise, in memory of its own: what a broker stores of a topic whose `compression.type` is not `producer`. Header
 * fields but attributes, length and checksum stay. Throws what the codec throws of a payload that is damaged or too large.
 */
export function recompressBatch(batch: Uint8Array, { to, level, crc32c, codecs }: Recompression): Uint8Array {
  const view = new RecordBatchView(batch);
  const { bytes, start, end } = openPayload(view, codecs, PAYLOAD_BYTES_MAX);
  const plain = bytes.subarray(start, end);
  const stored = to === "none" ? plain : codecs.compress(to, plain, level);
  const result = new Uint8Array(layout.BATCH_HEADER_BYTES + stored.length);
  result.set(batch.subarray(0, layout.BATCH_HEADER_BYTES));
  result.set(stored, layout.BATCH_HEADER_BYTES);
  writeInt16(result, layout.ATTRIBUTES_POSITION, (view.attributes & ~layout.COMPRESSION_MASK) | compressionId(to));
  writeInt32(result, layout.BATCH_LENGTH_POSITION, result.length - layout.BATCH_OVERHEAD_BYTES);
  writeInt32(result, layout.CRC_POSITION, crc32c(result.subarray(layout.ATTRIBUTES_POSITION)));
  return result;
}
