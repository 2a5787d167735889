/**
 * The part of a text at a node, with blanks before it so that its columns are those of the whole. Nodes of the parser end at their outermost operands: of
 * `(a) + b` the node begins at `a`. The brackets that are missing stand beside it.
 */
export function partAt(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  const plain = withoutStrings(text);
  let depth = 0;
  let least = 0;
  for (let index = start; index < end; index++) {
    if (plain[index] === "(") depth++;
    else if (plain[index] === ")") least = Math.min(least, --depth);
  }
  const from = moved(plain, { at: start - 1, step: -1, bracket: "(", count: -least }) + 1;
  const to = moved(plain, { at: end, step: 1, bracket: ")", count: depth - least });
  return text.slice(0, from).replaceAll(/[^\n]/g, " ") + text.slice(from, to);
}

/** Where one stands after so many brackets, with blanks between them. */
function moved(
  plain: string,
  walk: { readonly at: number; readonly step: 1 | -1; readonly bracket: "(" | ")"; readonly count: number },
): number {
  let at = walk.at;
  let left = walk.count;
  while (left > 0 && at >= 0 && at < plain.length) {
    if (plain[at] === walk.bracket) left--;
    at += walk.step;
  }
  return at;
}

/** The same length, with strings and comments blanked out: brackets in them are none. */
function withoutStrings(text: string): string {
  const strings = /\b[bB]?[rR]"[^"\n]*"|\b[bB]?[rR]'[^'\n]*'|"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*/g;
  return text.replaceAll(strings, (found) => " ".repeat(found.length));
}
