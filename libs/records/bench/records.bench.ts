/**
 * Rates of the hot paths on 100-byte values: `node --conditions=@millrace/source libs/records/bench/records.bench.ts`.
 * CRC is left out (a constant), as it is measured with @millrace/codecs.
 */
import { timestampMs, type LeaderEpoch, type Offset } from "@millrace/model";
import { BatchBuilder, createBatchCursor, partitionOfKey, readRecords, RecordOffsets, stampBatch, validateBatch } from "../src/index.ts";

const RECORDS_PER_BATCH = 1_000;
const ROUNDS = 5;
const MIN_MS = 400;

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

/** Best of some rounds: the machine is shared, and the best is what the code can do. */
function rate(name: string, operationsPerRun: number, run: () => unknown): void {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    let runs = 0;
    while (performance.now() - start < MIN_MS) {
      run();
      runs++;
    }
    best = Math.max(best, (runs * operationsPerRun) / ((performance.now() - start) / 1_000));
  }
  console.log(`${name.padEnd(48)} ${(best / 1e6).toFixed(2).padStart(8)} M/s`);
}

const batch = encode();
const stored = new Uint8Array(batch.length * 100);
for (let index = 0; index < 100; index++) stored.set(batch, index * batch.length);
const offsets = new RecordOffsets();
const stamp = { baseOffset: 123_456_789_012 as Offset, leaderEpoch: 7 as LeaderEpoch };

rate("encode, 12 B key + 100 B value", RECORDS_PER_BATCH, () => encode());
rate("encode, with a traceparent header", RECORDS_PER_BATCH, () => encode(traceparent));
rate("decode to offsets", RECORDS_PER_BATCH, () => offsets.decode(batch));
rate("decode to objects", RECORDS_PER_BATCH, () => {
  let bytes = 0;
  for (const record of readRecords(batch)) bytes += record.value?.length ?? 0;
  return bytes;
});
rate("validate header (batches)", 1, () =>
  validateBatch(batch, {
    crc32c: () => (((batch[17] ?? 0) << 24) | ((batch[18] ?? 0) << 16) | ((batch[19] ?? 0) << 8) | (batch[20] ?? 0)) >>> 0,
    maxBytes: 1_048_588,
  }),
);
rate("stamp offset and epoch (batches)", 1, () => {
  stampBatch(batch, stamp);
});
rate("walk over stored batches", 100, () => {
  let last = 0;
  for (const cursor = createBatchCursor(stored); cursor.advance();) last = cursor.view.lastOffset;
  return last;
});
rate("partition of a 12 B key", RECORDS_PER_BATCH, () => {
  let sum = 0;
  for (const key of keys) sum += partitionOfKey(key, 12);
  return sum;
});
