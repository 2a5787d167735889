import { describe, expect, it } from "@jest/globals";
import type { Measurement } from "../load.ts";
import type { Ratio } from "../versus/ratios.ts";
import { curvePlot } from "./curve-plot.ts";
import { logAxis, shortNumber } from "./log-axis.ts";
import { performancePlot } from "./performance-plot.ts";
import { ratioPlot } from "./ratio-plot.ts";
import { svgOf, text } from "./svg.ts";

const row: Ratio["row"] = { id: "1", what: "a < b", ours: ["l", "m"], theirs: ["l", "m"], goals: [] };
const ratioOf = (of: Partial<Ratio>): Ratio => ({
  ...{ row, goal: { figure: "records/s", atLeast: 2 }, ours: 1, theirs: 1, ratio: 3, spread: [2.5, 4], isReached: true },
  ...of,
});
/** Attribute of the one element that has all of these. */
function attributeOf(svg: string, marks: readonly string[], name: string): number {
  const found = svg.split("\n").filter((element) => marks.every((mark) => element.includes(mark)));
  expect(found).toHaveLength(1);
  return Number(new RegExp(` ${name}="([^"]*)"`).exec(found[0] ?? "")?.[1]);
}

describe("logAxis", () => {
  it("has values between two ticks, and equal ratios equally far apart", () => {
    const { place, ticks } = logAxis({ values: [0.13, 12], from: 0, to: 100, gapMin: 10 });
    expect([ticks[0]?.value, ticks.at(-1)?.value]).toEqual([0.1, 20]);
    expect(place(1) - place(0.5)).toBeCloseTo(place(4) - place(2));
    expect(ticks.every(({ at }, index) => index === 0 || at - (ticks[index - 1]?.at ?? 0) >= 10)).toBe(true);
  });

  it.each([[[]], [[5]], [[1, 1e12]], [[0, -1, 3, 4]]])("takes %j", (values) => {
    const { place, ticks } = logAxis({ values, from: 100, to: 0, gapMin: 20 });
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    for (const value of values) expect(place(value)).toBeGreaterThanOrEqual(0);
  });
});

describe("shortNumber", () => {
  it.each([
    [0.4, "0.4"],
    [1_500, "1.5k"],
    [2e7, "20M"],
    [0.123_456, "0.123"],
  ])("%d is %s", (value, short) => {
    expect(shortNumber(value)).toBe(short);
  });
});

describe("svgOf", () => {
  it("keeps what is named apart from markup", () => {
    expect(svgOf({ width: 1, height: 1, title: "a & b", parts: [text(0, 0, '<"')] })).toContain("&lt;&quot;</text>");
  });
});

describe("ratioPlot", () => {
  it("has the spread around the ratio, on the axis of the goal", () => {
    const svg = ratioPlot([ratioOf({})], "t");
    const mark = attributeOf(svg.slice(svg.indexOf("records/s")), ["<circle"], "cx");
    const spread = ["<line", "c0 line"];
    const goal = attributeOf(svg.slice(svg.indexOf("records/s")), ["<line", 'class="goal"'], "x1");
    expect(attributeOf(svg, spread, "x1")).toBeLessThan(mark);
    expect(attributeOf(svg, spread, "x2")).toBeGreaterThan(mark);
    expect(goal).toBeLessThan(attributeOf(svg, spread, "x1"));
  });

  it.each([
    [{ figure: "records/s", atLeast: 2 }, "right"],
    [{ figure: "records/s", atMost: 2 }, "left"],
  ] as const)("shades where %j is reached: %s of it", (goal, side) => {
    const svg = ratioPlot([ratioOf({ goal })], "t");
    const line = attributeOf(svg.slice(svg.indexOf("records/s")), ["<line", 'class="goal"'], "x1");
    const [from, width] = [attributeOf(svg, ["<rect", 'class="band"'], "x"), attributeOf(svg, ["<rect", 'class="band"'], "width")];
    expect(width).toBeGreaterThan(10);
    expect(side === "right" ? from : from + width).toBeCloseTo(line, 0);
  });

  it.each([
    [{}, "c0 mark"],
    [{ spread: [1, 4] as const }, "c4 hollow"],
    [{ ratio: 1, spread: [0.5, 1.5] as const, isReached: false }, "c1 hollow"],
  ])("shows how %j stands to the goal", (of, look) => {
    expect(ratioPlot([ratioOf(of)], "t").split("records/s")[1]).toContain(look);
  });
});

describe("performancePlot", () => {
  it("leaves out what was wrong", () => {
    const load: Measurement = { name: "good", settings: {}, records: 10, seconds: 1, verified: "", problems: [] };
    const svg = performancePlot([load, { ...load, name: "bad", problems: ["lost"] }]);
    expect(svg).toContain(">good<");
    expect(svg).not.toContain(">bad<");
  });
});

describe("curvePlot", () => {
  it("draws what grows in proportion as a straight line, and its points on it", () => {
    const points = [1, 10, 100].map((x) => ({ x, y: 3 * x }));
    const svg = curvePlot("t", [{ title: "p", x: "n", series: [{ name: "s", points, model: (x) => 3 * x }] }]);
    const line =
      /points="([^"]*)"/
        .exec(svg)?.[1]
        ?.split(" ")
        .map((point) => point.split(",").map(Number)) ?? [];
    const [first, middle, last] = [line[0], line[line.length >> 1], line.at(-1)].map(([x = 0, y = 0] = []) => ({ x, y }));
    expect(((first?.y ?? 0) + (last?.y ?? 0)) / 2).toBeCloseTo(middle?.y ?? 0, 0);
    expect([...svg.matchAll(/<circle cx="([^"]*)" cy="([^"]*)"/g)].slice(0, 3).map(([, x]) => Number(x))).toContain(middle?.x);
  });
});
