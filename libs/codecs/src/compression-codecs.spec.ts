import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import type { CompressionType } from "@millrace/records";
import fc from "fast-check";
import { compressFrameSync } from "lz4-napi";
import { compressSync } from "snappy";
import { createCompressionCodecs } from "./compression-codecs.ts";

const codecs = createCompressionCodecs();
const types: readonly CompressionType[] = ["none", "gzip", "snappy", "lz4", "zstd"];
const compressedTypes = types.slice(1);
const BOUND = 1_000_000;

/** Half text that repeats, half noise. */
function sample(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, (_, index) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return index % 200 < 100 ? 97 + (index % 26) : state >>> 24;
  });
}

describe.each(types)("compression %s", (type) => {
  it.each([0, 1, 7, 100, 32_767, 32_768, 32_769, 65_536, 300_000])("gives back %i bytes", (length) => {
    const bytes = sample(length);
    const output = codecs.decompress(type, codecs.compress(type, bytes), BOUND);
    expect(Buffer.compare(output, bytes)).toBe(0);
    expect(output.constructor.name).toBe("Uint8Array");
  });

  it("gives back any bytes, also of a view", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), fc.nat(20), (bytes, start) => {
        const part = bytes.subarray(start);
        expect(codecs.decompress(type, codecs.compress(type, part), BOUND)).toEqual(part);
      }),
      { numRuns: 100 },
    );
  });

  it("returns memory that shares nothing with its input", () => {
    const bytes = sample(1_000);
    const compressed = codecs.compress(type, bytes);
    const output = codecs.decompress(type, compressed, BOUND);
    const copy = output.slice();
    compressed.fill(0);
    bytes.fill(0);
    for (let index = 0; index < 50; index++) codecs.decompress(type, codecs.compress(type, sample(1_000 + index)), BOUND);
    expect(output).toEqual(copy);
  });

  it("accepts output of exactly the bound and refuses one byte more", () => {
    const compressed = codecs.compress(type, sample(100_000));
    expect(codecs.decompress(type, compressed, 100_000)).toHaveLength(100_000);
    expect(() => codecs.decompress(type, compressed, 99_999)).toThrow(
      expect.objectContaining({ kind: "exhausted", code: "payload-too-large" }),
    );
  });
});

describe.each(compressedTypes)("decompression of damaged %s", (type) => {
  it("refuses a bomb before it grows", () => {
    const bomb = codecs.compress(type, new Uint8Array(50_000_000));
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    expect(() => codecs.decompress(type, bomb, 100_000)).toThrow(expect.objectContaining({ code: "payload-too-large" }));
    expect(process.memoryUsage().arrayBuffers + process.memoryUsage().external - before).toBeLessThan(10_000_000);
  });

  it("refuses bytes that are cut off anywhere", () => {
    const compressed = codecs.compress(type, sample(3_000));
    for (let length = 0; length < compressed.length; length += length < 40 ? 1 : 13) {
      if (type === "snappy" && length === 16) continue; // a header alone is the empty payload
      expect(() => codecs.decompress(type, compressed.subarray(0, length), BOUND)).toThrow(
        expect.objectContaining({ kind: "corrupt", code: "corrupt-payload" }),
      );
    }
  });

  it("refuses bytes behind the end", () => {
    const compressed = codecs.compress(type, sample(3_000));
    expect(() => codecs.decompress(type, Uint8Array.of(...compressed, 1, 2, 3, 4, 5), BOUND)).toThrow(
      expect.objectContaining({ code: "corrupt-payload" }),
    );
  });

  it("answers any mutation with bytes within the bound or a typed error", () => {
    const compressed = codecs.compress(type, sample(2_000));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(compressed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = compressed.slice();
        for (const [position, value] of changes) bytes[position] = value;
        try {
          expect(codecs.decompress(type, bytes, 10_000).length).toBeLessThanOrEqual(10_000);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("formats of other clients", () => {
  it("one raw snappy block is accepted", () => {
    const bytes = sample(100_000);
    expect(Buffer.compare(codecs.decompress("snappy", compressSync(bytes), BOUND), bytes)).toBe(0);
  });

  it("a snappy preamble that promises gigabytes is refused without memory for them", () => {
    expect(() => codecs.decompress("snappy", Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2), 2 ** 33)).toThrow(
      expect.objectContaining({ code: "corrupt-payload" }),
    );
  });

  it("lz4 frames with content and block checksums are accepted", () => {
    const bytes = sample(200_000);
    const frame = compressFrameSync(Buffer.from(bytes), { contentChecksum: true, blockChecksums: true });
    expect(Buffer.compare(codecs.decompress("lz4", frame, BOUND), bytes)).toBe(0);
  });

  it("two zstd frames or gzip members in a row are one payload", () => {
    for (const type of ["zstd", "gzip"] as const) {
      const [first, second] = [sample(100), sample(5_000)];
      const both = Uint8Array.of(...codecs.compress(type, first), ...codecs.compress(type, second));
      expect(codecs.decompress(type, both, BOUND)).toEqual(Uint8Array.of(...first, ...second));
      expect(() => codecs.decompress(type, both, 5_099)).toThrow(expect.objectContaining({ code: "payload-too-large" }));
    }
  });

  it("our lz4 frames have independent blocks, which Kafka's Java client asks for", () => {
    expect((codecs.compress("lz4", sample(200_000))[4] ?? 0) & 0x20).toBe(0x20);
  });
});
