import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import type { ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { crc32c } from "../test/crc32c.ts";
import {
  BatchBuilder,
  type CompressionCodecs,
  type CompressionType,
  readRecords,
  RecordBatchView,
  recompressBatch,
  verifyBatch,
} from "./index.ts";

const levels: (number | undefined)[] = [];
const codecs: CompressionCodecs = {
  compress(_type, bytes, level) {
    levels.push(level);
    return gzipSync(bytes);
  },
  decompress: (_type, bytes) => gunzipSync(bytes),
};
const KEPT = [
  "baseOffset",
  "lastOffsetDelta",
  "baseTimestamp",
  "maxTimestamp",
  "producerId",
  "producerEpoch",
  "baseSequence",
  "isTransactional",
  "recordCount",
] as const;

function check(from: CompressionType, to: CompressionType): void {
  const builder = new BatchBuilder({ crc32c, codecs });
  for (const [index, time] of [5_000, 4_000, 9_000].entries())
    builder.append(time as TimestampMs, null, new TextEncoder().encode("value".repeat(index + 20)));
  const batch = builder.build({
    producerId: 7 as ProducerId,
    producerEpoch: 3 as ProducerEpoch,
    baseSequence: 40,
    compression: from,
    transactional: true,
  });
  const changed = recompressBatch(batch, { to, level: 4, crc32c, codecs });
  const [before, after] = [new RecordBatchView(batch), verifyBatch(changed, { crc32c })];
  expect(after.compression).toBe(to);
  for (const field of KEPT) expect([field, after[field]]).toEqual([field, before[field]]);
  const content = (bytes: Uint8Array) =>
    [...readRecords(bytes, { codecs })].map(({ offset, timestamp, value }) => [offset, timestamp, value?.length]);
  expect(content(changed)).toEqual(content(batch));
}

describe("recompressBatch", () => {
  it("changes the codec and nothing that a reader or a producer sees", () => {
    for (const from of ["none", "gzip"] as const) for (const to of ["none", "gzip", "zstd"] as const) check(from, to);
  });

  it("hands the level to the codec", () => {
    levels.length = 0;
    check("none", "gzip");
    expect(levels).toContain(4);
  });
});
