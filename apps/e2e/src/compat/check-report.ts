/** One thing that a client was seen doing, or not doing. */
export interface Check {
  readonly name: string;
  /** Why it failed; null when it did not. */
  readonly error: string | null;
  readonly seconds: number;
}

/**
 * Reads what a script printed: each line that is `{"check": …}` is a check, all others are a client's chatter. A script that reports nothing, or that ended
 * badly with every check passed, has failed as a whole: what it would still have checked is not known.
 */
export function readChecks(stdout: string, exit: { readonly ok: boolean; readonly what: string }): readonly Check[] {
  const checks = stdout.split("\n").flatMap((line) => {
    const check = parseCheck(line);
    return check === undefined ? [] : [check];
  });
  if (checks.length === 0) return [{ name: "the script", error: `it reported no check; ${exit.what}`, seconds: 0 }];
  if (!exit.ok && checks.every(({ error }) => error === null))
    return [...checks, { name: "the script's end", error: exit.what, seconds: 0 }];
  return checks;
}

function parseCheck(line: string): Check | undefined {
  if (!line.startsWith("{")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("check" in value) || typeof value.check !== "string") return undefined;
  const error = "error" in value && typeof value.error === "string" ? value.error : null;
  const seconds = "seconds" in value && typeof value.seconds === "number" ? value.seconds : 0;
  return { name: value.check, error, seconds };
}
