import { type LogAxis, logAxis } from "./log-axis.ts";
import { circle, COLOURS, line, polyline, svgOf, text } from "./svg.ts";

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** The line through them; drawn over the whole span of the points. */
  readonly model?: (x: number) => number;
}

/** How something grows: both axes are logarithmic, so that what grows in proportion is a line of 45 degrees. */
export interface CurvePanel {
  readonly title: string;
  readonly x: string;
  readonly series: readonly Series[];
  /** Below the legend: the model, say. */
  readonly note?: string;
}

const COLUMNS = 2;
const PANEL_WIDTH = 480;
const PLOT_HEIGHT = 220;
const LEFT = 56;
const TOP = 44;
/** Of its first line, below the axis. */
const LEGEND = 54;
const LEGEND_LINE = 16;
const HEAD = 40;
const MODEL_STEPS = 48;

/** Panels two in a row: measured points, and the model as a line through them. */
export function curvePlot(title: string, panels: readonly CurvePanel[]): string {
  const rows = Array.from({ length: Math.ceil(panels.length / COLUMNS) }, (_, row) => panels.slice(row * COLUMNS, (row + 1) * COLUMNS));
  const parts = [text(16, 24, title, { "font-size": 15, "font-weight": 600 })];
  let y = HEAD;
  for (const row of rows) {
    for (const [column, panel] of row.entries()) parts.push(...panelParts(panel, column * PANEL_WIDTH, y));
    y += TOP + PLOT_HEIGHT + 62 + Math.max(...row.map(({ series, note }) => series.length + (note === undefined ? 0 : 1))) * LEGEND_LINE;
  }
  return svgOf({ width: PANEL_WIDTH * COLUMNS, height: y, title, parts });
}

function panelParts({ title, x: xName, series, note }: CurvePanel, left: number, top: number): string[] {
  const points = series.flatMap((each) => each.points);
  const [from, to, floor] = [left + LEFT, left + PANEL_WIDTH - 24, top + TOP + PLOT_HEIGHT];
  const x = logAxis({ values: points.map((point) => point.x), from: from + 8, to: to - 8, gapMin: 44 });
  const y = logAxis({ values: points.map((point) => point.y), from: floor, to: top + TOP, gapMin: 22 });
  return [
    text(left + 16, top + 24, title, { "font-weight": 600 }),
    ...x.ticks.flatMap(({ at, label }) => [
      line([at, top + TOP], [at, floor], { class: "grid" }),
      text(at, floor + 16, label, { "text-anchor": "middle", class: "faint" }),
    ]),
    ...y.ticks.flatMap(({ at, label }) => [
      line([from, at], [to, at], { class: "grid" }),
      text(from - 6, at + 4, label, { "text-anchor": "end", class: "faint" }),
    ]),
    line([from, floor], [to, floor], { class: "axis" }),
    text((from + to) / 2, floor + 34, xName, { "text-anchor": "middle", class: "faint" }),
    ...(note === undefined ? [] : [text(from + 16, floor + LEGEND + series.length * LEGEND_LINE, note, { class: "faint" })]),
    ...series.flatMap((each, index) =>
      seriesParts(each, { x, y, colour: `c${index % COLOURS}`, legend: [from, floor + LEGEND + index * LEGEND_LINE] }),
    ),
  ];
}

function seriesParts(
  { name, points, model }: Series,
  {
    x,
    y,
    colour,
    legend,
  }: { readonly x: LogAxis; readonly y: LogAxis; readonly colour: string; readonly legend: readonly [number, number] },
): string[] {
  const ends = [Math.min(...points.map((point) => point.x)), Math.max(...points.map((point) => point.x))] as const;
  const between = Array.from({ length: MODEL_STEPS + 1 }, (_, step) => ends[0] * (ends[1] / ends[0]) ** (step / MODEL_STEPS));
  const line = (model === undefined ? points : between.map((at) => ({ x: at, y: model(at) }))).filter((point) => point.y > 0);
  return [
    polyline(
      line.map((point) => [x.place(point.x), y.place(point.y)]),
      { class: `${colour} line`, "stroke-width": 1.8, ...(model === undefined ? { "stroke-dasharray": "2 4" } : {}) },
    ),
    ...points.map((point) => circle(x.place(point.x), y.place(point.y), { r: 4, class: `${colour} mark` })),
    circle(legend[0] + 6, legend[1] - 4, { r: 4, class: `${colour} mark` }),
    text(legend[0] + 16, legend[1], name),
  ];
}
