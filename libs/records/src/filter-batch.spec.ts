import { describe, expect, it } from "@jest/globals";
import type { ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { crc32c } from "../test/crc32c.ts";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  BatchBuilder,
  type CompressionCodecs,
  type CompressionType,
  emptyBatch,
  filterBatch,
  readRecords,
  RecordBatchView,
  RecordOffsets,
  verifyBatch,
} from "./index.ts";

const codecs: CompressionCodecs = { compress: (_type, bytes) => gzipSync(bytes), decompress: (_type, bytes) => gunzipSync(bytes) };
const text = (value: string | null) => (value === null ? null : new TextEncoder().encode(value));
const TIMES = [5_000, 5_200, 9_000_000, 4_000];

function build(compression: CompressionType): Uint8Array {
  const builder = new BatchBuilder({ crc32c, codecs });
  TIMES.forEach((time, index) =>
    builder.append(time as TimestampMs, text(`k${index}`), index === 1 ? null : text("v".repeat(index * 90)), [
      { key: "h", value: text("x") },
    ]),
  );
  return builder.build({
    producerId: 7 as ProducerId,
    producerEpoch: 3 as ProducerEpoch,
    baseSequence: 40,
    compression,
    transactional: true,
  });
}

const contentOf = (batch: Uint8Array) =>
  [...readRecords(batch, { codecs })].map((record) => [
    record.offset,
    record.timestamp,
    new TextDecoder().decode(record.key ?? undefined),
    record.value?.length ?? null,
    record.headers.length,
  ]);

const IDENTITY = [
  "baseOffset",
  "lastOffsetDelta",
  "nextOffset",
  "partitionLeaderEpoch",
  "producerId",
  "producerEpoch",
  "baseSequence",
  "lastSequence",
  "isTransactional",
  "compression",
] as const;

function check(kept: readonly number[], options: { compression: CompressionType; deleteHorizonMs?: TimestampMs }): void {
  const batch = build(options.compression);
  const records = new RecordOffsets().decode(batch, { codecs });
  const filtered = filterBatch(batch, { records, keeps: (index) => kept.includes(index), crc32c, codecs, ...options });
  const [before, after] = [new RecordBatchView(batch), verifyBatch(filtered, { crc32c })];
  for (const field of IDENTITY) expect([field, after[field]]).toEqual([field, before[field]]);
  expect(contentOf(filtered)).toEqual(contentOf(batch).filter((_, index) => kept.includes(index)));
  expect(after.maxTimestamp).toBe(Math.max(...kept.map((index) => TIMES[index] ?? 0)));
  expect(after.deleteHorizonMs).toBe(options.deleteHorizonMs);
}

describe("filterBatch", () => {
  it("keeps identity, offsets, times and bytes of the records that stay", () => {
    for (const compression of ["none", "gzip"] as const)
      for (const kept of [[0], [1], [3], [0, 2], [1, 2, 3], [0, 1, 2, 3]]) check(kept, { compression });
  });

  it("puts a delete horizon in place of the base timestamp, and the times stay", () => {
    for (const compression of ["none", "gzip"] as const)
      for (const kept of [[1], [0, 1, 2, 3]]) {
        check(kept, { compression, deleteHorizonMs: 1_790_000_000_000 as TimestampMs });
        check(kept, { compression, deleteHorizonMs: 1 as TimestampMs });
      }
  });

  it("leaves a header when nothing stays, which no codec is needed for", () => {
    const batch = build("gzip");
    const records = new RecordOffsets().decode(batch, { codecs });
    const empty = filterBatch(batch, { records, keeps: () => false, crc32c });
    expect(empty).toEqual(emptyBatch(batch, crc32c));
    const view = verifyBatch(empty, { crc32c });
    expect([view.recordCount, view.lastSequence, view.nextOffset, view.compression, empty.length]).toEqual([0, 43, 4, "none", 61]);
    expect([...readRecords(empty)]).toEqual([]);
  });
});
