import { describe, expect, it } from "@jest/globals";
import { bindService, ConsumerGroupService, createLoopback } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { SILENT_LOGGER } from "@millrace/ports";
import { ManualClock } from "@millrace/testkit";
import type { ClusterView } from "../jobs-port.ts";
import { JobOffsets } from "./job-offsets.ts";
import { OFFSETS_INTERVAL_MS, OFFSETS_RETRY_MS } from "./limits.ts";

async function createRig() {
  const [transport, clock] = [createLoopback(), new ManualClock()];
  const committed: string[] = [];
  const state = { asked: 0, isAway: false };
  const service = {
    findGroupCoordinator: () => {
      state.asked++;
      return Promise.resolve({ brokerId: 1, address: "b:1" });
    },
    commitOffsets: ({ groupId, offsets }: { groupId: string; offsets: { topic: string; partition: number; offset: bigint }[] }) => {
      if (state.isAway) return Promise.reject(new AppError({ kind: "retry", code: "not-coordinator", message: "moved" }));
      committed.push(...offsets.map(({ topic, partition, offset }) => `${groupId} ${topic}-${partition}@${offset}`));
      return Promise.resolve({ results: [] });
    },
  };
  await transport.listen("b:1", [bindService(ConsumerGroupService, service as never)]);
  const cluster = { brokerAddresses: () => ["b:1"] } as unknown as ClusterView;
  const offsets = new JobOffsets("j", { cluster, transport, clock, logger: SILENT_LOGGER });
  const note = (offset: number): void => offsets.note([{ topic: "t", partition: 0, offset }]);
  return { offsets, note, clock, committed, state };
}

describe("JobOffsets", () => {
  it("commits at once, then the newest of each interval", async () => {
    const { note, clock, committed } = await createRig();
    note(1);
    await clock.advance(1);
    expect(committed).toEqual(["millrace-job-j t-0@1"]);
    note(2);
    note(3);
    await clock.advance(OFFSETS_INTERVAL_MS / 2);
    expect(committed).toHaveLength(1);
    await clock.advance(OFFSETS_INTERVAL_MS);
    expect(committed).toEqual(["millrace-job-j t-0@1", "millrace-job-j t-0@3"]);
  });

  it("looks for the group's coordinator anew when it has moved, and gives newer positions precedence", async () => {
    const { note, clock, committed, state } = await createRig();
    state.isAway = true;
    note(1);
    await clock.advance(1);
    note(2);
    state.isAway = false;
    await clock.advance(OFFSETS_RETRY_MS + OFFSETS_INTERVAL_MS);
    expect([committed, state.asked]).toEqual([["millrace-job-j t-0@2"], 2]);
  });

  it("begins nothing after the end of the term", async () => {
    const { offsets, note, clock, committed } = await createRig();
    note(1);
    await clock.advance(1);
    note(2);
    offsets.stop();
    await clock.advance(10 * OFFSETS_INTERVAL_MS);
    expect(committed).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});
