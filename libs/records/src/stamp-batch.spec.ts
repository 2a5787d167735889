import { describe, expect, it } from "@jest/globals";
import { timestampMs, type LeaderEpoch, type Offset } from "@millrace/model";
import { crc32c } from "../test/crc32c.ts";
import { BatchBuilder } from "./batch-builder.ts";
import { readRecords } from "./read-records.ts";
import { stampBatch } from "./stamp-batch.ts";
import { verifyBatch } from "./validate-batch.ts";

const stamp = { baseOffset: (2 ** 40 + 3) as Offset, leaderEpoch: 9 as LeaderEpoch };

function twoRecords(): Uint8Array {
  const builder = new BatchBuilder({ crc32c });
  builder.append(timestampMs(1_000), null, Uint8Array.of(1));
  builder.append(timestampMs(2_000), null, Uint8Array.of(2));
  return builder.build();
}

describe("stampBatch", () => {
  it("moves a batch to its offset and epoch and leaves the checksum right", () => {
    const bytes = twoRecords();
    stampBatch(bytes, stamp);
    const view = verifyBatch(bytes, { crc32c });
    expect([view.baseOffset, view.lastOffset, view.partitionLeaderEpoch, view.timestampType]).toEqual([
      2 ** 40 + 3,
      2 ** 40 + 4,
      9,
      "CreateTime",
    ]);
    expect([...readRecords(bytes)].map((record) => record.offset)).toEqual([2 ** 40 + 3, 2 ** 40 + 4]);
  });

  it("with LogAppendTime gives every record the broker's time, under a new checksum", () => {
    const bytes = twoRecords();
    stampBatch(bytes, { ...stamp, logAppendTime: { timestamp: timestampMs(5_000), crc32c } });
    const view = verifyBatch(bytes, { crc32c });
    expect([view.timestampType, view.maxTimestamp]).toEqual(["LogAppendTime", 5_000]);
    expect([...readRecords(bytes)].map((record) => record.timestamp)).toEqual([5_000, 5_000]);
  });

  it("touches only the batch at its position", () => {
    const batch = twoRecords();
    const buffer = new Uint8Array(batch.length * 3);
    for (let index = 0; index < 3; index++) buffer.set(batch, index * batch.length);
    stampBatch(buffer, { ...stamp, position: batch.length, logAppendTime: { timestamp: timestampMs(5_000), crc32c } });
    expect(buffer.subarray(0, batch.length)).toEqual(batch);
    expect(buffer.subarray(batch.length * 2)).toEqual(batch);
    expect(verifyBatch(buffer, { crc32c, position: batch.length }).baseOffset).toBe(stamp.baseOffset);
  });
});
