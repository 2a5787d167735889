export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface TextOptions {
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly weight?: "bold";
  /** Letters at most; longer ones end in dots. */
  readonly lettersMax?: number;
}

/** A line of text at a place. */
export function text(words: string, [x, y]: readonly [number, number], options: TextOptions = {}): string {
  const { size, fill, anchor, weight, lettersMax = Infinity } = options;
  const shown = words.length > lettersMax ? `${words.slice(0, lettersMax - 1)}…` : words;
  const attributes = [
    ...(size === undefined ? [] : [` font-size="${size}"`]),
    ...(fill === undefined ? [] : [` fill="${fill}"`]),
    ...(anchor === undefined ? [] : [` text-anchor="${anchor}"`]),
    ...(weight === undefined ? [] : [` font-weight="${weight}"`]),
  ];
  return `<text x="${tenths(x)}" y="${tenths(y)}"${attributes.join("")}>${escaped(shown)}</text>`;
}

export function rectangle({ x, y, width, height }: Box, fill: string, more = ""): string {
  return `<rect x="${tenths(x)}" y="${tenths(y)}" width="${tenths(width)}" height="${tenths(height)}" fill="${fill}"${more}/>`;
}

/** A tenth of a pixel is enough, and short. */
export function tenths(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
