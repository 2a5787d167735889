import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkHistory, encodeEvent, formatVerdict, type HistoryEvent } from "@millrace/checkers";
import { installWorkers } from "../foreign/install-workers.ts";
import { mergeHistory } from "../foreign/merge-history.ts";
import { type Finale, RollingCrew } from "../foreign/rolling-crew.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess } from "../system/dev-process.ts";

const MINUTES_DEFAULT = 1;
const TOPICS = ["day", "day-out", "day-plain"] as const;
const PARTITIONS = 6;
const FINDINGS_SHOWN = 5;

/** Acceptance 6 of the Kafka listener: many kinds of clients come, go and die for a while, and one checker looks at everything they saw. */
export const rollingDay: Scenario = {
  name: "rolling-day",
  what: "five kinds of clients join, leave, commit, abort and crash at random; one checker over all that they saw",
  run: async (context) => {
    const { folder, say } = context;
    const dev = await createDevProcess(folder);
    const workers = await installWorkers(folder);
    await dev.process.start();
    const connection = connectClient([dev.address]);
    try {
      for (const name of TOPICS) await connection.client.admin().createTopic({ name, partitions: PARTITIONS });
      const crew = new RollingCrew({ dev, workers, topics: TOPICS, partitions: PARTITIONS }, context);
      const finale = await crew.run((context.flags.minutes ?? MINUTES_DEFAULT) * 60_000);
      say(`all gone, everything read once more; checking ${(crew.historyBytes() / 1e6).toFixed(1)} MB of history`);
      return judge(await mergeHistory(crew.parts), finale, { ...context, crew });
    } finally {
      await connection.close();
      await dev.process.stop();
    }
  },
};

function judge(history: readonly HistoryEvent[], finale: Finale, context: ScenarioContext & { readonly crew: RollingCrew }): Figures {
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
