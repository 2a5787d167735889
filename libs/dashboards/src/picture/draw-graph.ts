import type { Point, Series } from "../series.ts";
import { formatValue } from "./format-value.ts";
import { type Box, rectangle, tenths, text } from "./svg-words.ts";

export interface NamedSeries extends Series {
  readonly name: string;
}

export interface GraphOptions {
  readonly unit: string;
  readonly isStacked: boolean;
  readonly from: number;
  readonly to: number;
}

const COLORS: readonly string[] = [
  "#1f77b4",
  "#ff7f0e",
  "#2ca02c",
  "#d62728",
  "#9467bd",
  "#8c564b",
  "#e377c2",
  "#7f7f7f",
  "#bcbd22",
  "#17becf",
];
const SERIES_MAX = 8;
const AXIS_WIDTH = 52;
const LEGEND_LINE = 12;
const LETTER_WIDTH = 5.2;
const GRAY = "#777777";

/** Lines over time with their legend; of many series the greatest. */
export function drawGraph(all: readonly NamedSeries[], box: Box, options: GraphOptions): string {
  const shown = [...all].sort((one, other) => greatest(other) - greatest(one)).slice(0, SERIES_MAX);
  const words = legendLines(
    shown.map(({ name }) => name),
    { width: box.width, more: all.length - shown.length },
  );
  const legendHeight = words.length * LEGEND_LINE;
  const plot: Box = { x: box.x + AXIS_WIDTH, y: box.y, width: box.width - AXIS_WIDTH - 6, height: box.height - legendHeight - 6 };
  const lines = options.isStacked ? stacked(shown) : shown;
  const top = Math.max(...lines.map(greatest), 0) || 1;
  const at = ([seconds, value]: Point): string => {
    const x = plot.x + (plot.width * (seconds - options.from)) / (options.to - options.from);
    const y = plot.y + plot.height * (1 - Math.max(0, value) / top);
    return `${tenths(x)},${Math.round(y)}`;
  };
  const drawn = lines.map(({ points }, index) => {
    const color = COLORS[index] ?? GRAY;
    return runsOf(points, (options.to - options.from) / 20)
      .map((run) => `<polyline fill="none" stroke="${color}" points="${run.map(at).join(" ")}"/>`)
      .join("");
  });
  return [axis(plot, formatValue(top, options.unit)), ...drawn, drawLegend(words, { x: box.x + 4, y: plot.y + plot.height + 14 })].join(
    "\n",
  );
}

function axis({ x, y, width, height }: Box, top: string): string {
  const lines = [0, 0.5, 1].map((share) => {
    return `<path d="M${tenths(x)} ${tenths(y + height * share)}h${tenths(width)}" stroke="#e0e0e0"/>`;
  });
  const small = { size: 9, fill: GRAY, anchor: "end" } as const;
  return [...lines, text(top, [x - 4, y + 7], small), text("0", [x - 4, y + height], small)].join("");
}

interface LegendEntry {
  readonly words: string;
  readonly color: string;
}

/** As many names to a line as there is room for, two lines at most. */
function legendLines(names: readonly string[], of: { readonly width: number; readonly more: number }): readonly (readonly LegendEntry[])[] {
  const entries = names.map((name, index) => ({ words: name === "" ? "value" : name, color: COLORS[index] ?? GRAY }));
  const lines: LegendEntry[][] = [[]];
  let used = 0;
  let left = of.more;
  for (const entry of entries) {
    const width = entryWidth(entry);
    if (used + width > of.width - 30 && used > 0) {
      if (lines.length === 2) {
        left++;
        continue;
      }
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(entry);
    used += width;
  }
  if (left > 0) lines.at(-1)?.push({ words: `+${left}`, color: "none" });
  return lines;
}

function drawLegend(lines: readonly (readonly LegendEntry[])[], { x, y }: { readonly x: number; readonly y: number }): string {
  return lines
    .map((line, row) => {
      let left = x;
      return line
        .map((entry) => {
          const place = left;
          left += entryWidth(entry);
          const height = y + row * LEGEND_LINE;
          const mark = entry.color === "none" ? "" : rectangle({ x: place, y: height - 6, width: 8, height: 3 }, entry.color);
          return mark + text(entry.words, [place + 11, height], { size: 9, fill: "#444444" });
        })
        .join("");
    })
    .join("\n");
}

function entryWidth({ words }: LegendEntry): number {
  return 20 + words.length * LETTER_WIDTH;
}

/** Each on top of those before it, at the times of all. */
function stacked(series: readonly NamedSeries[]): readonly NamedSeries[] {
  const sums = new Map<number, number>();
  return series.map((one) => ({
    ...one,
    points: one.points.map(([seconds, value]): Point => {
      const sum = (sums.get(seconds) ?? 0) + (Number.isFinite(value) ? value : 0);
      sums.set(seconds, sum);
      return [seconds, sum];
    }),
  }));
}

/** Parts without a gap. */
function runsOf(points: readonly Point[], gapSeconds: number): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run === undefined || last === undefined || point[0] - last[0] > gapSeconds) runs.push([point]);
    else run.push(point);
  }
  return runs;
}

function greatest({ points }: Series): number {
  return points.reduce((most, [, value]) => (Number.isFinite(value) ? Math.max(most, value) : most), 0);
}
