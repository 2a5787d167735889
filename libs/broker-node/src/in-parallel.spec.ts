import { describe, expect, it } from "@jest/globals";
import { inParallel } from "./in-parallel.ts";

describe("inParallel", () => {
  it("works on as many items at once as the limit allows, and on all of them", async () => {
    const done: number[] = [];
    let [running, most] = [0, 0];
    await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      done.push(item);
    });
    expect([done, most]).toEqual([[1, 2, 3, 4, 5], 2]);
  });

  it("goes on after a failure, and tells the first one", async () => {
    const done: number[] = [];
    const work = (item: number): Promise<void> => {
      if (item > 2) done.push(item);
      return item > 2 ? Promise.resolve() : Promise.reject(new Error(`item ${item}`));
    };
    await expect(inParallel([1, 2, 3, 4], 1, work)).rejects.toThrow("item 1");
    expect(done).toEqual([3, 4]);
  });
});
