import { describe, expect, it } from "@jest/globals";
import { PART_AGE_CHECKPOINTS_MAX, STATE_DELTAS_MAX } from "../limits.ts";
import { StateChains } from "./state-chains.ts";

const PART = { operatorId: "count", taskIndex: 0 };

function checkpointsUntilWhole(chains: StateChains, deltaBytes: number): number {
  for (let checkpoints = 1; ; checkpoints++) {
    chains.begin();
    if (chains.wantsWhole(PART, deltaBytes > 0)) return checkpoints;
    if (deltaBytes > 0) chains.add({ ...PART, isFull: false, byteCount: deltaBytes });
  }
}

describe("StateChains", () => {
  it.each([
    { name: "changes that weigh more than the whole", deltaBytes: 400, after: 4 },
    { name: "many small changes", deltaBytes: 1, after: STATE_DELTAS_MAX + 1 },
    { name: "a part that never changes", deltaBytes: 0, after: PART_AGE_CHECKPOINTS_MAX },
  ])("writes a whole part again after $name", ({ deltaBytes, after }) => {
    const chains = new StateChains([{ ...PART, byteCount: 1_000n, delta: false }], 64);
    expect(checkpointsUntilWhole(chains, deltaBytes)).toBe(after);
  });

  it("writes a small part whole whenever it changed, and not otherwise", () => {
    const chains = new StateChains([{ ...PART, byteCount: 64n, delta: false }], 64);
    chains.begin();
    expect([chains.wantsWhole(PART, false), chains.wantsWhole(PART, true)]).toEqual([false, true]);
  });

  it("goes on from the chain of the checkpoint that the worker began with", () => {
    const parts = [
      { ...PART, byteCount: 1_000n, delta: false },
      { ...PART, byteCount: 1_001n, delta: true },
    ];
    expect(checkpointsUntilWhole(new StateChains(parts, 64), 1)).toBe(1);
  });

  it("asks for no whole of what no checkpoint has", () => {
    const chains = new StateChains([], 64);
    chains.begin();
    expect(chains.wantsWhole(PART, true)).toBe(false);
  });
});
