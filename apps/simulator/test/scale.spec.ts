import { describe, expect, it } from "@jest/globals";
import { checksOf } from "../src/scale/scale-checks.ts";
import { lineThrough } from "../src/scale/scale-model.ts";
import { plotOf } from "../src/scale/scale-plot.ts";
import { runScale } from "../src/scale/scale-run.ts";
import { tableOf } from "../src/scale/scale-table.ts";

const TIMEOUT_MS = 120_000;

describe("lineThrough", () => {
  it("finds the line on which the points are", () => {
    const { base, slope } = lineThrough([1, 10, 1_000].map((x) => [x, 5 + 0.25 * x] as const));
    expect(base).toBeCloseTo(5);
    expect(slope).toBeCloseTo(0.25);
  });
});

describe("the cost of metadata", () => {
  it.each(["many", "wide"] as const)(
    "is that of what changed, not of what there is: %s",
    async (shape) => {
      const figures = await runScale({ shape, brokers: 6, sizes: [60, 600], changes: 3 }, () => undefined);
      const checks = checksOf(figures, { areTimesCounted: false });
      expect(checks).toHaveLength(3 + 2 * 2);
      expect(checks.filter(({ isMet }) => !isMet)).toEqual([]);
      expect(tableOf(figures)).toContain(`600 ${shape}`);
      expect(plotOf(figures)).toMatch(/<polyline[^>]* points="[\d., ]+"\/>/);
      expect(plotOf(figures)).not.toContain("NaN");
    },
    TIMEOUT_MS,
  );
});
