import { describe, expect, it } from "@jest/globals";
import { BoundedQueue } from "./bounded-queue.ts";

async function drain<T>(queue: BoundedQueue<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

describe("BoundedQueue", () => {
  it("delivers in order and ends", async () => {
    const queue = new BoundedQueue<number>({ weightMax: 10 });
    queue.tryPush(1);
    queue.tryPush(2);
    queue.end();
    expect(await drain(queue)).toEqual([1, 2]);
  });

  it("refuses what does not fit and takes it once there is room", async () => {
    const queue = new BoundedQueue<string>({ weightMax: 3, weigh: (s) => s.length });
    expect(queue.tryPush("ab")).toBe(true);
    expect(queue.tryPush("cd")).toBe(false);
    const pushed = queue.push("cd");
    const iterator = queue[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe("ab");
    expect(await pushed).toBe(true);
    expect((await iterator.next()).value).toBe("cd");
  });

  it("passes a single item over the bound when empty", () => {
    const queue = new BoundedQueue<string>({ weightMax: 1, weigh: (s) => s.length });
    expect(queue.tryPush("long")).toBe(true);
  });

  it("throws the failure after what was queued", async () => {
    const queue = new BoundedQueue<number>({ weightMax: 2 });
    queue.tryPush(1);
    queue.end(new Error("gone"));
    const iterator = queue[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(1);
    await expect(iterator.next()).rejects.toThrow("gone");
  });

  it("tells a waiting push that the queue ended", async () => {
    const queue = new BoundedQueue<number>({ weightMax: 1 });
    queue.tryPush(1);
    const pushed = queue.push(2);
    queue.end();
    expect(await pushed).toBe(false);
  });
});
