import { describe, expect, it } from "@jest/globals";
import { FramePool } from "./frame-pool.ts";
import { FrameSplitter } from "./frame-splitter.ts";

function frame(body: readonly number[]): number[] {
  return [0, 0, body.length >> 8, body.length & 0xff, ...body];
}

/** Frames that come of the chunks. */
function check(chunks: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  const splitter = new FrameSplitter(new FramePool());
  const frames: number[][] = [];
  for (const chunk of chunks) {
    splitter.push(Uint8Array.from(chunk));
    for (let next = splitter.next(); next !== undefined; next = splitter.next()) frames.push([...next]);
  }
  expect(frames).toEqual(expected);
}

/** A stream of bytes read as a socket reads it: into the frame that has begun, else into memory that the next read overwrites. */
function read(bytes: Uint8Array, options: { readBytes: number; isBlocked?: (frameIndex: number) => boolean }): number[] {
  const splitter = new FrameSplitter(new FramePool());
  const shared = new Uint8Array(options.readBytes);
  const checksums: number[] = [];
  for (let position = 0; position < bytes.length;) {
    const target = splitter.target;
    const memory = target ?? shared;
    const count = Math.min(memory.length, options.readBytes, bytes.length - position);
    memory.set(bytes.subarray(position, position + count));
    position += count;
    if (target === undefined) splitter.push(shared.subarray(0, count));
    else splitter.filled(count);
    for (;;) {
      // A connection that is blocked takes no frame now: what is left of the chunk must survive.
      if (options.isBlocked?.(checksums.length) === true) splitter.detach();
      const frame = splitter.next();
      if (frame === undefined) break;
      checksums.push(frame.reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, frame.length));
    }
    splitter.detach();
    shared.fill(0xee);
  }
  return checksums;
}

describe("FrameSplitter", () => {
  it("reads the same frames into its own memory, whatever a read brings", () => {
    const sizes = [1, 3, 700, 9_000, 2, 300_000, 70_000, 5];
    const bodies = sizes.map((size, index) => Uint8Array.from({ length: size }, (_, at) => (at * 7 + index) % 256));
    const whole = new Uint8Array(bodies.reduce((sum, body) => sum + 4 + body.length, 0));
    let end = 0;
    for (const body of bodies) {
      new DataView(whole.buffer).setInt32(end, body.length);
      whole.set(body, end + 4);
      end += 4 + body.length;
    }
    const expected = bodies.map((body) => body.reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, body.length));
    for (const readBytes of [5, 64, 1_000, 65_536, 1_000_000]) {
      expect(read(whole, { readBytes })).toEqual(expected);
      expect(read(whole, { readBytes, isBlocked: (index) => index % 2 === 1 })).toEqual(expected);
    }
  });

  it("keeps what a blocked connection has not taken when another connection reads into the same memory", () => {
    const shared = Buffer.from([...frame([1, 2]), ...frame([3, 4]), ...frame([5])]); // a Buffer, as the listener's
    const splitter = new FrameSplitter(new FramePool());
    splitter.push(shared);
    expect([...(splitter.next() ?? [])]).toEqual([1, 2]);
    splitter.detach();
    shared.fill(0xee);
    expect([[...(splitter.next() ?? [])], [...(splitter.next() ?? [])]]).toEqual([[3, 4], [5]]);
  });

  it("takes a frame of use again for the next one, and nothing of the old one shows", () => {
    const pool = new FramePool();
    const splitter = new FrameSplitter(pool);
    const take = (fill: number): Uint8Array => {
      splitter.push(Uint8Array.from([0, 0, 39, 16, ...Array<number>(5_000).fill(fill)]));
      expect(splitter.next()).toBeUndefined();
      splitter.push(new Uint8Array(5_000).fill(fill));
      return splitter.next() ?? new Uint8Array(0);
    };
    const first = take(1);
    pool.recycle(first);
    const second = take(2);
    expect([second.buffer === first.buffer, second.every((byte) => byte === 2), second.length]).toEqual([true, true, 10_000]);
  });

  const long = Array.from({ length: 3_000 }, (_, index) => index % 251);

  it("copies no frame that is whole in a chunk", () => {
    const splitter = new FrameSplitter(new FramePool());
    const chunk = Uint8Array.from([...frame([1, 2, 3]), ...frame([4]), 0, 0, 0, 2, 5]);
    splitter.push(chunk);
    const seen = [splitter.next(), splitter.next()].map((each) => [each?.buffer === chunk.buffer, splitter.isView]);
    expect(seen).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(splitter.next()).toBeUndefined();
    splitter.push(Uint8Array.of(6));
    expect([[...(splitter.next() ?? [])], splitter.isView]).toEqual([[5, 6], false]);
  });

  it("has the rest of a large frame read into its place, and that of a small one with what follows", () => {
    const splitter = new FrameSplitter(new FramePool());
    splitter.push(Uint8Array.from([0, 1, 0, 0, 7])); // 65,536
    splitter.next();
    expect(splitter.target?.length).toBe(65_535);
    splitter.filled(splitter.target?.fill(8, 0, 40_000) === undefined ? 0 : 40_000);
    expect(splitter.target).toBeUndefined();
    splitter.push(Uint8Array.from([...Array<number>(25_535).fill(9), ...frame([1])]));
    const large = splitter.next() ?? new Uint8Array(0);
    expect([large.length, large[0], large[40_000], large[40_001], large[65_535]]).toEqual([65_536, 7, 8, 9, 9]);
    expect([...(splitter.next() ?? [])]).toEqual([1]);
  });

  it("makes room at once for what was announced, within one bound for all connections", () => {
    const pool = new FramePool();
    const splitters: FrameSplitter[] = [];
    for (let index = 0; index < 101; index++) {
      const splitter = new FrameSplitter(pool);
      splitter.push(Uint8Array.from([0, 16, 0, 0, 1])); // 1 MiB, of which a byte comes
      expect(splitter.next()).toBeUndefined();
      splitters.push(splitter);
    }
    const sizes = splitters.map(({ partialBytes }) => partialBytes);
    expect([sizes[0], sizes[99], sizes[100]]).toEqual([1_048_576, 1_048_576, 512]);
    splitters[0]?.close();
    const next = new FrameSplitter(pool);
    next.push(Uint8Array.from([0, 16, 0, 0, 1]));
    next.next();
    expect(next.partialBytes).toBe(1_048_576);
  });

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
    const splitter = new FrameSplitter(new FramePool());
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
    const splitter = new FrameSplitter(new FramePool());
    splitter.push(Uint8Array.from(bytes));
    expect(() => splitter.next()).toThrow("size of a frame");
  });
});
