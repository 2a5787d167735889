import { describe, expect, it } from "@jest/globals";
import { findMarkConflict } from "./check-marks.ts";

const plans = [4, 5].map((batch) => ({ batch, timeMs: batch, ranges: [], watermarks: [], final: false, digest: `d${batch}` }));
const check = (batch: number, digest: string) => findMarkConflict([{ sink: "s", slot: 0, batch, digest }], { checkpointBatch: 3, plans });

describe("findMarkConflict", () => {
  it.each([
    [0, ""],
    [3, "anything, the checkpoint covers it"],
    [4, "d4"],
    [5, "d5"],
  ])("accepts batch %i digest %s", (batch, digest) => {
    expect(check(batch, digest)).toBeUndefined();
  });

  it("finds a mark beyond the recorded plans", () => {
    expect(check(6, "d6")).toMatchObject({ batch: 6 });
  });

  it("finds other data under an old number", () => {
    expect(check(5, "other")).toMatchObject({ batch: 5 });
  });
});
