import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { timestampMs } from "@millrace/model";
import { BatchBuilder, readRecords, RecordBatchView, verifyBatch, type CompressionType } from "@millrace/records";
import { crc32c, createCompressionCodecs } from "../src/index.ts";

const codecs = createCompressionCodecs();
const encoder = new TextEncoder();
const expected = Array.from({ length: 100 }, (_, index) => ({
  offset: index,
  timestamp: timestampMs(1_700_000_000_000 + index),
  key: encoder.encode(`key-${index % 10}`),
  value: encoder.encode(`{"id": ${index}, "text": "millrace "}`.repeat(5)),
  headers: [{ key: "n", value: encoder.encode(String(index)) }],
}));

/** Bytes of `golden/<name>.hex`: lines of hex digits; those with # say where the bytes are from. */
function goldenBytes(name: string): Uint8Array {
  const lines = readFileSync(new URL(`golden/${name}.hex`, import.meta.url), "utf8").split("\n");
  return new Uint8Array(Buffer.from(lines.filter((line) => !line.startsWith("#")).join(""), "hex"));
}

describe("compressed batches", () => {
  const files: [name: string, type: CompressionType][] = [
    ["gzip", "gzip"],
    ["snappy", "snappy"],
    ["snappy-raw", "snappy"],
    ["lz4", "lz4"],
    ["zstd", "zstd"],
  ];

  it.each(files)("of another client are read: %s", (name, type) => {
    const batch = goldenBytes(name);
    expect(verifyBatch(batch, { crc32c }).compression).toBe(type);
    expect([...readRecords(batch, { codecs })]).toEqual(expected);
  });

  it.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)("of our own are read: %s", (compression) => {
    const builder = new BatchBuilder({ crc32c, codecs });
    for (const { timestamp, key, value, headers } of expected) builder.append(timestamp, key, value, headers);
    const uncompressedBytes = builder.sizeInBytes;
    const batch = builder.build({ compression });
    expect(new RecordBatchView(batch).compression).toBe(compression);
    if (compression !== "none") expect(batch.length).toBeLessThan(uncompressedBytes / 4);
    expect([...readRecords(verifyBatch(batch, { crc32c }).subarray(), { codecs })]).toEqual(expected);
  });
});
