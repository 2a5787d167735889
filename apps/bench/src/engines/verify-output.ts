import { readRecordFile } from "./record-file.ts";
import { CLOSING_KEY, type Prepared } from "./work.ts";

/** How values of one output are compared. */
export type Same = (expected: string, found: string) => boolean;

/** Numbers, separated by commas: a system may write 3 as 3.0. */
export const sameNumbers: Same = (expected, found) => {
  if (expected === found) return true;
  const [left, right] = [expected.split(","), found.split(",")];
  return left.length === right.length && left.every((number, index) => Number(number) === Number(right[index]));
};

/** Compares what a system wrote, as read into a file, with what was expected: each key once, with its value. Answers what is wrong, in words. */
export function verifyOutput(path: string, expected: ReadonlyMap<string, string>, isSame: Same = sameNumbers): string[] {
  const decoder = new TextDecoder();
  const seen = new Set<string>();
  const wrong = { "with another value": 0, "written more than once": 0, "not expected": 0, "without a key": 0 };
  for (const { key, value } of readRecordFile(path)) {
    if (key === undefined) {
      wrong["without a key"]++;
      continue;
    }
    const name = decoder.decode(key);
    if (name.startsWith(CLOSING_KEY)) continue;
    const wanted = expected.get(name);
    if (wanted === undefined) wrong["not expected"]++;
    else if (seen.has(name)) wrong["written more than once"]++;
    else {
      seen.add(name);
      if (!isSame(wanted, decoder.decode(value))) wrong["with another value"]++;
    }
  }
  const missing = expected.size - seen.size;
  return Object.entries({ missing, ...wrong }).flatMap(([what, count]) =>
    count > 0 ? [`${count} of ${expected.size} results are ${what}`] : [],
  );
}

/** The check of a work whose results have a key and numbers. */
export function checkOfKeyed(expected: ReadonlyMap<string, string>): Pick<Prepared, "results" | "verify" | "verified"> {
  return {
    results: expected.size,
    verify: (path) => verifyOutput(path, expected),
    verified: `each of ${expected.size.toLocaleString("en")} results once and equal to an independent computation`,
  };
}
