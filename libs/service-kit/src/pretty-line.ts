const HIDDEN = new Set(["level", "time", "event", "component", "error"]);
const COLOURS: Readonly<Record<string, string>> = { debug: "\u001b[2m", info: "\u001b[36m", warn: "\u001b[33m", error: "\u001b[31m" };
const RESET = "\u001b[0m";

/** A JSON log line as a person reads it: time, level, component, event, values; a stack on lines of its own. */
export function formatPretty(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const level = textOf(entry["level"]);
  const values = Object.entries(entry)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => `${key}=${textOf(value)}`);
  const { code, message, stack } = (typeof entry["error"] === "object" ? (entry["error"] ?? {}) : { message: entry["error"] }) as Record<
    string,
    unknown
  >;
  if (message !== undefined) values.push(`error="${textOf(message)}"`);
  if (code !== undefined) values.push(`[${textOf(code)}]`);
  const head = `${textOf(entry["time"]).slice(11, 23)} ${COLOURS[level] ?? ""}${level.padEnd(5)}${RESET} ${textOf(entry["component"]).padEnd(11)}`;
  const tail = stack === undefined ? "" : `\n${textOf(stack)}`;
  return `${[head, textOf(entry["event"]), ...values].join(" ")}${tail}\n`;
}

/** Values of a parsed JSON line: never undefined where this is asked. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
