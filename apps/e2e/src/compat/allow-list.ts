import type { Check } from "./check-report.ts";

/** Known failures of a client's own suite: name of the check → why. */
export type AllowList = ReadonlyMap<string, string>;

/** One entry a line, `name of the test  # reason`; lines that begin with # are comments. An entry without a reason is refused. */
export function parseAllowList(text: string, file: string): AllowList {
  const entries = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [name = "", ...reason] = line.split("  # ");
    if (reason.join("").trim() === "") throw new Error(`an allowed failure needs a reason: "name  # reason" file=${file} line=${line}`);
    entries.set(name.trim(), reason.join("  # ").trim());
  }
  return entries;
}

/**
 * What counts after the allow-list: a failure that is listed passes as known; a listed test that passes, or that was not run, is itself a failure, since the
 * list would otherwise hide the next one.
 */
export function applyAllowList(checks: readonly Check[], allowed: AllowList): readonly Check[] {
  const seen = new Set(checks.map(({ name }) => name));
  const judged = checks.map((check): Check => {
    const reason = allowed.get(check.name);
    if (reason === undefined) return check;
    if (check.error === null) return { ...check, error: `it passes now: take it off the allow-list (${reason})` };
    return { ...check, name: `${check.name} (known failure: ${reason})`, error: null };
  });
  const missing = [...allowed.keys()].filter((name) => !seen.has(name));
  return [...judged, ...missing.map((name) => ({ name, error: "it is on the allow-list, but there is no such test", seconds: 0 }))];
}
