import { describe, expect, it } from "@jest/globals";
import { timestampMs } from "@millrace/model";
import { crc32c } from "../test/crc32c.ts";
import { BatchBuilder, recordBytesUpperBound } from "./batch-builder.ts";
import { RecordBatchView } from "./batch-view.ts";
import { readRecords } from "./read-records.ts";
import { verifyBatch } from "./validate-batch.ts";

const value = (length: number): Uint8Array => new Uint8Array(length).fill(7);
const NOW = timestampMs(1_000);

describe("BatchBuilder", () => {
  it("grows over many records and says the exact size after each", () => {
    const builder = new BatchBuilder({ crc32c });
    let size = 0;
    for (let index = 0; index < 1_000; index++) size = builder.append(NOW, value(index % 40), value(index));
    expect(builder.sizeInBytes).toBe(size);
    const batch = builder.build();
    expect(batch.length).toBe(size);
    expect([...readRecords(batch)].map((record) => record.value?.length)).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
  });

  it("starts anew after build, in memory that the earlier batch does not share", () => {
    const builder = new BatchBuilder({ crc32c });
    builder.append(NOW, null, value(10));
    const first = builder.build();
    const copy = first.slice();
    builder.append(timestampMs(2_000), null, value(20));
    const second = builder.build();
    expect(first).toEqual(copy);
    expect(first.byteLength).toBe(first.buffer.byteLength);
    expect(new RecordBatchView(second).maxTimestamp).toBe(2_000);
    expect([...readRecords(second)].map((record) => [record.offset, record.timestamp])).toEqual([[0, 2_000]]);
  });

  it("forgets its records on reset", () => {
    const builder = new BatchBuilder({ crc32c });
    builder.append(NOW, null, value(10));
    builder.reset();
    expect(builder.recordCount).toBe(0);
    expect(() => builder.build()).toThrow("at least one record");
  });

  it("refuses a record that passes the bound and keeps those before it", () => {
    const builder = new BatchBuilder({ crc32c, bytesMax: 200 });
    builder.append(NOW, null, value(50));
    expect(() => builder.append(NOW, null, value(100))).toThrow(expect.objectContaining({ code: "record-too-large" }));
    builder.append(NOW, null, value(10));
    const batch = builder.build();
    expect(verifyBatch(batch, { crc32c }).recordCount).toBe(2);
  });

  it("refuses to compress without codecs, and keeps its records", () => {
    const builder = new BatchBuilder({ crc32c });
    builder.append(NOW, null, value(50));
    expect(() => builder.build({ compression: "lz4" })).toThrow(expect.objectContaining({ code: "unsupported-compression" }));
    expect(builder.recordCount).toBe(1);
  });

  it("refuses timestamps whose distance no reader could tell exactly", () => {
    const builder = new BatchBuilder({ crc32c });
    builder.append(timestampMs(-1), null, null);
    builder.append(timestampMs(Number.MAX_SAFE_INTEGER - 1), null, null);
    expect(() => builder.append(timestampMs(Number.MAX_SAFE_INTEGER), null, null)).toThrow(
      expect.objectContaining({ code: "invalid-timestamp" }),
    );
    expect([...readRecords(builder.build())].map((record) => record.timestamp)).toEqual([-1, Number.MAX_SAFE_INTEGER - 1]);
  });

  it("never makes a record larger than its upper bound", () => {
    const builder = new BatchBuilder({ crc32c });
    const headers = [
      { key: "häader", value: value(300) },
      { key: "", value: null },
    ];
    builder.append(timestampMs(Number.MAX_SAFE_INTEGER), null, null);
    const before = builder.sizeInBytes;
    const after = builder.append(timestampMs(0), value(200), value(20_000), headers);
    expect(after - before).toBeLessThanOrEqual(recordBytesUpperBound(value(200), value(20_000), headers));
  });
});
