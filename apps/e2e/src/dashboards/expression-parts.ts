const COMPARISONS = /^(?:==|!=|>=|<=|>|<)(?:\s*bool\b)?/;
const SETS = /^(?:and|or|unless)\b/;
const MATCHING = /^\s*(?:on|ignoring)\s*\([^)]*\)(?:\s*group_(?:left|right)\s*(?:\([^)]*\))?)?/;
const NO_SERIES = /^[\d\s.+*/()e-]+$|^vector\(\s*[\d.]+\s*\)$/;

/**
 * What an alert compares: the sides of its comparisons and set operators, without numbers. Each must have series while all is well, or the alert is silent for the
 * wrong reason.
 */
export function expressionParts(expression: string): readonly string[] {
  const bare = withoutParentheses(expression.trim());
  const sides = splitOnce(bare, SETS) ?? splitOnce(bare, COMPARISONS);
  if (sides !== undefined) return sides.flatMap((side) => expressionParts(side));
  return NO_SERIES.test(bare) ? [] : [bare];
}

/** Both sides of the last operator of this kind that stands outside of brackets and strings. */
function splitOnce(text: string, operator: RegExp): readonly [string, string] | undefined {
  let found: { readonly at: number; readonly length: number } | undefined;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (char === '"') index = endOfString(text, index);
    else if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) depth--;
    else if (depth === 0) {
      const isWithinWord = index > 0 && /\w/.test(char) && /\w/.test(text.charAt(index - 1));
      const [match] = isWithinWord ? [] : (operator.exec(text.slice(index)) ?? []);
      if (match === undefined) continue;
      found = { at: index, length: match.length };
      index += match.length - 1;
    }
  }
  if (found === undefined) return undefined;
  return [text.slice(0, found.at), text.slice(found.at + found.length).replace(MATCHING, "")];
}

/** Without the pair of parentheses that is around all of it. */
function withoutParentheses(text: string): string {
  if (!text.startsWith("(")) return text;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (char === '"') index = endOfString(text, index);
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return index === text.length - 1 ? withoutParentheses(text.slice(1, -1).trim()) : text;
  }
  return text;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charAt(index) !== '"') index += text.charAt(index) === "\\" ? 2 : 1;
  return index;
}
