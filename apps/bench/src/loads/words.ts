import type { Client } from "@millrace/client";
import { type Connection, connect } from "../cluster/connection.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { lineAt, WORDS_PER_LINE } from "../payload/lines.ts";
import { differences, readJson } from "../verify/read-json.ts";
import { problemsOfRun, runBoundedJob } from "./bounded-job.ts";
import { jobMeasurement } from "./job-measurement.ts";
import { PARTITIONS } from "./produce.ts";

const NAME = "words";
const WINDOW_MS = 10_000;
const LINES = { full: 2_000_000, quick: 200_000 };

/** The windowed word count: ten keyed elements of each record. */
export function wordsLoad(): Load {
  return {
    name: NAME,
    about: `word count in ${WINDOW_MS / 1_000} s windows of event time, ${WORDS_PER_LINE} words a line, exactly once`,
    run: async (context) => {
      const cluster = await context.startCluster();
      const connection = connect(cluster.brokerAddress);
      try {
        return [await measure({ context, cluster, connection })];
      } finally {
        await connection.close();
        await cluster.stop();
      }
    },
  };
}

async function measure({
  context,
  cluster,
  connection,
}: {
  context: LoadContext;
  cluster: DevCluster;
  connection: Connection;
}): Promise<Measurement> {
  const { client } = connection;
  for (const topic of ["bench-lines", "bench-counts"]) await createServedTopic(client, { name: topic, partitions: PARTITIONS });
  const count = context.quick ? LINES.quick : LINES.full;
  context.progress(`${NAME}: producing ${count} lines`);
  const { counts, payloadBytes } = await produce(client, count);
  context.progress(`${NAME}: job`);
  let meter: CostMeter | undefined;
  const run = await runBoundedJob(client, {
    address: cluster.brokerAddress,
    module: "windowed-words.ts",
    onRunning: () => (meter = new CostMeter(cluster.pid)),
  });
  const cost = meter?.stop();
  context.progress(`${NAME}: comparing counts`);
  const problems = [...problemsOfRun(run, count), ...(await compare(client, counts))];
  const measurement = jobMeasurement(NAME, { run, records: count, payloadBytes, cost, workers: 1 });
  return {
    ...measurement,
    extra: { ...measurement.extra, wordsPerSecond: (count * WORDS_PER_LINE) / run.processingSeconds },
    verified: `each of ${counts.size.toLocaleString("en")} counts equal to an independent one, none twice, none missing`,
    problems,
  };
}

async function produce(client: Client, count: number): Promise<{ counts: Map<string, number>; payloadBytes: number }> {
  const counts = new Map<string, number>();
  const encoder = new TextEncoder();
  const producer = client.producer({ acks: "all", idempotent: true, lingerMs: 5 });
  await producer.open(["bench-lines"]);
  let payloadBytes = 0;
  for (let k = 0; k < count; k++) {
    const { text, timestampMs } = lineAt(k);
    const value = encoder.encode(text);
    payloadBytes += value.length;
    const start = Math.floor(timestampMs / WINDOW_MS) * WINDOW_MS;
    for (const word of text.split(" ")) {
      const name = `${word} ${start}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    // In turn, so that partitions advance together and no record is late.
    if (!producer.send("bench-lines", { value, timestampMs, partition: k % PARTITIONS })) await producer.ready();
    if (k % 5_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await producer.close();
  return { counts, payloadBytes };
}

interface WordCount {
  readonly word: string;
  readonly start: number;
  readonly count: number;
}

async function compare(client: Client, counts: ReadonlyMap<string, number>): Promise<string[]> {
  const found = new Map<string, string[]>();
  await readJson(client, {
    topic: "bench-counts",
    each: (value) => {
      const { word, start, count } = value as WordCount;
      const name = `${word} ${start}`;
      found.set(name, [...(found.get(name) ?? []), String(count)]);
    },
  });
  return differences(new Map(Array.from(counts, ([name, count]) => [name, String(count)])), found);
}
