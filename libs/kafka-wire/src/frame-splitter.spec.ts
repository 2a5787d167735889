import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { FrameSplitter } from "./frame-splitter.ts";
import { FRAME_BYTES_MAX } from "./limits.ts";

function framed(...bodies: readonly string[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      bodies.flatMap((body) => {
        const size = Buffer.alloc(4);
        size.writeInt32BE(body.length);
        return [size, Buffer.from(body)];
      }),
    ),
  );
}

const texts = (frames: readonly Uint8Array[]): string[] => frames.map((frame) => Buffer.from(frame).toString());

describe("FrameSplitter.push", () => {
  it("gives whole frames as views on the chunk", () => {
    const chunk = framed("one", "two");
    const frames = new FrameSplitter().push(chunk);
    expect(texts(frames)).toEqual(["one", "two"]);
    expect(frames.every((frame) => frame.buffer === chunk.buffer)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 7, 11])("finds the same frames in chunks of %i bytes", (chunkBytes) => {
    const stream = framed("a", "a longer frame", "b", "x".repeat(3_000));
    const splitter = new FrameSplitter();
    const frames: Uint8Array[] = [];
    for (let position = 0; position < stream.length; position += chunkBytes) {
      frames.push(...splitter.push(stream.subarray(position, position + chunkBytes)));
    }
    expect(texts(frames)).toEqual(["a", "a longer frame", "b", "x".repeat(3_000)]);
    expect(splitter.pendingBytes).toBe(0);
  });

  it("holds what came of half a frame, whatever size it promises", () => {
    const splitter = new FrameSplitter();
    const promise = new Uint8Array(14);
    new DataView(promise.buffer).setInt32(0, FRAME_BYTES_MAX);
    expect(splitter.push(promise)).toEqual([]);
    expect(splitter.pendingBytes).toBe(14);
  });

  it.each([
    ["zero", 0],
    ["negative", -1],
    ["one over the limit", FRAME_BYTES_MAX + 1],
    ["the first bytes of a TLS greeting", 0x16030100],
    ["the first bytes of an HTTP request", 0x47455420],
  ])("refuses a size that is %s", (_, size) => {
    for (const chunkBytes of [1, 4]) {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setInt32(0, size);
      const splitter = new FrameSplitter();
      const pushAll = (): void => {
        for (let position = 0; position < 4; position += chunkBytes) splitter.push(bytes.subarray(position, position + chunkBytes));
      };
      expect(pushAll).toThrow(AppError);
    }
  });
});
