import { describe, expect, it } from "@jest/globals";
import { gunzipSync, gzipSync } from "node:zlib";
import { resolveTopicConfig, timestampMs } from "@millrace/model";
import { BatchBuilder, type CompressionCodecs, type CompressionType, readRecords, RecordBatchView } from "@millrace/records";
import { referenceCrc32c as crc32c } from "@millrace/testkit";
import { bytes } from "../../test/world.ts";
import { shapeBatch } from "./shape-batch.ts";

const levels: (number | undefined)[] = [];
const compression: CompressionCodecs = {
  compress(_type, payload, level) {
    levels.push(level);
    return gzipSync(payload);
  },
  decompress: (_type, payload) => gunzipSync(payload),
};
const NOW = timestampMs(1_000_000);

function batchAt(times: readonly number[], codec: CompressionType = "none"): Uint8Array {
  const builder = new BatchBuilder({ crc32c, codecs: compression });
  for (const time of times) builder.append(timestampMs(time), null, bytes("v"));
  return builder.build({ compression: codec });
}

function shape(batch: Uint8Array, overrides: Record<string, string>): Uint8Array {
  return shapeBatch(batch, { config: resolveTopicConfig(overrides), now: NOW }, { compression, crc32c });
}

describe("shapeBatch", () => {
  it("returns the very bytes that were sent unless the topic asks for something", () => {
    for (const codec of ["none", "gzip"] as const) {
      const batch = batchAt([1, 2], codec);
      expect(shape(batch, {})).toBe(batch);
    }
  });

  it.each([
    ["gzip", "none", "gzip"],
    ["zstd", "gzip", "zstd"],
    ["uncompressed", "gzip", "none"],
  ] as const)("compression.type=%s makes %s into %s", (type, from, to) => {
    const batch = batchAt([5, 3], from);
    const shaped = shape(batch, { "compression.type": type });
    expect(new RecordBatchView(shaped).compression).toBe(to);
    const times = (of: Uint8Array) => [...readRecords(of, { codecs: compression })].map(({ timestamp }) => timestamp);
    expect(times(shaped)).toEqual(times(batch));
  });

  it("leaves a batch alone that has the codec already", () => {
    const batch = batchAt([1], "gzip");
    expect(shape(batch, { "compression.type": "gzip" })).toBe(batch);
  });

  it.each([
    [{ "compression.type": "gzip", "compression.gzip.level": "7" }, 7],
    [{ "compression.type": "gzip" }, undefined],
    [{ "compression.type": "zstd", "compression.zstd.level": "-5" }, -5],
  ])("%j compresses with level %s", (overrides, level) => {
    levels.length = 0;
    shape(batchAt([1]), overrides);
    expect(levels).toEqual([level]);
  });

  it("refuses a batch with one record that is too old, and only with CreateTime", () => {
    const overrides = { "message.timestamp.before.max.ms": "1000" };
    expect(shape(batchAt([999_000, 1_000_000]), overrides)).toHaveLength(batchAt([999_000, 1_000_000]).length);
    expect(() => shape(batchAt([1_000_000, 998_999]), overrides)).toThrow(expect.objectContaining({ code: "invalid-timestamp" }));
    expect(() => shape(batchAt([1]), { ...overrides, "message.timestamp.type": "LogAppendTime" })).not.toThrow();
  });

  it("refuses damaged bytes before it looks into them", () => {
    const batch = batchAt([1, 2]);
    batch[70] = (batch[70] ?? 0) ^ 1;
    expect(() => shape(batch, { "compression.type": "gzip" })).toThrow(expect.objectContaining({ code: "corrupt-batch" }));
  });
});
