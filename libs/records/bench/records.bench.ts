/**
 * Hot paths on 100-byte values: `npm run bench -- --micro --only records`.
 * CRC is left out (a constant), as it is measured with @millrace/codecs.
 */
import { timestampMs, type LeaderEpoch, type Offset } from "@millrace/model";
import { BatchBuilder, createBatchCursor, partitionOfKey, readRecords, RecordOffsets, stampBatch, validateBatch } from "../src/index.ts";

const RECORDS_PER_BATCH = 1_000;

const crc32c = (): number => 0;
const encoder = new TextEncoder();
const keys = Array.from({ length: RECORDS_PER_BATCH }, (_, index) => encoder.encode(`key-${String(index).padStart(8, "0")}`));
const value = encoder.encode("v".repeat(100));
const traceparent = [{ key: "traceparent", value: encoder.encode("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") }];
const builder = new BatchBuilder({ crc32c });

function encode(headers = traceparent.slice(1)): Uint8Array {
  for (let index = 0; index < RECORDS_PER_BATCH; index++)
    builder.append(timestampMs(1_700_000_000_000 + index), keys[index] ?? null, value, headers);
  return builder.build();
}

const batch = encode();
const stored = new Uint8Array(batch.length * 100);
for (let index = 0; index < 100; index++) stored.set(batch, index * batch.length);
const offsets = new RecordOffsets();
const stamp = { baseOffset: 123_456_789_012 as Offset, leaderEpoch: 7 as LeaderEpoch };

const storedCrc = (): number => (((batch[17] ?? 0) << 24) | ((batch[18] ?? 0) << 16) | ((batch[19] ?? 0) << 8) | (batch[20] ?? 0)) >>> 0;

function decodeToObjects(): number {
  let bytes = 0;
  for (const record of readRecords(batch)) bytes += record.value?.length ?? 0;
  return bytes;
}

function walk(): number {
  let last = 0;
  for (const cursor = createBatchCursor(stored); cursor.advance();) last = cursor.view.lastOffset;
  return last;
}

function partitions(): number {
  let sum = 0;
  for (const key of keys) sum += partitionOfKey(key, 12);
  return sum;
}

const ofRecords = { unit: "records", units: RECORDS_PER_BATCH };
const ofBatch = { unit: "batches", units: 1 };

export const cases = [
  { name: "encode, 12 B key + 100 B value", ...ofRecords, run: () => encode() },
  { name: "encode, with a traceparent header", ...ofRecords, run: () => encode(traceparent) },
  { name: "decode to offsets", ...ofRecords, run: () => offsets.decode(batch) },
  { name: "decode to objects", ...ofRecords, run: decodeToObjects },
  { name: "validate header", ...ofBatch, run: () => validateBatch(batch, { crc32c: storedCrc, maxBytes: 1_048_588 }) },
  { name: "stamp offset and epoch", ...ofBatch, run: () => stampBatch(batch, stamp) },
  { name: "walk over stored batches", unit: "batches", units: 100, run: walk },
  { name: "partition of a 12 B key", ...ofRecords, run: partitions },
];
