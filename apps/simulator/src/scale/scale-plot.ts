import type { SizeFigures } from "./measure-size.ts";

interface Series {
  readonly name: string;
  readonly of: (size: SizeFigures) => number;
}

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

const PANELS: readonly Panel[] = [
  {
    title: "bytes of a change, to each broker",
    series: [
      { name: "create topic", of: ({ changes }) => changes["create topic"].bytes },
      { name: "in-sync set", of: ({ changes }) => changes["in-sync set"].bytes },
      { name: "leader", of: ({ changes }) => changes.leader.bytes },
    ],
  },
  {
    title: "milliseconds",
    series: [
      { name: "killed broker: all know", of: ({ killed }) => killed.cost.knownMs },
      { name: "broker without power: all know", of: ({ powerLost }) => powerLost.cost.knownMs },
      { name: "killed broker: coordinator's CPU", of: ({ killed }) => killed.cost.coordinatorCpuMs },
      { name: "take-over", of: ({ takeover }) => takeover.ms },
      { name: "one in-sync set: coordinator's CPU", of: ({ changes }) => changes["in-sync set"].coordinatorCpuMs },
    ],
  },
];

const PANEL = { width: 420, height: 300, left: 56, top: 34, gap: 60 };
const LEGEND_LINE = 16;
const COLORS = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e"];

/** What a reader of dark pages sees instead. */
const DARK = `<style>@media (prefers-color-scheme: dark) { rect { fill: #0d1117 } text { fill: #e6edf3 } [stroke="#dddddd"] { stroke: #2a313c } [stroke="#1f77b4"] { stroke: #58a6ff } [stroke="#d62728"] { stroke: #ff7b72 } [stroke="#2ca02c"] { stroke: #3fd08f } [stroke="#9467bd"] { stroke: #d2a8ff } [stroke="#ff7f0e"] { stroke: #ffa657 } }</style>`;

/** The growth, both axes logarithmic; solid lines are many small topics, dashed ones ten wide topics. */
export function plotOf(figures: readonly SizeFigures[]): string {
  const width = PANELS.length * (PANEL.left + PANEL.width) + PANEL.gap;
  const height = PANEL.top + PANEL.height + 60 + Math.max(...PANELS.map(({ series }) => series.length)) * LEGEND_LINE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    DARK,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...PANELS.map((panel, index) => drawPanel(panel, figures, index * (PANEL.left + PANEL.width))),
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel({ title, series }: Panel, figures: readonly SizeFigures[], x: number): string {
  const sizes = [...new Set(figures.map(({ partitions }) => partitions))].sort((a, b) => a - b);
  const values = figures.flatMap((size) => series.map(({ of }) => of(size))).filter((value) => value > 0);
  const across = scale(sizes, { from: x + PANEL.left + 12, to: x + PANEL.left + PANEL.width - 40 });
  const up = scale(decades(values), { from: PANEL.top + PANEL.height, to: PANEL.top });
  const lines = series.flatMap(({ of }, index) =>
    (["many", "wide"] as const).map((shape) => {
      const points = figures.filter((size) => size.shape === shape).map((size) => `${across(size.partitions)},${up(of(size))}`);
      const dash = shape === "wide" ? ' stroke-dasharray="5 4"' : "";
      return `<polyline fill="none" stroke="${COLORS[index] ?? "#000000"}" stroke-width="1.6"${dash} points="${points.join(" ")}"/>`;
    }),
  );
  const [left, right, bottom] = [x + PANEL.left, x + PANEL.left + PANEL.width - 40, PANEL.top + PANEL.height];
  const grid = decades(values).map(
    (value) =>
      `<line x1="${left}" x2="${right}" y1="${up(value)}" y2="${up(value)}" stroke="#dddddd"/><text x="${left - 6}" y="${up(value) + 4}" text-anchor="end">${short(value)}</text>`,
  );
  const marks = sizes.map((size) => `<text x="${across(size)}" y="${bottom + 18}" text-anchor="middle">${short(size)}</text>`);
  const legend = series.map(({ name }, index) => {
    const y = bottom + 54 + index * LEGEND_LINE;
    return `<line x1="${left}" x2="${left + 20}" y1="${y - 4}" y2="${y - 4}" stroke="${COLORS[index] ?? "#000000"}" stroke-width="2"/><text x="${left + 26}" y="${y}">${name}</text>`;
  });
  const titles = [
    `<text x="${left}" y="20" font-size="13">${title}</text>`,
    `<text x="${(left + right) / 2}" y="${bottom + 34}" text-anchor="middle">partitions (solid: topics of 10; dashed: 10 topics)</text>`,
  ];
  return [...grid, ...marks, ...lines, ...legend, ...titles].join("\n");
}

/** From a logarithm to a place. */
function scale(values: readonly number[], { from, to }: { readonly from: number; readonly to: number }): (value: number) => number {
  const [least, most] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  return (value) => Math.round((from + ((Math.log10(value) - least) / Math.max(1e-9, most - least)) * (to - from)) * 10) / 10;
}

function decades(values: readonly number[]): number[] {
  const [least, most] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  return Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index));
}

function short(value: number): string {
  return value >= 1_000 ? `${value / 1_000}k` : String(Math.round(value * 1_000) / 1_000);
}
