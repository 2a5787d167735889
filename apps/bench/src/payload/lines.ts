/** Words of a line. */
export const WORDS_PER_LINE = 10;

const VOCABULARY = 10_000;
const START_MS = Date.UTC(2001, 0, 1);

export interface TextShape {
  readonly wordsPerLine: number;
  /** Of event time. */
  readonly linesPerSecond: number;
}

const DENSE: TextShape = { wordsPerLine: WORDS_PER_LINE, linesPerSecond: 10_000 };

/** Line k of an endless text: words by Zipf's law, event times 10,000 lines to the second unless told. The same in every run. */
export function lineAt(
  k: number,
  { wordsPerLine, linesPerSecond }: TextShape = DENSE,
): { readonly text: string; readonly timestampMs: number } {
  const words: string[] = [];
  for (let i = 0; i < wordsPerLine; i++) words.push(wordOf(uniform(k * wordsPerLine + i)));
  return { text: words.join(" "), timestampMs: START_MS + Math.floor((k * 1_000) / linesPerSecond) };
}

/** Rank r has a share that falls as 1/r. */
function wordOf(u: number): string {
  return `w${Math.floor(VOCABULARY ** u)}`;
}

/** A number in [0, 1) from an index: splitmix's finisher on 32 bits. */
function uniform(index: number): number {
  let x = Math.imul(index + 1, 0x9e3779b9);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}
