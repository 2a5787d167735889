import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatError } from "@millrace/service-kit";
import { connect } from "../cluster/connection.ts";
import { startDevCluster } from "../cluster/dev-cluster.ts";
import { startKafka } from "../cluster/kafka-home.ts";
import type { Measurement } from "../load.ts";
import { type HostFacts, machineCpuSeconds } from "../measure/host.ts";
import type { BenchOptions } from "../options.ts";
import { mergedRatios, type Ratio, ratiosOf } from "../versus/ratios.ts";
import { versusTable } from "../versus/report-versus.ts";
import { enginesMarkdown } from "./engines-page.ts";
import { engineRows, measurementName } from "./engine-rows.ts";
import { FLIGHTS_WORK } from "./flights-work.ts";
import { JVM_ENGINES, jvmSystem, PARALLELISM } from "./jvm-system.ts";
import { stackHome } from "./jvm-stack.ts";
import { millraceSystem } from "./millrace-system.ts";
import { makeTopic, readTopic, type System, writeTopic } from "./system.ts";
import { verifyOutput } from "./verify-output.ts";
import { WORDS_WORK } from "./words-work.ts";
import type { Prepared, Work } from "./work.ts";

const DOCS = fileURLToPath(new URL("../../../../docs/engines.md", import.meta.url));
const WORKS: readonly Work[] = [WORDS_WORK, FLIGHTS_WORK];

export interface EnginesRun {
  readonly options: BenchOptions;
  readonly temporaryRoot: string;
  readonly host: HostFacts;
  readonly command: string;
}

/** Whole systems on the same input, taking turns: ours, and engines of the JVM on Apache Kafka. Exit code: 1 if a run went wrong; a goal that is not reached is a figure. */
export async function runEngines(run: EnginesRun): Promise<number> {
  const { options, temporaryRoot } = run;
  const works = WORKS.filter(
    ({ name, row }) => options.only.length === 0 || options.only.some((part) => part === row || name.includes(part)),
  );
  const engines = JVM_ENGINES.filter(({ stack }) => options.systems.length === 0 || options.systems.includes(stack));
  if (works.length === 0 || engines.length === 0) {
    process.stderr.write(`error: --engines knows ${WORKS.map(({ name }) => name).join(", ")} (--only) on flink, spark (--systems)\n`);
    return 2;
  }
  const kafka = await startKafka(options.kafkaHome ?? stackHome("kafka", options.enginesHome), temporaryRoot);
  const cluster = await startDevCluster({ workers: PARALLELISM, temporaryRoot, cpuProfileDir: options.cpuProfileDir });
  const connection = connect(cluster.brokerAddress);
  try {
    const others = engines.map((engine) => jvmSystem(engine, { kafka, enginesHome: options.enginesHome }));
    return await compare(run, { works, ours: millraceSystem({ cluster, connection }), others, broker: kafka.name });
  } finally {
    await connection.close();
    await cluster.stop();
    await kafka.stop();
  }
}

interface Sides {
  readonly works: readonly Work[];
  readonly ours: System;
  readonly others: readonly System[];
  readonly broker: string;
}

