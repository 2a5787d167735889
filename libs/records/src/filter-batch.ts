import { assert } from "@millrace/stdx";
import type { TimestampMs } from "@millrace/model";
import { writeInt16, writeInt32, writeInt64 } from "./bytes.ts";
import { RecordBatchView } from "./batch-view.ts";
import type { CompressionCodecs, Crc32c } from "./compression.ts";
import * as layout from "./layout.ts";
import type { RecordOffsets } from "./record-offsets.ts";
import { VarintReader, varintBytes, varlongBytes, writeVarint, writeVarlong } from "./varint.ts";

/** What stays of a batch, and how it is written. */
export interface BatchFilter {
  /** The decoded batch. */
  readonly records: RecordOffsets;
  readonly keeps: (index: number) => boolean;
  /** Takes the place of the base timestamp, which marks the batch (KIP-534). */
  readonly deleteHorizonMs?: TimestampMs;
  readonly crc32c: Crc32c;
  /** Needed for a compressed batch. */
  readonly codecs?: CompressionCodecs;
}

/**
 * The batch with some of its records, in memory of its own, as compaction writes it: base offset, last offset delta, leader epoch, producer and sequences stay as
 * they are, so do the offsets, timestamps and bytes of the records; the greatest timestamp is that of what is left.
 */
export function filterBatch(batch: Uint8Array, filter: BatchFilter): Uint8Array {
  const view = new RecordBatchView(batch);
  const { records, deleteHorizonMs } = filter;
  const baseTimestamp = deleteHorizonMs ?? view.baseTimestamp;
  const kept = keptRecords(view, filter);
  if (kept.length === 0) return emptyBatch(batch, filter.crc32c);
  const payload =
    baseTimestamp === view.baseTimestamp ? copyOf(records, kept) : rebased(records, { kept, shift: view.baseTimestamp - baseTimestamp });
  const stored = view.compressionId === 0 ? payload : compress(view, payload, filter.codecs);
  const result = new Uint8Array(layout.BATCH_HEADER_BYTES + stored.length);
  result.set(batch.subarray(0, layout.BATCH_HEADER_BYTES));
  result.set(stored, layout.BATCH_HEADER_BYTES);
  if (deleteHorizonMs !== undefined) writeInt16(result, layout.ATTRIBUTES_POSITION, view.attributes | layout.DELETE_HORIZON_BIT);
  writeInt64(result, layout.BASE_TIMESTAMP_POSITION, baseTimestamp);
  writeInt64(result, layout.MAX_TIMESTAMP_POSITION, greatestTimestamp(records, kept));
  return finish(result, { recordCount: kept.length, crc32c: filter.crc32c });
}

/** The batch without its records: what says of a producer which sequence it used last. It is never compressed. */
export function emptyBatch(batch: Uint8Array, crc32c: Crc32c): Uint8Array {
  const result = batch.slice(0, layout.BATCH_HEADER_BYTES);
  const { attributes } = new RecordBatchView(batch);
  writeInt16(result, layout.ATTRIBUTES_POSITION, attributes & ~layout.COMPRESSION_MASK);
  return finish(result, { recordCount: 0, crc32c });
}

function finish(result: Uint8Array, of: { readonly recordCount: number; readonly crc32c: Crc32c }): Uint8Array {
  writeInt32(result, layout.BATCH_LENGTH_POSITION, result.length - layout.BATCH_OVERHEAD_BYTES);
  writeInt32(result, layout.RECORD_COUNT_POSITION, of.recordCount);
  writeInt32(result, layout.CRC_POSITION, of.crc32c(result.subarray(layout.ATTRIBUTES_POSITION)));
  return result;
}

function keptRecords(view: RecordBatchView, { records, keeps }: BatchFilter): number[] {
  assert(records.count === view.recordCount, "the decoded records are those of the batch");
  const kept: number[] = [];
  for (let index = 0; index < records.count; index++) if (keeps(index)) kept.push(index);
  return kept;
}

function startOf(records: RecordOffsets, index: number): number {
  return index === 0 ? records.payloadStart : (records.recordEnds[index - 1] ?? 0);
}

/** The records byte by byte. */
function copyOf(records: RecordOffsets, kept: readonly number[]): Uint8Array {
  let bytes = 0;
  for (const index of kept) bytes += (records.recordEnds[index] ?? 0) - startOf(records, index);
  const payload = new Uint8Array(bytes);
  let position = 0;
  for (const index of kept) {
    const record = records.bytes.subarray(startOf(records, index), records.recordEnds[index]);
    payload.set(record, position);
    position += record.length;
  }
  return payload;
}

/** The records with other timestamp deltas, since the time that they count from has moved. */
function rebased(records: RecordOffsets, of: { readonly kept: readonly number[]; readonly shift: number }): Uint8Array {
  const reader = new VarintReader(records.bytes);
  const parts = of.kept.map((index) => {
    reader.moveTo(records.bytes, startOf(records, index));
    reader.readVarint(); // length
    reader.position++; // attributes
    const delta = reader.readVarlong() + of.shift;
    const rest = records.bytes.subarray(reader.position, records.recordEnds[index]);
    return { delta, rest, bodyBytes: 1 + varlongBytes(delta) + rest.length };
  });
  const payload = new Uint8Array(parts.reduce((sum, { bodyBytes }) => sum + varintBytes(bodyBytes) + bodyBytes, 0));
  let position = 0;
  for (const { delta, rest, bodyBytes } of parts) {
    position = writeVarint(payload, position, bodyBytes) + 1;
    position = writeVarlong(payload, position, delta);
    payload.set(rest, position);
    position += rest.length;
  }
  return payload;
}

function compress(view: RecordBatchView, payload: Uint8Array, codecs: CompressionCodecs | undefined): Uint8Array {
  assert(codecs !== undefined, "codecs are there: the batch was decoded with them");
  return codecs.compress(view.compression, payload);
}

function greatestTimestamp(records: RecordOffsets, kept: readonly number[]): number {
  let greatest = -1;
  for (const index of kept) greatest = Math.max(greatest, records.timestamps[index] ?? -1);
  return greatest;
}
