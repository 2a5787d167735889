import { describe, expect, it } from "@jest/globals";
import { RestartPolicy } from "./restart-policy.ts";

describe("RestartPolicy", () => {
  it("waits longer while failures come close together, and is quick again later", () => {
    const policy = new RestartPolicy({ restartsMax: 100 });
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((ms) => policy.nextDelayMs(ms, { failure: true }))).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000,
    ]);
    expect(policy.nextDelayMs(60_000, { failure: true })).toBe(100);
  });

  it("gives up after the restarts that an hour may have", () => {
    const policy = new RestartPolicy({ restartsMax: 2 });
    policy.nextDelayMs(0, { failure: true });
    policy.nextDelayMs(1, { failure: true });
    expect(policy.nextDelayMs(2, { failure: true })).toBeUndefined();
    expect(policy.nextDelayMs(3_600_000 + 2, { failure: true })).toBe(100);
  });

  it("never gives up because executors come and go", () => {
    const policy = new RestartPolicy({ restartsMax: 2 });
    for (let restart = 0; restart < 100; restart++) expect(policy.nextDelayMs(restart * 30_000, { failure: false })).toBe(100);
  });

  it("gives up on a batch at its third failure, not on three batches", () => {
    const policy = new RestartPolicy({ restartsMax: 2 });
    expect([1, 2, 3, 3].map((batch) => policy.repeatsTooOften(batch))).toEqual([false, false, false, false]);
    expect(policy.repeatsTooOften(3)).toBe(true);
  });

  it("forgets a failure once a batch has succeeded", () => {
    const policy = new RestartPolicy({ restartsMax: 2 });
    policy.repeatsTooOften(1);
    policy.repeatsTooOften(1);
    policy.batchSucceeded(1);
    expect(policy.repeatsTooOften(1)).toBe(false);
  });

  it("does not forget it when batches before it are replayed", () => {
    const policy = new RestartPolicy({ restartsMax: 2 });
    for (const expected of [false, false, true]) {
      policy.batchSucceeded(3);
      expect(policy.repeatsTooOften(4)).toBe(expected);
    }
  });
});
