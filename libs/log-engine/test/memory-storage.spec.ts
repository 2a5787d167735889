import { describe, expect, it } from "@jest/globals";
import type { BrokerEpoch, TimestampMs } from "@millrace/model";
import { createSimulatedStorage, describeStorageContract, referenceCrc32c } from "@millrace/testkit";
import { createMemoryStorage, takeCleanStopMark, writeCleanStopMark } from "../src/index.ts";
import { append, codeOf, contentOf, LEADS, batchOf, newLog } from "./log-fixture.ts";

describeStorageContract("memory", () => ({ storage: createMemoryStorage({ bytesMax: 10_000_000 }) }));

describe("a log in memory", () => {
  it("refuses appends when memory is full, and goes on when retention made room", async () => {
    const storage = createMemoryStorage({ bytesMax: 60_000 });
    const log = await newLog(storage, { segmentBytes: 8_000, retentionBytes: 10_000 });
    let count = 0;
    for (;;) {
      log.stage(batchOf([`${count}${"x".repeat(1_000)}`]), LEADS);
      const code = codeOf(() => log.writeStaged());
      if (code !== undefined) {
        expect(code).toBe("memory-full");
        break;
      }
      await log.sync();
      log.advanceHighWatermark([log.replicaEndOffset]);
      count++;
    }
    expect(count).toBeGreaterThan(20);
    expect(log.failure).toBeUndefined();
    await log.applyRetention({ now: 1 as TimestampMs });
    expect(storage.sizeBytes).toBeLessThan(40_000);
    await append(log, ["again"]);
    expect(contentOf(log).at(-1)).toBe(`${count}:again`);
  });
});

describe("clean-stop mark", () => {
  it("is there once after it was written, also after a power cut", async () => {
    const storage = createSimulatedStorage({ seed: 1 });
    const ports = { storage, crc32c: referenceCrc32c };
    expect(await takeCleanStopMark(ports)).toBeUndefined();
    await writeCleanStopMark(ports, 7 as BrokerEpoch);
    storage.powerLoss();
    expect(await takeCleanStopMark(ports)).toBe(7);
    storage.powerLoss();
    expect(await takeCleanStopMark(ports)).toBeUndefined();
  });
});
