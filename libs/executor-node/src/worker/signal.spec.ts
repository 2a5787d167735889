import { describe, expect, it } from "@jest/globals";
import { Signal } from "./signal.ts";

describe("Signal", () => {
  it("does not lose a notification between two waits", async () => {
    const signal = new Signal();
    signal.notify();
    signal.notify();
    await signal.wait();
    let woken = false;
    const second = signal.wait().then(() => (woken = true));
    await Promise.resolve();
    expect(woken).toBe(false);
    signal.notify();
    await second;
    expect(woken).toBe(true);
  });

  it("fails every wait after a failure, also one that is under way", async () => {
    const signal = new Signal();
    const waiting = signal.wait();
    signal.fail(new Error("peer lost"));
    await expect(waiting).rejects.toThrow("peer lost");
    await expect(signal.wait()).rejects.toThrow("peer lost");
  });
});
