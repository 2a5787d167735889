import { describe, expect, it } from "@jest/globals";
import { explore, walk } from "./explore.ts";
import type { Limits, Mutation } from "./model.ts";

const LIMITS: Limits = { records: 2, epochs: 5, crashes: 2, wipes: 1, wishes: 4 };

describe("the rules of replication", () => {
  it("keep every committed record on every elected leader: the nearest 20,000 states, and random ways", () => {
    expect(explore({ ...LIMITS, epochs: 3 }, { statesMax: 20_000 }).broken).toBeUndefined();
    expect(walk(LIMITS, { walks: 5_000, stepsMax: 60, seed: 1 }).broken).toBeUndefined();
  }, 120_000);

  const found: readonly Mutation[] = ["truncate-to-high-watermark", "leader-shrinks-alone", "empty-disk-trusted", "ack-before-sync"];
  it.each(found)(
    "are needed: %s loses records",
    (mutation) => {
      const { broken } = walk(LIMITS, { mutation, walks: 20_000, stepsMax: 60, seed: 1 });
      expect(broken?.reason).toMatch(/lacks the committed offset|two values|differ/);
    },
    120_000,
  );
});
