import { describe, expect, it } from "@jest/globals";
import type { Panel } from "../dashboard.ts";
import type { Series } from "../series.ts";
import { drawDashboard } from "./draw-dashboard.ts";

const PLACE = { x: 0, y: 1, w: 8, h: 8 };
const [FROM, TO] = [1_000, 1_600];

function drawn(panel: Partial<Panel>, series: readonly Series[]): string {
  const whole: Panel = {
    title: "Panel <1>",
    type: "timeseries",
    unit: "short",
    isStacked: false,
    place: PLACE,
    queries: [{ expression: "x", legend: "{{topic}}" }],
    ...panel,
  };
  return drawDashboard({ title: "D", rows: [], panels: [{ panel: whole, series: [series] }], from: FROM, to: TO });
}

const rising: Series = {
  labels: { topic: "flights" },
  points: Array.from({ length: 61 }, (_, index) => [FROM + index * 10, index / 6] as const),
};

describe("drawDashboard", () => {
  it("draws a line per series, names it by its legend and says how high the axis goes", () => {
    const picture = drawn({}, [rising]);
    expect(picture.match(/<polyline/g)).toHaveLength(1);
    expect(picture).toContain(">flights</text>");
    expect(picture).toContain(">10</text>");
    expect(picture).toContain("Panel &lt;1&gt;");
  });

  it("breaks a line where nothing was measured", () => {
    const broken = { ...rising, points: [[FROM, 1], [1_010, 1], [1_500, 1], [1_510, 1]] as const }; // prettier-ignore
    expect(drawn({}, [broken]).match(/<polyline/g)).toHaveLength(2);
  });

  it("shows the greatest of many series and counts the others", () => {
    const many = Array.from({ length: 11 }, (_, index) => ({ labels: { topic: `t${index}` }, points: [[FROM, index], [TO, index]] as const })); // prettier-ignore
    const picture = drawn({ place: { ...PLACE, w: 24 } }, many);
    expect(picture).toContain(">t10</text>");
    expect(picture).not.toContain(">t2</text>");
    expect(picture).toContain(">+3</text>");
  });

  it("leaves out of a table what is not there any more", () => {
    const gone = { labels: { topic: "old" }, points: [[FROM, 7]] as const };
    const picture = drawn({ type: "table" }, [rising, gone]);
    expect(picture).toContain(">flights</text>");
    expect(picture).not.toContain(">old</text>");
  });

  it("says so where a query gave nothing", () => {
    expect(drawn({}, [])).toContain(">no data</text>");
    expect(drawn({ type: "heatmap" }, [{ labels: {}, points: [] }])).toContain(">no data</text>");
    expect(drawn({}, [rising])).not.toContain("no data");
  });
});
