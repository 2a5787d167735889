import type { Dashboard, Panel } from "../dashboard.ts";
import type { PanelData } from "../panel-data.ts";
import { drawGraph, type NamedSeries } from "./draw-graph.ts";
import { drawHeatmap } from "./draw-heatmap.ts";
import { formatValue } from "./format-value.ts";
import { nameSeries } from "./name-series.ts";
import { type Box, rectangle, text } from "./svg-words.ts";

export interface Picture {
  readonly title: string;
  readonly rows: Dashboard["rows"];
  readonly panels: readonly PanelData[];
  readonly from: number;
  readonly to: number;
}

const COLUMN_WIDTH = 48;
const ROW_HEIGHT = 22;
const GAP = 6;
const HEAD = 34;
const TITLE_HEIGHT = 20;
const TABLE_LINE = 14;

/** A dashboard as Grafana lays it out, drawn of what the panels' own queries gave. */
export function drawDashboard(picture: Picture): string {
  const bottom = Math.max(...picture.panels.map(({ panel: { place } }) => place.y + place.h));
  const [width, height] = [24 * COLUMN_WIDTH + GAP, HEAD + bottom * ROW_HEIGHT + GAP];
  const minutes = Math.round((picture.to - picture.from) / 60);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    rectangle({ x: 0, y: 0, width, height }, "#f4f5f5"),
    text(picture.title, [GAP * 2, 23], { size: 15, weight: "bold" }),
    text(`${minutes} minutes`, [width - GAP * 2, 23], { anchor: "end", fill: "#777777" }),
    ...picture.rows.map(({ title, place }) => text(title, [GAP * 2, HEAD + (place.y + 1) * ROW_HEIGHT - 6], { size: 13, weight: "bold" })),
    ...picture.panels.map((data) => drawPanel(data, picture)),
    "</svg>\n",
  ].join("\n");
}

function drawPanel({ panel, series }: PanelData, { from, to }: Picture): string {
  const { x, y, w, h } = panel.place;
  const box: Box = { x: x * COLUMN_WIDTH + GAP, y: y * ROW_HEIGHT + HEAD, width: w * COLUMN_WIDTH - GAP, height: h * ROW_HEIGHT - GAP };
  const inner: Box = { x: box.x, y: box.y + TITLE_HEIGHT + 4, width: box.width, height: box.height - TITLE_HEIGHT - 4 };
  const named = series.flatMap((all, index) =>
    all.map((one): NamedSeries => ({ ...one, name: nameSeries(one, panel.queries[index]?.legend ?? "") })),
  );
  const title = text(panel.title, [box.x + 8, box.y + 15], { weight: "bold", lettersMax: Math.floor(box.width / 6.5) });
  return [rectangle(box, "#ffffff", ' stroke="#dddddd"'), title, drawBody(panel, named, { inner, from, to })].join("");
}

function drawBody(
  panel: Panel,
  series: readonly NamedSeries[],
  of: { readonly inner: Box; readonly from: number; readonly to: number },
): string {
  const { inner, from, to } = of;
  const nowThere = series.filter(({ points }) => (points.at(-1)?.[0] ?? 0) > to - (to - from) / 50);
  if (panel.type === "stat") return drawStat(panel, nowThere, inner);
  if (panel.type === "table") return drawTable(panel, nowThere, inner);
  if (series.every(({ points }) => points.length === 0)) return drawNothing(inner);
  if (panel.type === "heatmap") return drawHeatmap(series, inner, { from, to });
  return drawGraph(series, inner, { unit: panel.unit, isStacked: panel.isStacked, from, to });
}

function drawNothing({ x, y, width, height }: Box): string {
  return text("no data", [x + width / 2, y + height / 2], { anchor: "middle", fill: "#777777" });
}

function drawStat({ unit }: Panel, series: readonly NamedSeries[], { x, y, width, height }: Box): string {
  const value = series[0]?.points.at(-1)?.[1];
  const words = value === undefined ? "–" : formatValue(value, unit);
  return text(words, [x + width / 2, y + height / 2 + 8], { size: 24, anchor: "middle", fill: "#2c7a3f" });
}

function drawTable({ unit }: Panel, series: readonly NamedSeries[], { x, y, width, height }: Box): string {
  const rows = series
    .flatMap(({ name, points }) => {
      const value = points.at(-1)?.[1];
      return value === undefined ? [] : [{ name, value }];
    })
    .sort((one, other) => other.value - one.value);
  const room = Math.floor((height - 8) / TABLE_LINE);
  const shown = rows.slice(0, rows.length > room ? room - 1 : room);
  const lines = shown.map(({ name, value }, index) => {
    const line = y + 10 + index * TABLE_LINE;
    return (
      text(name, [x + 8, line], { lettersMax: Math.floor(width / 8) }) +
      text(formatValue(value, unit), [x + width - 8, line], { anchor: "end" })
    );
  });
  const more = rows.length - shown.length;
  return [...lines, more > 0 ? text(`and ${more} more`, [x + 8, y + 10 + shown.length * TABLE_LINE], { fill: "#777777" }) : ""].join("\n");
}