async function compare({ options, temporaryRoot, host, command }: EnginesRun, { works, ours, others, broker }: Sides): Promise<number> {
  const startedAt = new Date().toISOString();
  const rounds = Array.from({ length: options.rounds }, () => new Map<string, Measurement>());
  for (const work of works) {
    const path = join(temporaryRoot, `${work.name}.records`);
    process.stderr.write(`${work.name}: making ${work.input}\n`);
    const prepared = await work.prepare({ path, quick: options.quick });
    for (const servers of new Set([ours, ...others].map((system) => system.servers))) await writeTopic(servers, work.input, path);
    process.stderr.write(`${work.name}: ${prepared.records} records, ${statSync(path).size} bytes, ${prepared.expected.size} results\n`);
    rmSync(path);
    for (const [index, taken] of rounds.entries()) {
      // Who begins changes with the round.
      for (const system of index % 2 === 0 ? [...others, ours] : [ours, ...others]) {
        const measurement = await measure(system, { work, prepared, folder: temporaryRoot });
        taken.set(measurement.name, measurement);
        process.stderr.write(`round ${index + 1}: ${lineOf(measurement)}\n`);
      }
    }
  }
  const rows = engineRows(
    works,
    others.map(({ name }) => name),
  );
  const taken = ratiosOf(
    rows,
    rounds.map((round) => ({ ours: round, theirs: round })),
  );
  const ratios = mergedRatios(earlierRatios(options.addTo), taken, command);
  const record = {
    formatVersion: 1,
    command,
    host,
    rounds: options.rounds,
    startedAt,
    broker,
    ratios,
    taken: rounds.map((round) => [...round.values()]),
  };
  const json = `${JSON.stringify(record, undefined, 2)}\n`;
  if (options.jsonPath === "-") process.stdout.write(json);
  else process.stdout.write(`${versusTable(ratios)}\n`);
  if (options.jsonPath !== undefined && options.jsonPath !== "-") writeFileSync(options.jsonPath, json);
  if (options.writeDocs)
    writeFileSync(DOCS, enginesMarkdown(ratios, { ...record, measurements: rounds.flatMap((round) => [...round.values()]) }));
  return rounds.some((round) => [...round.values()].some(({ problems }) => problems.length > 0)) ? 1 : 0;
}

async function measure(
  system: System,
  { work, prepared, folder }: { work: Work; prepared: Prepared; folder: string },
): Promise<Measurement> {
  const { records, writtenRecords, payloadBytes, expected } = prepared;
  const common = {
    name: measurementName(work, system.name),
    acknowledgement: system.acknowledgement,
    verified: `each of ${expected.size.toLocaleString("en")} results once and equal to an independent computation`,
  };
  try {
    await makeTopic(system.servers, work.output);
    const [clientStart, machineStart] = [process.cpuUsage(), machineCpuSeconds().busy];
    const { seconds, wholeSeconds, engine, broker, problems, settings } = await system.run(work, { writtenRecords, folder });
    const { user, system: kernel } = process.cpuUsage(clientStart);
    const serverCpuSeconds = engine.cpuSeconds + broker.cpuSeconds;
    const clientCpuSeconds = (user + kernel) / 1e6;
    const memoryBytes = engine.memoryPeakBytes + broker.memoryPeakBytes;
    const path = join(folder, `${common.name}.output`);
    await readTopic(system.servers, { topic: work.output, expected: expected.size, path });
    const wrong = verifyOutput(path, expected);
    rmSync(path);
    return {
      ...common,
      settings,
      records,
      payloadBytes,
      seconds,
      cost: {
        serverCpuSeconds,
        clientCpuSeconds,
        otherCpuSeconds: Math.max(0, machineCpuSeconds().busy - machineStart - serverCpuSeconds - clientCpuSeconds),
        serverMemoryPeakBytes: memoryBytes,
        serverMemoryPlateauBytes: memoryBytes,
      },
      extra: {
        wholeSeconds,
        engineCpuSeconds: engine.cpuSeconds,
        brokerCpuSeconds: broker.cpuSeconds,
        engineMemoryPeakMb: engine.memoryPeakBytes / 1e6,
        brokerMemoryPeakMb: broker.memoryPeakBytes / 1e6,
      },
      problems: [...problems, ...wrong],
    };
  } catch (error) {
    return { ...common, settings: {}, problems: [formatError(error)] };
  }
}

function lineOf({ name, seconds = 0, records = 0, extra = {}, problems }: Measurement): string {
  if (problems.length > 0) return `${name}: ${problems.join("; ")}`;
  const figures = [
    `${Math.round(records / seconds).toLocaleString("en")}/s`,
    `${seconds.toFixed(1)} s`,
    `engine CPU ${(extra["engineCpuSeconds"] ?? 0).toFixed(1)} s`,
  ];
  return `${name}: ${[...figures, `broker CPU ${(extra["brokerCpuSeconds"] ?? 0).toFixed(1)} s`, `engine memory ${Math.round(extra["engineMemoryPeakMb"] ?? 0)} MB`].join(", ")}`;
}

/** Of an earlier run's JSON; each keeps the command that it came from. */
function earlierRatios(file: string | undefined): readonly Ratio[] {
  return file === undefined ? [] : (JSON.parse(readFileSync(file, "utf8")) as { readonly ratios: readonly Ratio[] }).ratios;
}
