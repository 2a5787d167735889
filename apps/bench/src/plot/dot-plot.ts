import { logAxis } from "./log-axis.ts";
import { circle, line, svgOf, text, widthOf } from "./svg.ts";

/** One figure, or the two ends of a span of them, for each thing that is named. */
export interface Panel {
  readonly title: string;
  /** By name; absent: has none. */
  readonly values: ReadonlyMap<string, readonly number[]>;
}

const WIDTH = 960;
const LINE = 20;
const TOP = 74;
const MARGIN = 16;
const GAP = 34;

/** Names at the left, and beside them panels with an axis each. */
export function dotPlot({
  title,
  names,
  panels,
}: {
  readonly title: string;
  readonly names: readonly string[];
  readonly panels: readonly Panel[];
}): string {
  const left = MARGIN + Math.max(0, ...names.map((name) => widthOf(name))) + 12;
  const height = TOP + names.length * LINE + 34;
  const width = (WIDTH - left - MARGIN - GAP * (panels.length - 1)) / Math.max(panels.length, 1);
  const parts = [
    text(MARGIN, 24, title, { "font-size": 15, "font-weight": 600 }),
    ...names.flatMap((name, index) => {
      const y = TOP + (index + 0.5) * LINE;
      return [line([MARGIN, y], [WIDTH - MARGIN, y], { class: "grid", "stroke-dasharray": "1 3" }), text(MARGIN, y + 4, name)];
    }),
    ...panels.flatMap((panel, index) =>
      panelParts(panel, names, { from: left + index * (width + GAP), width, colour: `c${index}`, height }),
    ),
  ];
  return svgOf({ width: WIDTH, height, title, parts });
}

function panelParts(
  { title, values }: Panel,
  names: readonly string[],
  { from, width, colour, height }: { readonly from: number; readonly width: number; readonly colour: string; readonly height: number },
): string[] {
  const { ticks, place } = logAxis({ values: [...values.values()].flat(), from: from + 4, to: from + width - 4, gapMin: 32 });
  return [
    text(from, TOP - 26, title, { "font-weight": 600, class: `${colour} ink` }),
    ...ticks.flatMap(({ at, label }) => [
      line([at, TOP - 4], [at, height - 30], { class: "grid" }),
      ...[TOP - 8, height - 14].map((y) => text(at, y, label, { "text-anchor": "middle", class: "faint", "font-size": 11 })),
    ]),
    ...names.flatMap((name, index) => {
      const y = TOP + (index + 0.5) * LINE;
      const own = (values.get(name) ?? []).map(place);
      const span =
        own.length < 2 ? [] : [line([Math.min(...own), y], [Math.max(...own), y], { class: `${colour} line`, "stroke-width": 3 })];
      return [...span, ...own.map((x) => circle(x, y, { r: 4.5, class: `${colour} mark` }))];
    }),
  ];
}
