import { describe, expect, it } from "@jest/globals";
import { timestampMs } from "@millrace/model";
import { crc32c } from "../test/crc32c.ts";
import { BatchBuilder } from "./batch-builder.ts";
import { writeInt16, writeInt32 } from "./bytes.ts";
import type { CompressionCodecs } from "./compression.ts";
import * as layout from "./layout.ts";
import { readRecords } from "./read-records.ts";
import { RecordOffsets } from "./record-offsets.ts";

/** A batch around a payload given byte by byte. */
function batchAround(payload: readonly number[], recordCount: number, lastOffsetDelta = recordCount - 1): Uint8Array {
  const builder = new BatchBuilder({ crc32c });
  builder.append(timestampMs(1_000), null, null);
  const header = builder.build().subarray(0, layout.BATCH_HEADER_BYTES);
  const bytes = Uint8Array.of(...header, ...payload);
  writeInt32(bytes, layout.BATCH_LENGTH_POSITION, bytes.length - layout.BATCH_OVERHEAD_BYTES);
  writeInt32(bytes, layout.RECORD_COUNT_POSITION, recordCount);
  writeInt32(bytes, layout.LAST_OFFSET_DELTA_POSITION, lastOffsetDelta);
  return bytes;
}

/** A record without key, value and headers at an offset delta; numbers are zigzag, so 1 is -1 and 2 is 1. */
const empty = (offsetDelta: number): number[] => [12, 0, 0, offsetDelta * 2, 1, 1, 0];

describe("RecordOffsets.decode", () => {
  it("is reused from batch to batch, for larger and smaller ones", () => {
    const offsets = new RecordOffsets();
    for (const count of [3, 500, 1, 90]) {
      const builder = new BatchBuilder({ crc32c });
      for (let index = 0; index < count; index++)
        builder.append(timestampMs(index), index % 2 === 0 ? null : Uint8Array.of(index), Uint8Array.of(index, count));
      offsets.decode(builder.build());
      expect(offsets.count).toBe(count);
      expect(offsets.value(count - 1)).toEqual(Uint8Array.of(count - 1, count));
      expect(offsets.key(0)).toBeNull();
    }
  });

  it("keeps the offsets of records around those that compaction removed", () => {
    const offsets = new RecordOffsets().decode(batchAround([...empty(1), ...empty(4)], 2, 6));
    expect([...offsets.offsets.subarray(0, offsets.count)]).toEqual([1, 4]);
  });

  it("finds no records in an emptied batch", () => {
    expect(new RecordOffsets().decode(batchAround([], 0, 5)).count).toBe(0);
  });

  const malformed: [string, number[], count: number, last: number, reason: string][] = [
    ["more records than bytes", empty(0), 2, 1, "more than the payload can hold"],
    ["a record count of 2^31-1", empty(0), 2 ** 31 - 1, 2 ** 31 - 2, "more than the payload can hold"],
    ["a negative record count", empty(0), -1, 0, "more than the payload can hold"],
    ["bytes after the last record", [...empty(0), 0], 1, 0, "left after the last record"],
    ["a record longer than the payload", [14, ...empty(0).slice(1)], 1, 0, "length"],
    ["a record of negative length", [13, ...empty(0).slice(1)], 1, 0, "length"],
    ["a record too short for its parts", [10, 0, 0, 0, 1, 1, 0], 1, 0, "length"],
    ["a repeated offset", [...empty(0), ...empty(0)], 2, 1, "offset"],
    ["an offset beyond the last", empty(1), 1, 0, "offset"],
    ["a negative offset delta", [12, 0, 0, 1, 1, 1, 0], 1, 0, "offset"],
    ["a key longer than its record", [12, 0, 0, 0, 8, 1, 0], 1, 0, "key length"],
    ["a key of length -2", [12, 0, 0, 0, 3, 1, 0], 1, 0, "key length"],
    ["a value longer than its record", [12, 0, 0, 0, 1, 8, 0], 1, 0, "value length"],
    ["a value of length -2", [12, 0, 0, 0, 1, 3, 0], 1, 0, "value length"],
    ["more headers than bytes", [12, 0, 0, 0, 1, 1, 2], 1, 0, "headers"],
    ["a negative header count", [12, 0, 0, 0, 1, 1, 1], 1, 0, "headers"],
    ["bytes behind no headers", [14, 0, 0, 0, 1, 1, 0, 0], 1, 0, "headers"],
    ["a timestamp beyond 2^53-1", [12 + 14, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0, 1, 1, 0], 1, 0, "timestamp"],
    ["a number without end", [24, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80], 1, 0, "wrong"],
  ];

  it.each(malformed)("refuses %s", (_, payload, count, last, reason) => {
    const offsets = new RecordOffsets();
    expect(() => offsets.decode(batchAround(payload, count, last))).toThrow(
      expect.objectContaining({ kind: "corrupt", code: "corrupt-records", message: expect.stringContaining(reason) }),
    );
    expect(offsets.count).toBe(0);
    expect(offsets.offsets.length).toBeLessThanOrEqual(64);
  });

  const malformedHeaders: [string, number[]][] = [
    ["a header without key", [2, 1, 1, 0]],
    ["a header longer than its record", [2, 8, 65, 1]],
    ["a header value longer than its record", [2, 2, 65, 20]],
    ["bytes behind the last header", [2, 0, 1, 0]],
  ];

  it.each(malformedHeaders)("refuses %s when headers are read", (_, headers) => {
    const batch = batchAround([(6 + headers.length - 1) * 2, 0, 0, 0, 1, 1, ...headers], 1);
    expect(() => [...readRecords(batch)]).toThrow(expect.objectContaining({ code: "corrupt-records" }));
  });

  it("decompresses with the given codecs, within the given bound", () => {
    const asked: unknown[] = [];
    const codecs: CompressionCodecs = {
      compress: () => Uint8Array.of(1, 2, 3),
      decompress: (type, bytes, bytesMax) => {
        asked.push(type, [...bytes], bytesMax);
        return Uint8Array.from(empty(0));
      },
    };
    const builder = new BatchBuilder({ crc32c, codecs });
    builder.append(timestampMs(1_000), null, null);
    const batch = builder.build({ compression: "lz4" });
    expect([...readRecords(batch, { codecs, payloadBytesMax: 99 })]).toEqual([
      { offset: 0, timestamp: 1_000, key: null, value: null, headers: [] },
    ]);
    expect(asked).toEqual(["lz4", [1, 2, 3], 99]);
    expect(() => new RecordOffsets().decode(batch)).toThrow(expect.objectContaining({ code: "unsupported-compression" }));
    writeInt16(batch, layout.ATTRIBUTES_POSITION, 7);
    expect(() => new RecordOffsets().decode(batch, { codecs })).toThrow(expect.objectContaining({ code: "unsupported-compression" }));
  });
});
