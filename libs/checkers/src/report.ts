import type { Verdict } from "./check-history.ts";
import type { Finding } from "./finding.ts";
import { encodeEvent } from "./history/json-lines.ts";
import { REPORT_NEIGHBOURS } from "./limits.ts";

const LINE_CHARACTERS_MAX = 240;

/** A verdict for people: counts, then each finding with the lines of the history that show it and the log around the place. */
export function formatVerdict(verdict: Verdict, options: { readonly findingsMax: number }): string {
  const { counts, findings, findingCounts } = verdict;
  const head = [
    `${counts.operations} operations of ${counts.processes} processes (${counts.ok} ok, ${counts.failed} failed, ${counts.unknown} unknown)`,
    `${counts.acknowledged} values acknowledged, ${counts.valuesRead} values read (${counts.recordsRead} records) in ${counts.keys} keys`,
  ].join("; ");
  const sums = Array.from(findingCounts, ([name, count]) => `${name}: ${count}`).join(", ");
  const parts = findings.slice(0, options.findingsMax).map((finding) => formatFinding(finding, verdict));
  return [head, sums === "" ? "no anomaly" : sums, ...parts].join("\n");
}

function formatFinding(finding: Finding, { evidence }: Verdict): string {
  const lines = [...new Set(finding.lines)].flatMap((line) => evidence.history[line] ?? []);
  const shown = lines.map((event) => `    ${encodeEvent(event).trimEnd().slice(0, LINE_CHARACTERS_MAX)}`);
  return [`${finding.severity}: ${finding.kind}: ${finding.message}`, ...shown, ...surroundings(finding, evidence)].join("\n");
}

function surroundings({ at }: Finding, { logs }: Verdict["evidence"]): readonly string[] {
  const log = at === undefined ? undefined : logs.get(at.key);
  if (log === undefined || at === undefined) return [];
  const position = log.positionOf(at.offset) ?? log.offsets.findIndex((offset) => offset > at.offset);
  const offsets = log.offsets.slice(Math.max(0, position - REPORT_NEIGHBOURS), position + REPORT_NEIGHBOURS + 1);
  return [`    log of ${at.key}: ${offsets.map((offset) => `${offset}=${log.valuesAt(offset).join("|")}`).join(" ")}`];
}
