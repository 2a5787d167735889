import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatError } from "@millrace/service-kit";
import { bundledCli } from "../cluster/bundled-cli.ts";
import { type Connection, connect } from "../cluster/connection.ts";
import { type DevCluster, startDevCluster } from "../cluster/dev-cluster.ts";
import { startKafka } from "../cluster/kafka-home.ts";
import type { Measurement } from "../load.ts";
import { evenGround } from "../measure/even-ground.ts";
import { type HostFacts, machineCpuSeconds } from "../measure/host.ts";
import type { PageCache } from "../measure/page-cache.ts";
import type { BenchOptions } from "../options.ts";
import { ratioPlot } from "../plot/ratio-plot.ts";
import { mergedRatios, type Ratio, ratiosOf } from "../versus/ratios.ts";
import type { Row } from "../versus/rows.ts";
import { versusTable } from "../versus/report-versus.ts";
import { COPY_NAME, COPY_ROW, copyLatency, copyRows, GUARANTEES } from "./copy-latency.ts";
import { enginesMarkdown } from "./engines-page.ts";
import { engineRows, measurementName } from "./engine-rows.ts";
import { FLIGHTS_WORK } from "./flights-work.ts";
import { JVM_ENGINES, jvmSystem, PARALLELISM } from "./jvm-system.ts";
import { stackHome } from "./jvm-stack.ts";
import { NEXMARK_WORKS } from "./nexmark-work.ts";
import { millraceSystem } from "./millrace-system.ts";
import { makeTopic, readTopic, type System, writeTopic } from "./system.ts";
import { WORDS_WORK } from "./words-work.ts";
import type { Prepared, Work } from "./work.ts";

const DOCS = fileURLToPath(new URL("../../../../docs/engines.md", import.meta.url));
const PLOT = DOCS.replace(/\.md$/, ".svg");
/** Name of our side; alone in `--systems`: no other is started. */
const OURS = "millrace";
const WORKS: readonly Work[] = [WORDS_WORK, FLIGHTS_WORK, ...NEXMARK_WORKS];

export interface EnginesRun {
  readonly options: BenchOptions;
  readonly temporaryRoot: string;
  /** Undefined: the disk is memory. */
  readonly pageCache: PageCache | undefined;
  readonly host: HostFacts;
  readonly command: string;
}

/** Whole systems on the same input, taking turns: ours, and engines of the JVM on Apache Kafka. Exit code: 1 if a run went wrong; a goal that is not reached is a figure. */
export async function runEngines(run: EnginesRun): Promise<number> {
  const { options, temporaryRoot } = run;
  const works = WORKS.filter(({ name, row }) => options.only.length === 0 || options.only.some((part) => part === row || part === name));
  const engines = JVM_ENGINES.filter(({ name }) => options.systems.length === 0 || options.systems.includes(name));
  const known: readonly string[] = [OURS, ...JVM_ENGINES.map(({ name }) => name)];
  const copies = options.only.length === 0 || options.only.some((part) => part === COPY_ROW || part === COPY_NAME);
  if ((works.length === 0 && !copies) || options.systems.some((name) => !known.includes(name))) {
    process.stderr.write(
      `error: --engines knows ${[...WORKS.map(({ name }) => name), COPY_NAME].join(", ")} (--only) on ${known.join(", ")} (--systems)\n`,
    );
    return 2;
  }
  const kafka =
    engines.length === 0 ? undefined : await startKafka(options.kafkaHome ?? stackHome("kafka", options.enginesHome), temporaryRoot);
  let cluster: DevCluster | undefined;
  let connection: Connection | undefined;
  try {
    const cli = await bundledCli();
    cluster = await startDevCluster({ cli, workers: PARALLELISM, temporaryRoot, cpuProfileDir: options.cpuProfileDir });
    connection = connect(cluster.brokerAddress);
    const others = kafka === undefined ? [] : engines.map((engine) => jvmSystem(engine, { kafka, enginesHome: options.enginesHome }));
    return await compare(run, { works, copies, ours: millraceSystem({ cluster, connection, cli }), others, broker: kafka?.name ?? "none" });
  } finally {
    await connection?.close();
    await cluster?.stop();
    await kafka?.stop();
  }
}

interface Sides {
  readonly works: readonly Work[];
  /** Latency of a copy too. */
  readonly copies: boolean;
  readonly ours: System;
  readonly others: readonly System[];
  readonly broker: string;
}

async function compare(run: EnginesRun, sides: Sides): Promise<number> {
  const { options, temporaryRoot } = run;
  const { works, copies, ours, others } = sides;
  const startedAt = new Date().toISOString();
  const rounds = Array.from({ length: options.rounds }, () => new Map<string, Measurement>());
  const filled = new Set<string>();
  const turns = { rounds, ours, pageCache: run.pageCache };
  for (const work of works) {
    const prepared = await prepare(work, { run, servers: [ours, ...others].map((system) => system.servers), filled });
    const able = others.filter(({ name }) => work.programs[name] !== undefined);
    await inTurn({ ...turns, others: able }, (system) => measure(system, { work, prepared, folder: temporaryRoot }));
  }
  const copying = copies ? others.filter(({ startCopy }) => startCopy !== undefined) : [];
  for (const guarantee of copies ? GUARANTEES : [])
    await inTurn({ ...turns, others: copying }, (system) =>
      copyLatency(system, guarantee, { quick: options.quick, folder: temporaryRoot }),
    );
  const names = others.map(({ name }) => name);
  const rows = [...engineRows(works, names), ...copyRows(copying)];
  return report(run, { rows, rounds, startedAt, broker: sides.broker });
}

