import { describe, expect, it } from "@jest/globals";
import type { Measurement } from "../load.ts";
import { mergedRatios, ratiosOf, type Round } from "./ratios.ts";
import type { Row } from "./rows.ts";

const row: Row = { id: "1", what: "w", ours: ["l", "m"], theirs: ["l", "m"], goals: [{ figure: "records/s", atLeast: 2 }] };
const run = (perSecond: number, problems: readonly string[] = []): Round =>
  new Map([["m", { name: "m", settings: {}, records: perSecond, seconds: 1, verified: "", problems } satisfies Measurement]]);

describe("ratiosOf", () => {
  it("takes the median of the rounds' ratios, not the ratio of medians", () => {
    const rounds = [
      { ours: run(100), theirs: run(10) },
      { ours: run(20), theirs: run(10) },
      { ours: run(90), theirs: run(30) },
    ];
    expect(ratiosOf([row], rounds)).toEqual([
      expect.objectContaining({ ours: 90, theirs: 10, ratio: 3, spread: [2, 10], isReached: true }),
    ]);
  });

  it("keeps rows of an earlier run that were not taken again", () => {
    const other = { ...row, id: "0" };
    const earlier = [other, row].flatMap((each) => ratiosOf([each], [{ ours: run(10), theirs: run(10) }]));
    const merged = mergedRatios(earlier, ratiosOf([row], [{ ours: run(30), theirs: run(10) }]), "again");
    expect(merged.map((ratio) => [ratio.row.id, ratio.ratio, ratio.command])).toEqual([
      ["0", 1, undefined],
      ["1", 3, "again"],
    ]);
  });

  it("gives a run with a problem no speed", () => {
    const rounds = [
      { ours: run(1_000, ["lost"]), theirs: run(10) },
      { ours: run(15), theirs: run(10) },
    ];
    expect(ratiosOf([row], rounds)).toEqual([expect.objectContaining({ ratio: 1.5, isReached: false })]);
    expect(ratiosOf([row], rounds.slice(0, 1))).toEqual([]);
  });
});
