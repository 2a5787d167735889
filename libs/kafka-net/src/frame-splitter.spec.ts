import { describe, expect, it } from "@jest/globals";
import { FrameSplitter } from "./frame-splitter.ts";

function frame(body: readonly number[]): number[] {
  return [0, 0, body.length >> 8, body.length & 0xff, ...body];
}

/** Frames that come of the chunks. */
function check(chunks: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  const splitter = new FrameSplitter();
  const frames: number[][] = [];
  for (const chunk of chunks) {
    splitter.push(Uint8Array.from(chunk));
    for (let next = splitter.next(); next !== undefined; next = splitter.next()) frames.push([...next]);
  }
  expect(frames).toEqual(expected);
}

describe("FrameSplitter", () => {
  const long = Array.from({ length: 3_000 }, (_, index) => index % 251);

  it("finds the same frames wherever the bytes are cut", () => {
    const bytes = [...frame([1, 2, 3]), ...frame([4]), ...frame([5, 6])];
    for (let cut = 0; cut <= bytes.length; cut++) check([bytes.slice(0, cut), bytes.slice(cut)], [[1, 2, 3], [4], [5, 6]]);
    check(
      bytes.map((byte) => [byte]),
      [[1, 2, 3], [4], [5, 6]],
    );
  });

  it("gathers a frame of many chunks, and goes on behind it", () => {
    const bytes = [...frame(long), ...frame([9])];
    const chunks = Array.from({ length: Math.ceil(bytes.length / 700) }, (_, index) => bytes.slice(index * 700, index * 700 + 700));
    check(chunks, [long, [9]]);
  });

  it("holds what has arrived, not what was announced", () => {
    const splitter = new FrameSplitter();
    splitter.push(Uint8Array.from([6, 64, 0, 0, 1, 2, 3])); // 104,857,600
    expect(splitter.next()).toBeUndefined();
    expect(splitter.partialBytes).toBeLessThanOrEqual(512);
    splitter.push(new Uint8Array(100_000));
    expect(splitter.next()).toBeUndefined();
    expect(splitter.partialBytes).toBeLessThanOrEqual(200_010);
  });

  it.each([
    ["zero", [0, 0, 0, 0]],
    ["negative", [0xff, 0xff, 0xff, 0xff]],
    ["over 100 MiB", [6, 64, 0, 1]],
    ["an HTTP request", [0x47, 0x45, 0x54, 0x20]],
  ])("refuses a size that is %s", (_, bytes) => {
    const splitter = new FrameSplitter();
    splitter.push(Uint8Array.from(bytes));
    expect(() => splitter.next()).toThrow("size of a frame");
  });
});
