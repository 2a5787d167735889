import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkHistory, encodeEvent, formatVerdict, type HistoryEvent } from "@millrace/checkers";
import { check, type Figures, type ScenarioContext } from "../scenario.ts";
import type { Finale, RollingCrew } from "./rolling-crew.ts";

const FINDINGS_SHOWN = 5;

/** One checker over all that a crew saw; throws with what it found. */
export function judgeCrew(
  history: readonly HistoryEvent[],
  finale: Finale,
  context: ScenarioContext & { readonly crew: RollingCrew },
): Figures {
  const { say, folder, crew } = context;
  for (const line of tally(history)) say(line);
  const verdict = checkHistory(history);
  const text = formatVerdict(verdict, { findingsMax: FINDINGS_SHOWN });
  if (!verdict.isCorrect) {
    const file = join(folder, "history.jsonl");
    writeFileSync(file, history.map(encodeEvent).join(""));
    throw new Error(`${text}\nhistory: ${file}`);
  }
  // Counts; what was only noted is Kafka's way, and nobody reads it every day.
  for (const line of text.split("\n").slice(0, 2)) say(line);
  check(finale.copiedWrong === 0, `copies are not their input in order, each once: ${JSON.stringify(finale)}`);
  const { counts } = verdict;
  check(counts.valuesRead > 0 && counts.failed > 0, `hardly anything happened: ${JSON.stringify(counts)}`);
  return {
    ...{ operations: counts.operations, ok: counts.ok, failed: counts.failed, unknown: counts.unknown },
    ...{ acknowledged: counts.acknowledged, valuesRead: counts.valuesRead, recordsRead: counts.recordsRead, copied: finale.copied },
    ...{ workers: crew.started, killed: crew.killed, brokersKilled: crew.brokersKilled, anomalies: 0 },
  };
}

/** What each client did: completed operations by outcome. */
function tally(history: readonly HistoryEvent[]): readonly string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { client = "", f, type } of history) {
    if (type === "invoke" || f === "crash") continue;
    const ofClient = counts.get(client.replace(/-\d+$/, "")) ?? new Map<string, number>();
    counts.set(client.replace(/-\d+$/, ""), ofClient);
    ofClient.set(`${f} ${type}`, (ofClient.get(`${f} ${type}`) ?? 0) + 1);
  }
  return Array.from(
    counts,
    ([client, ofClient]) => `${client.padEnd(16)} ${Array.from(ofClient, ([name, count]) => `${name} ${count}`).join(", ")}`,
  );
}