/** Makes what a piece of work reads, unless another one has done so, and writes it into every broker. */
async function prepare(
  work: Work,
  { run, servers, filled }: { readonly run: EnginesRun; readonly servers: readonly string[]; readonly filled: Set<string> },
): Promise<Prepared> {
  process.stderr.write(`${work.name}: preparing ${work.input}\n`);
  const path = filled.has(work.input) ? undefined : join(run.temporaryRoot, `${work.name}.records`);
  const prepared = await work.prepare({ path, quick: run.options.quick });
  if (path !== undefined) {
    for (const each of new Set(servers)) await writeTopic(each, work.input, path);
    rmSync(path);
    filled.add(work.input);
  }
  process.stderr.write(`${work.name}: ${prepared.records} records, ${prepared.payloadBytes} bytes, ${prepared.results} results\n`);
  return prepared;
}

/** Each round all systems; who begins changes with it. */
async function inTurn(
  {
    rounds,
    ours,
    others,
    pageCache,
  }: {
    readonly rounds: readonly Map<string, Measurement>[];
    readonly ours: System;
    readonly others: readonly System[];
    readonly pageCache: PageCache | undefined;
  },
  take: (system: System) => Promise<Measurement>,
): Promise<void> {
  for (const [index, taken] of rounds.entries())
    for (const system of index % 2 === 0 ? [...others, ours] : [ours, ...others]) {
      await evenGround({ pageCache, progress: (text) => process.stderr.write(`round ${index + 1}: ${text}\n`) });
      const measurement = await take(system);
      taken.set(measurement.name, measurement);
      process.stderr.write(`round ${index + 1}: ${lineOf(measurement)}\n`);
    }
}

interface Taken {
  readonly rows: readonly Row[];
  readonly rounds: readonly ReadonlyMap<string, Measurement>[];
  readonly startedAt: string;
  readonly broker: string;
}

function report({ options, host, command }: EnginesRun, { rows, rounds, startedAt, broker }: Taken): number {
  const taken = rounds.map((round) => [...round.values()]);
  const ratios = mergedRatios(
    earlierRatios(options.addTo),
    ratiosOf(
      rows,
      rounds.map((round) => ({ ours: round, theirs: round })),
    ),
    command,
  );
  const facts = { command, host, rounds: options.rounds, startedAt, broker };
  const json = `${JSON.stringify({ formatVersion: 1, ...facts, ratios, taken }, undefined, 2)}\n`;
  if (options.jsonPath === "-") process.stdout.write(json);
  else process.stdout.write(`${versusTable(ratios)}\n`);
  if (options.jsonPath !== undefined && options.jsonPath !== "-") writeFileSync(options.jsonPath, json);
  if (options.writeDocs) {
    writeFileSync(DOCS, enginesMarkdown(ratios, { ...facts, measurements: taken.flat() }));
    writeFileSync(PLOT, ratioPlot(ratios, "Millrace over other engines"));
  }
  return taken.flat().some(({ problems }) => problems.length > 0) ? 1 : 0;
}

async function measure(
  system: System,
  { work, prepared, folder }: { work: Work; prepared: Prepared; folder: string },
): Promise<Measurement> {
  const { records, writtenRecords, payloadBytes, results, verify, verified } = prepared;
  const common = {
    name: measurementName(work, system.name),
    ...(system.acknowledgement === undefined ? {} : { acknowledgement: system.acknowledgement }),
    verified,
  };
  try {
    if (system.run === undefined) throw new Error(`${system.name} does no work`);
    await makeTopic(system.servers, work.output);
    const [clientStart, machineStart] = [process.cpuUsage(), machineCpuSeconds().busy];
    const { seconds, wholeSeconds, engine, broker, problems, settings } = await system.run(work, { writtenRecords, folder });
    const { user, system: kernel } = process.cpuUsage(clientStart);
    const serverCpuSeconds = engine.cpuSeconds + broker.cpuSeconds;
    const clientCpuSeconds = (user + kernel) / 1e6;
    const memoryBytes = engine.memoryPeakBytes + broker.memoryPeakBytes;
    const path = join(folder, `${common.name}.output`);
    await readTopic(system.servers, { topic: work.output, expected: results, path });
    const wrong = verify(path);
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

function lineOf({ name, seconds = 0, records = 0, latency, extra = {}, problems }: Measurement): string {
  if (problems.length > 0) return `${name}: ${problems.join("; ")}`;
  const memory = `engine memory ${Math.round(extra["engineMemoryPeakMb"] ?? 0)} MB`;
  if (latency !== undefined)
    return `${name}: p50 ${latency.p50Ms?.toFixed(2) ?? "too few"} ms, p99 ${latency.p99Ms?.toFixed(2) ?? "too few"} ms, ${memory}`;
  const cpu = `engine CPU ${(extra["engineCpuSeconds"] ?? 0).toFixed(1)} s, broker CPU ${(extra["brokerCpuSeconds"] ?? 0).toFixed(1)} s`;
  return `${name}: ${Math.round(records / seconds).toLocaleString("en")}/s, ${seconds.toFixed(1)} s, ${cpu}, ${memory}`;
}

/** Of an earlier run's JSON; each keeps the command that it came from. */
function earlierRatios(file: string | undefined): readonly Ratio[] {
  return file === undefined ? [] : (JSON.parse(readFileSync(file, "utf8")) as { readonly ratios: readonly Ratio[] }).ratios;
}
