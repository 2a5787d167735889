import { verdictOf } from "../versus/report-versus.ts";
import type { Ratio } from "../versus/ratios.ts";
import { type LogAxis, logAxis, shortNumber } from "./log-axis.ts";
import { circle, line, rectangle, svgOf, text } from "./svg.ts";

const WIDTH = 960;
const FIGURES = 170;
const RIGHT = 190;
const HEADING = 26;
const LINE = 21;
const TOP = 88;
const MARGIN = 16;
/** A goal at the end of the axis would not show on which side of it it is reached. */
const BEYOND = 1.2;

/** Every goal on one axis: the ratio with the spread of its rounds, beside what is wanted. */
export function ratioPlot(ratios: readonly Ratio[], title: string): string {
  const groups = [...Map.groupBy(ratios, ({ row }) => `${row.id}  ${row.what}`)];
  const height = TOP + groups.length * HEADING + ratios.length * LINE + 40;
  const axis = logAxis({
    values: ratios
      .flatMap(({ ratio, spread, goal }) => [ratio, ...spread, (goal.atLeast ?? 1) * BEYOND, (goal.atMost ?? 1) / BEYOND])
      .concat(1),
    ...{ from: FIGURES + MARGIN, to: WIDTH - RIGHT, gapMin: 34 },
  });
  const parts = [...head(title), ...grid(axis, height)];
  let y = TOP;
  for (const [name, own] of groups) {
    y += HEADING;
    parts.push(text(MARGIN, y - 8, name, { class: "text halo", "font-weight": 600 }));
    for (const ratio of own) {
      parts.push(...goalLine(ratio, axis, y + LINE / 2));
      y += LINE;
    }
  }
  return svgOf({ width: WIDTH, height, title, parts });
}

/** Colour and shape of a verdict: either alone tells them apart. */
const LOOKS = {
  yes: { colour: "c0", mark: "mark", legend: "reached" },
  "within the spread": { colour: "c4", mark: "hollow", legend: "within the spread of the rounds" },
  no: { colour: "c1", mark: "hollow", legend: "not reached" },
} as const;

function head(title: string): string[] {
  const legend: string[] = [];
  let x = MARGIN;
  for (const { colour, mark, legend: words } of Object.values(LOOKS)) {
    legend.push(markOf(x + 6, 46, colour, mark), text(x + 18, 50, words));
    x += 34 + words.length * 6.6;
  }
  legend.push(line([x + 6, 38], [x + 6, 54], { class: "goal", "stroke-width": 2 }), text(x + 14, 50, "goal; shaded: where it is reached"));
  return [text(MARGIN, 24, title, { "font-size": 15, "font-weight": 600 }), ...legend];
}

function grid({ ticks }: LogAxis, height: number): string[] {
  return ticks.flatMap(({ at, value, label }) => [
    line([at, TOP - 6], [at, height - 30], { class: value === 1 ? "axis" : "grid" }),
    ...[TOP - 12, height - 14].map((y) => text(at, y, `${label}×`, { "text-anchor": "middle", class: value === 1 ? "text" : "faint" })),
  ]);
}

function goalLine(ratio: Ratio, { place, ticks }: LogAxis, y: number): string[] {
  const { goal, spread } = ratio;
  const { colour, mark } = LOOKS[verdictOf(ratio)];
  const wanted = place(goal.atLeast ?? goal.atMost ?? 1);
  const [left, right] = [ticks[0]?.at ?? 0, ticks.at(-1)?.at ?? 0];
  const band = goal.atLeast === undefined ? [left, wanted] : [wanted, right];
  const [from = 0, to = 0] = band;
  return [
    text(MARGIN + 12, y + 4, goal.figure, { class: "faint" }),
    rectangle({ x: from, y: y - LINE / 2 + 2, width: to - from, height: LINE - 4, class: "band" }),
    line([wanted, y - LINE / 2 + 2], [wanted, y + LINE / 2 - 2], { class: "goal", "stroke-width": 2 }),
    line([place(spread[0]), y], [place(spread[1]), y], { class: `${colour} line`, "stroke-width": 3, "stroke-linecap": "round" }),
    markOf(place(ratio.ratio), y, colour, mark),
    text(WIDTH - RIGHT + 16, y + 4, `${shortNumber(ratio.ratio)}×`, { class: `${colour} ink`, "font-weight": 600 }),
    text(WIDTH - RIGHT + 76, y + 4, goal.atLeast === undefined ? `goal ≤ ${goal.atMost ?? ""}×` : `goal ≥ ${goal.atLeast}×`, {
      class: "faint",
    }),
  ];
}

function markOf(x: number, y: number, colour: string, mark: string): string {
  return circle(x, y, { r: 5, class: `${colour} ${mark}`, "stroke-width": 2 });
}
