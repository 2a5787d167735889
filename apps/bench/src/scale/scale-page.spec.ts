import { describe, expect, it } from "@jest/globals";
import { medianOf } from "../versus/ratios.ts";
import { type Curve, fittedSeries, type Taken } from "./curve.ts";
import { modelText, scaleMarkdown, scalePlot, withSection } from "./scale-page.ts";

const curve: Curve = {
  ...{ name: "keys", title: "Keys", x: "keys", about: "a job", points: { full: [], quick: [] } },
  series: [{ key: "cpu", name: "CPU, s" }],
  measure: () => Promise.reject(new Error("not measured here")),
};
const taken = (x: number, cpu: number, of: Partial<Taken> = {}): Taken => ({
  curve: "keys",
  x,
  round: 1,
  values: { cpu },
  problems: [],
  ...of,
});
const fitted = (all: readonly Taken[]) => [{ curve, all: fittedSeries(curve, all, medianOf) }];

describe("fittedSeries", () => {
  it("takes medians of what went right, in the order of the axis", () => {
    const all = [
      taken(10, 30),
      taken(1, 12),
      taken(10, 40),
      taken(10, 32),
      taken(1, 900, { problems: ["lost"] }),
      taken(5, 1, { curve: "other" }),
    ];
    expect(fittedSeries(curve, all, medianOf)[0]?.points).toEqual([
      { x: 1, y: 12, least: 12, greatest: 12 },
      { x: 10, y: 32, least: 30, greatest: 40 },
    ]);
  });

  it("has no line through one point", () => {
    expect(fittedSeries(curve, [taken(1, 12)], medianOf)).toEqual([]);
  });
});

describe("scaleMarkdown", () => {
  const host = {
    ...{ cpu: "a processor", cores: 2, memoryBytes: 2 ** 34, kernel: "6", node: "v24", commit: "abc", isDirty: false },
    ...{ diskSyncP50Ms: 0.2, diskSyncP99Ms: 1, loadBefore: 0, startedAt: "2001-01-01T00:00:00Z" },
  };

  it("shows each point, and the model", () => {
    const page = scaleMarkdown(fitted([taken(1, 12), taken(11, 32)]), { command: "c", host, rounds: 1, isQuick: false });
    expect(page).toContain("| keys | 1 | 11 | model |");
    expect(page).toContain("| CPU, s | 12 (12–12) | 32 (32–32) | 10 + 2 × keys (R² 1.00) |");
  });

  it("draws a panel of each series, with its model", () => {
    expect(scalePlot(fitted([taken(1, 12), taken(11, 32)]))).toContain("10 + 2 × keys (R² 1.00)");
  });
});

describe("modelText", () => {
  it("names what the model is linear in, and leaves out a constant that is none", () => {
    const [series] = fittedSeries(
      { ...curve, series: [{ key: "cpu", name: "s", basis: { words: "one over n", of: (n) => 1 / n } }] },
      [taken(1, 8), taken(4, 2)],
      medianOf,
    );
    expect(series && modelText(series, "n")).toBe("8 × one over n (R² 1.00)");
  });
});

describe("withSection", () => {
  it("puts it between the marks and leaves the rest", () => {
    const page = "a\n<!-- bench figures -->\nold\n<!-- end of bench figures -->\nb\n";
    expect(withSection(page, "new")).toBe("a\n<!-- bench figures -->\n\nnew\n\n<!-- end of bench figures -->\nb\n");
    expect(() => withSection("a", "new")).toThrow(/needs <!-- bench figures -->/);
  });
});
