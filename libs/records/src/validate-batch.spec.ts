import { describe, expect, it } from "@jest/globals";
import { timestampMs, type ProducerEpoch, type ProducerId } from "@millrace/model";
import { crc32c } from "../test/crc32c.ts";
import { BatchBuilder } from "./batch-builder.ts";
import type { BatchHeader } from "./batch-header.ts";
import { writeInt16, writeInt32, writeInt64 } from "./bytes.ts";
import { buildEndTransactionMarker } from "./control-batch.ts";
import * as layout from "./layout.ts";
import { validateBatch, verifyBatch, type BatchRules } from "./validate-batch.ts";

const T = timestampMs(1_700_000_000_000);
const rules: BatchRules = { crc32c, maxBytes: 1_000 };

function batch(header: BatchHeader = {}, change: (bytes: Uint8Array) => void = () => undefined): Uint8Array {
  const builder = new BatchBuilder({ crc32c });
  builder.append(T, null, Uint8Array.of(1, 2, 3));
  builder.append(timestampMs(T + 5), null, Uint8Array.of(4));
  const bytes = builder.build(header);
  change(bytes);
  return withChecksum(bytes);
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  writeInt32(bytes, layout.CRC_POSITION, crc32c(bytes.subarray(layout.ATTRIBUTES_POSITION)));
  return bytes;
}

const marker = buildEndTransactionMarker(
  { producerId: 1 as ProducerId, producerEpoch: 0 as ProducerEpoch, coordinatorEpoch: 1, outcome: "commit", timestamp: T },
  crc32c,
);
const idempotent: BatchHeader = { producerId: 5 as ProducerId, producerEpoch: 0 as ProducerEpoch, baseSequence: 0 };

describe("validateBatch", () => {
  it("accepts a batch and returns its view", () => {
    expect(validateBatch(batch(), rules).recordCount).toBe(2);
    expect(validateBatch(batch({ ...idempotent, transactional: true }), rules).producerId).toBe(5);
  });

  const flipped = batch();
  flipped[70] = 0xee;
  const refused: [string, Uint8Array, Partial<BatchRules>, code: string, reason: string][] = [
    ["nothing", new Uint8Array(0), {}, "corrupt-batch", "shorter than a header"],
    ["half a header", batch().subarray(0, 40), {}, "corrupt-batch", "shorter than a header"],
    ["a batch that is cut off", batch().subarray(0, -1), {}, "corrupt-batch", "length"],
    ["a negative length", batch({}, (bytes) => writeInt32(bytes, layout.BATCH_LENGTH_POSITION, -1)), {}, "corrupt-batch", "length"],
    ["a length below a header's", batch({}, (bytes) => writeInt32(bytes, layout.BATCH_LENGTH_POSITION, 48)), {}, "corrupt-batch", "length"],
    ["a flipped byte", flipped, {}, "corrupt-batch", "checksum"],
    ["magic 1", batch({}, (bytes) => (bytes[layout.MAGIC_POSITION] = 1)), {}, "invalid-batch", "magic 2"],
    ["two batches", Uint8Array.of(...batch(), ...batch()), {}, "invalid-batch", "exactly one batch"],
    ["a batch over the topic's limit", batch(), { maxBytes: 70 }, "record-too-large", "max.message.bytes"],
    ["no records", batch({}, (bytes) => writeInt32(bytes, layout.RECORD_COUNT_POSITION, 0)), {}, "invalid-batch", "record count"],
    [
      "a gap in offsets",
      batch({}, (bytes) => writeInt32(bytes, layout.LAST_OFFSET_DELTA_POSITION, 2)),
      {},
      "invalid-batch",
      "record count",
    ],
    ["a control batch", marker, {}, "invalid-batch", "control"],
    ["a producer id without sequence", batch({ ...idempotent, baseSequence: -1 }), {}, "invalid-batch", "sequence"],
    ["a producer id without epoch", batch({ ...idempotent, producerEpoch: -1 as ProducerEpoch }), {}, "invalid-batch", "epoch"],
    ["a transaction without producer", batch({ transactional: true }), {}, "invalid-batch", "producer id"],
    ["codec 5", batch({}, (bytes) => writeInt16(bytes, layout.ATTRIBUTES_POSITION, 5)), {}, "unsupported-compression", "zstd"],
    [
      "zstd where the request is too old",
      batch({}, (bytes) => writeInt16(bytes, layout.ATTRIBUTES_POSITION, 4)),
      { compressionIdMax: 3 },
      "unsupported-compression",
      "codec=4",
    ],
    [
      "LogAppendTime of a producer",
      batch({}, (bytes) => writeInt16(bytes, layout.ATTRIBUTES_POSITION, 8)),
      {},
      "invalid-timestamp",
      "CreateTime",
    ],
    ["the far future", batch(), { timestampMax: timestampMs(T + 4) }, "invalid-timestamp", "future"],
    [
      "a timestamp beyond 2^53",
      batch({}, (bytes) => writeInt64(bytes, layout.MAX_TIMESTAMP_POSITION, 2 ** 60)),
      {},
      "invalid-batch",
      "2^53-1",
    ],
  ];

  it.each(refused)("refuses %s", (_, bytes, change, code, reason) => {
    expect(() => validateBatch(bytes, { ...rules, ...change })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(reason) }),
    );
  });
});

describe("verifyBatch", () => {
  it("accepts at any position what brokers write: markers, emptied batches, batches with gaps", () => {
    const emptied = withChecksum(batch().slice(0, layout.BATCH_HEADER_BYTES));
    writeInt32(emptied, layout.BATCH_LENGTH_POSITION, layout.BATCH_HEADER_BYTES - layout.BATCH_OVERHEAD_BYTES);
    writeInt32(emptied, layout.RECORD_COUNT_POSITION, 0);
    const gaps = batch({}, (bytes) => writeInt32(bytes, layout.LAST_OFFSET_DELTA_POSITION, 9));
    for (const bytes of [marker, withChecksum(emptied), gaps]) {
      const buffer = new Uint8Array(bytes.length + 20);
      buffer.set(bytes, 7);
      expect(verifyBatch(buffer, { crc32c, position: 7 }).sizeInBytes).toBe(bytes.length);
    }
  });

  it("finds each flipped bit that the checksum or the length covers", () => {
    const intact = batch();
    for (let position = layout.BATCH_LENGTH_POSITION; position < intact.length; position++) {
      if (position >= layout.LEADER_EPOCH_POSITION && position < layout.MAGIC_POSITION) continue; // written by each leader, not covered
      for (let bit = 0; bit < 8; bit++) {
        const bytes = intact.slice();
        bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
        expect(() => verifyBatch(bytes, { crc32c })).toThrow(expect.objectContaining({ kind: "corrupt", code: "corrupt-batch" }));
      }
    }
  });

  it("refuses more records than offsets", () => {
    const bytes = batch({}, (changed) => writeInt32(changed, layout.RECORD_COUNT_POSITION, 3));
    expect(() => verifyBatch(bytes, { crc32c })).toThrow(expect.objectContaining({ code: "corrupt-batch" }));
  });
});
