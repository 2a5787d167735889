import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@millrace/client";
import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import { createRpcTransport } from "@millrace/rpc";
import { formatError, systemClock, systemRandom } from "@millrace/service-kit";
import colors from "picocolors";
import { type DevCluster, startDevCluster } from "./dev-cluster.ts";
import { ExpectedDelays } from "./expected.ts";
import { probeLatency } from "./latency-probe.ts";
import { produceFlights } from "./produce.ts";
import { Progress } from "./progress.ts";
import { readBack } from "./read-back.ts";
import { runJob } from "./run-job.ts";
import { count, delayChart, megabytes, topTenTable } from "./show.ts";
import { Verification } from "./verify.ts";

const FLIGHTS_MAX = 3_000_000;
const PARTITIONS = 6;
const PROBE_SECONDS = 2;

const USAGE = `The main job of Millrace on real data: 3,000,000 US flights of 2001 through a topic, a D-Stream job and back, every window verified.

  npm start                        all flights
  npm start -- --records 200000    the first 200,000
  npm start -- --keep              leave the cluster running, and say what to try next
  npm start -- --data-dir DIR      keep the cluster's data there (default: a temporary folder)
  npm start -- --json              one JSON object instead of words

Exit code: 0 every window is equal to the independent computation, 1 otherwise.
`;

interface Options {
  readonly recordCount: number;
  readonly keep: boolean;
  readonly json: boolean;
  readonly dataDir: string;
  readonly temporary: boolean;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "number") return options;
  const progress = new Progress({ silent: options.json });
  let cluster: DevCluster | undefined;
  try {
    const startMs = performance.now();
    cluster = await startDevCluster({ dataDir: options.dataDir });
    progress.say(
      colors.bold(`Millrace is up in ${((performance.now() - startMs) / 1_000).toFixed(1)} s`) +
        colors.dim(`  broker, coordinator and executor at ${cluster.brokerAddress}`),
    );
    const equal = await runMainJob(cluster, options, progress, startMs);
    if (options.keep) await keepRunning(cluster);
    return equal ? 0 : 1;
  } catch (error) {
    process.stderr.write(`\n${formatError(error)}\n`);
    return 1;
  } finally {
    await cluster?.stop();
    if (options.temporary) rmSync(options.dataDir, { recursive: true, force: true });
  }
}

async function runMainJob(cluster: DevCluster, options: Options, progress: Progress, startMs: number): Promise<boolean> {
  const transport = createRpcTransport();
  const compression = createCompressionCodecs();
  const client = createClient(
    { bootstrap: [cluster.brokerAddress] },
    { transport, clock: systemClock, random: systemRandom, crc32c, compression },
  );
  const expected = new ExpectedDelays();
  try {
    const admin = client.admin();
    // The flights are of 2001: by their own time they are over any retention.
    const configs = { "retention.ms": "-1" };
    for (const name of ["flights", "airport-delays"]) await admin.createTopic({ name, partitions: PARTITIONS, configs });
    await admin.createTopic({ name: "latency-probe", partitions: 1 });

    const produced = await produceFlights(client, { topic: "flights", recordCount: options.recordCount, expected, progress });
    progress.say(
      `${count(produced.recordCount)} flights produced in ${produced.seconds.toFixed(1)} s: ${count(produced.recordCount / produced.seconds)}/s, ${(produced.payloadBytes / 1e6 / produced.seconds).toFixed(0)} MB/s, each synced to disk before it was acknowledged`,
    );

    const job = await runJob(client, { brokerAddress: cluster.brokerAddress, progress });
    progress.say(
      `${count(job.recordsIn)} flights processed in ${job.seconds.toFixed(1)} s: ${count(job.recordsIn / job.seconds)}/s into ${count(job.recordsOut)} windows, ${job.batchMs.length} batches, exactly once`,
    );

    const verification = new Verification();
    await readBack(client, { topic: "airport-delays", verification, progress });
    const verdict = verification.compareWith(expected);
    const latency = await probeLatency(client, { topic: "latency-probe", seconds: PROBE_SECONDS });
    const equal = verdict.differenceCount === 0;
    const seconds = (performance.now() - startMs) / 1_000;
    const peakMemoryBytes = cluster.peakMemoryBytes();
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ equal, seconds, peakMemoryBytes, produced, job, latency, verdict })}\n`);
      return equal;
    }
    const words = [
      "",
      topTenTable(verification.topTens()),
      "",
      delayChart(expected.meanDelayByHourOfDay()),
      "",
      `end to end at 1,000/s, synced: p50 ${latency.p50Ms.toFixed(2)} ms, p99 ${latency.p99Ms.toFixed(2)} ms, max ${latency.maxMs.toFixed(2)} ms`,
      `memory of the whole process tree: at most ${megabytes(peakMemoryBytes)}`,
      `${count(verdict.windowCount)} windows compared; everything took ${seconds.toFixed(1)} s`,
      "",
      equal
        ? colors.green(`${count(expected.flightCount)} flights in, every window equal to the independent computation`)
        : colors.red(
            `${count(verdict.differenceCount)} differences from the independent computation, among them:\n  ${verdict.differences.join("\n  ")}`,
          ),
    ];
    progress.say(words.shift() ?? "");
    process.stdout.write(`${words.join("\n")}\n`);
    return equal;
  } finally {
    await client.close();
    await transport.close();
  }
}

async function keepRunning(cluster: DevCluster): Promise<void> {
  const address = cluster.brokerAddress;
  process.stdout.write(
    [
      "",
      `The cluster keeps running at ${address} until Ctrl-C. Try, in another terminal:`,
      "",
      `  npm run millrace -- topic list --address ${address}`,
      `  npm run millrace -- consume airport-delays --from-beginning --max 5 --address ${address}`,
      `  npm run millrace -- job list --address ${address}`,
      `  npm run millrace -- job explain examples/jobs/airport-delays.ts`,
      "",
    ].join("\n"),
  );
  await new Promise((resolve) => process.once("SIGINT", resolve));
}

function readOptions(): Options | number {
  try {
    const { values } = parseArgs({
      options: {
        records: { type: "string", default: String(FLIGHTS_MAX) },
        keep: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        "data-dir": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const recordCount = Number(values.records);
    if (!Number.isInteger(recordCount) || recordCount < 1 || recordCount > FLIGHTS_MAX) {
      throw new Error(`--records must be a whole number from 1 to ${FLIGHTS_MAX}, not ${values.records}`);
    }
    const given = values["data-dir"];
    const dataDir = given ?? mkdtempSync(join(tmpdir(), "millrace-"));
    return { recordCount, keep: values.keep, json: values.json, dataDir, temporary: given === undefined };
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
}
