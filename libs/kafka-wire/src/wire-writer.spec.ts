import { describe, expect, it } from "@jest/globals";
import { COPY_BYTES_MAX } from "./limits.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

const join = (writer: WireWriter): Buffer => Buffer.concat(writer.finish());

describe("WireWriter", () => {
  it("hands large bytes on without copying them, in their place", () => {
    const records = new Uint8Array(COPY_BYTES_MAX + 1).fill(9);
    const writer = new WireWriter(4);
    writer.beginFrame();
    writer.writeInt32(1);
    writer.writeNullableBytes(records, false);
    writer.writeInt32(2);
    const parts = writer.endFrame();
    expect(parts[1]).toBe(records);
    expect(parts).toHaveLength(3);
    const frame = Buffer.concat(parts);
    expect(frame.readInt32BE(0)).toBe(frame.length - 4);
    expect(frame.readInt32BE(frame.length - 4)).toBe(2);
  });

  it.each([0, 1, 126, 127, 128, 129, 300, 20_000])(
    "writes the length of a tagged field of %i bytes in as few bytes as it takes",
    (length) => {
      const writer = new WireWriter(8);
      writer.writeInt8(1);
      const mark = writer.beginTag(5);
      for (let index = 0; index < length; index++) writer.writeInt8(7);
      writer.endTag(mark);
      writer.writeInt8(2);
      const expected = new WireWriter();
      expected.writeUvarint(length);
      const sizeBytes = join(expected);
      expect(join(writer)).toEqual(Buffer.concat([Buffer.of(1, 5), sizeBytes, Buffer.alloc(length, 7), Buffer.of(2)]));
    },
  );

  it.each([
    "",
    "a",
    "x".repeat(126),
    "x".repeat(127),
    "x".repeat(20_000),
    "größe",
    "日本".repeat(100),
    "a".repeat(120) + "ü",
    "\ufeff",
    "😀",
  ])("writes texts that read the same, classic and compact", (text) => {
    for (const isFlexible of [false, true]) {
      const writer = new WireWriter(1);
      writer.writeString(text, isFlexible);
      writer.writeInt16(77);
      const reader = new WireReader(join(writer));
      expect(reader.readString(isFlexible)).toBe(text);
      expect(reader.readInt16()).toBe(77);
    }
  });

  it.each([
    ["an int8 of 128", (writer: WireWriter) => writer.writeInt8(128)],
    ["an int16 of -32769", (writer: WireWriter) => writer.writeInt16(-32_769)],
    ["an int32 of 2^31", (writer: WireWriter) => writer.writeInt32(2 ** 31)],
    ["an int32 that is no integer", (writer: WireWriter) => writer.writeInt32(0.5)],
    ["an int64 of 2^53", (writer: WireWriter) => writer.writeInt64(2 ** 53)],
    ["a uuid that is none", (writer: WireWriter) => writer.writeUuid("z".repeat(32))],
    ["a text over 32,767 bytes", (writer: WireWriter) => writer.writeString("x".repeat(32_768), true)],
  ])("asserts against %s", (_, write) => {
    expect(() => write(new WireWriter())).toThrow(expect.objectContaining({ name: "AssertionError" }));
  });
});
