/** A picture: its parts, each drawn over those before it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly parts: readonly string[];
}

type Attributes = Readonly<Record<string, string | number>>;

/** An SVG that stands by itself, on a ground of its own: it follows the reader's scheme of colours, so that light and dark pages get what is legible. */
export function svgOf({ width, height, title, parts }: Picture): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${at(width)} ${at(height)}" width="${at(width)}" height="${at(height)}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    rectangle({ x: 0, y: 0, width, height, class: "ground" }),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

/** Classes instead of colours: `ground`, `text`, `faint` (text), `halo` (text over lines), `grid`, `axis`, `c0` … `c5` (colours that those who see few of them can tell apart). */
const STYLE = `
.ground { fill: #ffffff } .halo { paint-order: stroke; stroke: #ffffff; stroke-width: 5px } .text { fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #dde2e7 } .axis { stroke: #59636e } .goal { stroke: #1f2328 } .band { fill: #1f2328; fill-opacity: 0.06 }
.c0 { --c: #0063a6 } .c1 { --c: #c2410c } .c2 { --c: #047857 } .c3 { --c: #a21caf } .c4 { --c: #8a6d00 } .c5 { --c: #475569 }
.line { stroke: var(--c); fill: none } .mark { fill: var(--c); stroke: var(--c) } .hollow { fill: #ffffff; stroke: var(--c) } .ink { fill: var(--c) }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } .text { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #2a313c } .axis { stroke: #9198a1 } .goal { stroke: #e6edf3 } .band { fill: #e6edf3; fill-opacity: 0.1 }
.c0 { --c: #58a6ff } .c1 { --c: #ff9357 } .c2 { --c: #3fd08f } .c3 { --c: #e38bf0 } .c4 { --c: #e3c14b } .c5 { --c: #a3b1c2 } .hollow { fill: #0d1117 } .halo { stroke: #0d1117 }
}
`;

/** How many colours there are. */
export const COLOURS = 6;

export function text(x: number, y: number, what: string, attributes: Attributes = {}): string {
  return `<text${attributesOf({ x, y, class: "text", ...attributes })}>${escaped(what)}</text>`;
}

export function line(from: readonly [x: number, y: number], to: readonly [x: number, y: number], attributes: Attributes): string {
  return `<line${attributesOf({ x1: from[0], y1: from[1], x2: to[0], y2: to[1], ...attributes })}/>`;
}

export function circle(x: number, y: number, attributes: Attributes): string {
  return `<circle${attributesOf({ cx: x, cy: y, ...attributes })}/>`;
}

export function rectangle(attributes: Attributes): string {
  return `<rect${attributesOf(attributes)}/>`;
}

export function polyline(points: readonly (readonly [x: number, y: number])[], attributes: Attributes): string {
  return `<polyline${attributesOf({ points: points.map(([x, y]) => `${at(x)},${at(y)}`).join(" "), ...attributes })}/>`;
}

/** How wide a text of 12 px is drawn at most, for leaving room: no font is at hand to ask. */
export function widthOf(what: string, fontSize = 12): number {
  return what.length * fontSize * 0.56;
}

function attributesOf(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${typeof value === "number" ? at(value) : escaped(value)}"`)
    .join("");
}

/** A tenth of a pixel is enough, and keeps the difference between two runs small. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(what: string): string {
  return what.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
