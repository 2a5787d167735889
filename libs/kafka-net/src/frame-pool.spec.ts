import { describe, expect, it } from "@jest/globals";
import { FramePool } from "./frame-pool.ts";
import { FRAME_POOL_BYTES_MAX, POOLED_FRAME_BYTES_MAX, POOLED_FRAME_BYTES_MIN } from "./limits.ts";

describe("FramePool", () => {
  it("gives recycled memory to the next frame of that size, once", () => {
    const pool = new FramePool();
    const first = pool.allocate(100_000);
    pool.recycle(first);
    pool.recycle(first);
    const [second, third] = [pool.allocate(70_000), pool.allocate(70_000)];
    expect([second.length, second.buffer === first.buffer, third.buffer === first.buffer]).toEqual([70_000, true, false]);
  });

  it("leaves alone what it did not give, and sizes that are not worth it", () => {
    const pool = new FramePool();
    pool.recycle(new Uint8Array(POOLED_FRAME_BYTES_MIN));
    pool.recycle(pool.allocate(POOLED_FRAME_BYTES_MIN - 1));
    pool.recycle(pool.allocate(POOLED_FRAME_BYTES_MAX + 1));
    expect(pool.freeBytes).toBe(0);
  });

  it("keeps no more than its bound", () => {
    const pool = new FramePool();
    const frames = Array.from({ length: 40 }, () => pool.allocate(1_000_000));
    for (const frame of frames) pool.recycle(frame);
    expect(pool.freeBytes).toBeLessThanOrEqual(FRAME_POOL_BYTES_MAX);
    expect(pool.freeBytes).toBeGreaterThan(FRAME_POOL_BYTES_MAX / 2);
  });
});
