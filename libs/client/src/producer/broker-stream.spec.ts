import { describe, expect, it } from "@jest/globals";
import { createLoopback } from "@millrace/contracts";
import { referenceCrc32c as crc32c, SeededRandom } from "@millrace/testkit";
import { BrokerStream } from "./broker-stream.ts";

describe("BrokerStream", () => {
  it("gives a request up in time, also where the clock's fractions do not add up", () => {
    // Found by the simulator: sent + 5000 is now, and yet now - sent is less than 5000.
    const [sentMs, timedOutMs] = [5279.428357527214, 10279.428357527213];
    expect(timedOutMs - sentMs).toBeLessThan(5_000);
    let nowMs = sentMs;
    const timers: { readonly delayMs: number; readonly run: () => void }[] = [];
    const clock = {
      wallMs: () => nowMs,
      monotonicMs: () => nowMs,
      setTimer: (delayMs: number, run: () => void) => {
        timers.push({ delayMs, run });
        return { cancel: () => undefined };
      },
    };
    const ports = { transport: createLoopback(), clock, random: new SeededRandom(1), crc32c };
    const stream = new BrokerStream("broker:1", { requestTimeoutMs: 5_000, onSilent: () => undefined }, ports);
    let isGivenUp = false;
    stream.send({}, () => (isGivenUp = true));
    nowMs = timedOutMs;
    timers[0]?.run();
    expect(timers[1]?.delayMs ?? 0).toBeGreaterThan(0);
    nowMs += timers[1]?.delayMs ?? 0;
    timers[1]?.run();
    expect(isGivenUp).toBe(true);
  });
});
