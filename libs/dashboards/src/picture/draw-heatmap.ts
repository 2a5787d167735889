import type { Series } from "../series.ts";
import { formatValue } from "./format-value.ts";
import { type Box, rectangle, text } from "./svg-words.ts";

const AXIS_WIDTH = 52;
const COLUMNS = 60;

/** How many values were in which bucket when: darker is more. The series are a histogram's, cumulated, by `le`. */
export function drawHeatmap(series: readonly Series[], box: Box, { from, to }: { readonly from: number; readonly to: number }): string {
  const buckets = series
    .map(({ labels, points }) => ({ bound: Number(labels["le"] === "+Inf" ? Infinity : labels["le"]), points }))
    .sort((one, other) => one.bound - other.bound);
  const plot: Box = { x: box.x + AXIS_WIDTH, y: box.y, width: box.width - AXIS_WIDTH - 6, height: box.height - 6 };
  const rows = buckets.map(({ points }, index) => {
    const below = new Map(buckets[index - 1]?.points ?? []);
    const cells = new Array<number>(COLUMNS).fill(0);
    for (const [seconds, value] of points) {
      const column = Math.min(COLUMNS - 1, Math.floor((COLUMNS * (seconds - from)) / (to - from)));
      if (column >= 0) cells[column] = (cells[column] ?? 0) + Math.max(0, value - (below.get(seconds) ?? 0));
    }
    return cells;
  });
  const most = Math.max(...rows.flat(), Number.MIN_VALUE);
  const [width, height] = [plot.width / COLUMNS, plot.height / Math.max(1, rows.length)];
  const cells = rows.flatMap((row, index) =>
    row.map((value, column) => {
      if (value <= 0) return "";
      const cell = { x: plot.x + column * width, y: plot.y + plot.height - (index + 1) * height, width, height };
      return rectangle(cell, "#1f77b4", ` fill-opacity="${(0.15 + (0.85 * value) / most).toFixed(2)}"`);
    }),
  );
  const marks = buckets.flatMap(({ bound }, index) => {
    if (index % 3 !== 0 || bound === Infinity) return [];
    return [
      text(formatValue(bound, "s"), [plot.x - 4, plot.y + plot.height - index * height - 2], { size: 9, fill: "#777777", anchor: "end" }),
    ];
  });
  return [...cells, ...marks].join("");
}
