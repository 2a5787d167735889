import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countBuffersAsHeap, formatError } from "@millrace/service-kit";
import { kafkaServer, runningCluster, startDevCluster } from "./cluster/dev-cluster.ts";
import { startKafka } from "./cluster/kafka-home.ts";
import { runEngines } from "./engines/run-engines.ts";
import type { Load, LoadContext } from "./load.ts";
import { LOADS } from "./loads/all-loads.ts";
import { type HostFacts, hostFacts, isRealTime } from "./measure/host.ts";
import { pinProcesses } from "./measure/pin.ts";
import { PageCache } from "./measure/page-cache.ts";
import { runMicro } from "./micro/run-micro.ts";
import { type BenchOptions, readOptions, USAGE } from "./options.ts";
import { performancePlot } from "./plot/performance-plot.ts";
import { markdownOf } from "./report/markdown.ts";
import { type LoadRecord, mergedRecord, type RunRecord } from "./report/run-record.ts";
import { tableOf } from "./report/table.ts";
import { runScale } from "./scale/run-scale.ts";
import { runVersus } from "./versus/run-versus.ts";

const ROOT = new URL("../../../", import.meta.url);
const DOCS = fileURLToPath(new URL("docs/performance.md", ROOT));

/** Options about where figures go say nothing about how they were taken. */
const WHERE_TO: ReadonlySet<string> = new Set(["--json", "--add-to", "--name"]);

countBuffersAsHeap(); // as servers do: the generator shall not be the limit
process.exitCode = await main();

async function main(): Promise<number> {
  let options: BenchOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) process.stdout.write(USAGE);
  else if (options.list) process.stdout.write(`${LOADS.map(({ name, about }) => `${name.padEnd(30)}${about}`).join("\n")}\n`);
  else if (options.engines) return compareEngines(options);
  else if (options.scale) return scale(options);
  else if (options.micro) return runMicro({ options, host: hostFacts(options.dataDir ?? tmpdir()), command: commandOf() });
  else return options.versus === undefined && options.kafkaHome === undefined ? run(options) : compare(options);
  return 0;
}

async function run(options: BenchOptions): Promise<number> {
  const chosen = LOADS.filter(
    ({ name, isKafka, needsFresh, isVariant }) =>
      (options.against === undefined || (isKafka === true && needsFresh !== true)) &&
      !(options.quick && isVariant === true && options.only.length === 0) &&
      (options.only.length === 0 || options.only.some((part) => name.includes(part))),
  );
  if (chosen.length === 0) {
    process.stderr.write(`error: no load is called like that: ${options.only.join(", ")}; --list shows them\n`);
    return 2;
  }
  const temporaryRoot = mkdtempSync(join(options.dataDir ?? tmpdir(), "millrace-bench-"));
  try {
    const host = hostFacts(temporaryRoot, options.pin ? pinProcesses() : undefined);
    const loads: LoadRecord[] = [];
    for (const load of chosen) loads.push(await runLoad(load, options, { temporaryRoot, host }));
    const record: RunRecord = { formatVersion: 1, command: commandOf(), isQuick: options.quick, host, versions: versions(), loads };
    const earlier = options.addTo === undefined ? undefined : (JSON.parse(readFileSync(options.addTo, "utf8")) as RunRecord);
    return report(
      mergedRecord(
        earlier,
        record,
        LOADS.map(({ name }) => name),
      ),
      options,
    );
  } finally {
    rmSync(temporaryRoot, { recursive: true, force: true });
  }
}

async function compare(options: BenchOptions): Promise<number> {
  const temporaryRoot = mkdtempSync(join(options.dataDir ?? tmpdir(), "millrace-bench-"));
  const pageCache = PageCache.openIn(temporaryRoot);
  let kafka: Awaited<ReturnType<typeof startKafka>> | undefined;
  try {
    const host = hostFacts(temporaryRoot, options.pin ? pinProcesses() : undefined);
    if (options.kafkaHome !== undefined) kafka = await startKafka(options.kafkaHome, temporaryRoot);
    const { kafkaHome } = options;
    const other = {
      cluster: kafka ?? kafkaServer(options.versus ?? "", options.pid),
      name: kafka?.name ?? options.otherName,
      ...(kafkaHome === undefined ? {} : { startFresh: () => startKafka(kafkaHome, temporaryRoot) }),
    };
    return await runVersus({
      options,
      other,
      pageCache,
      loads: LOADS,
      host,
      command: commandOf(),
      startOurs: (cluster = {}) => startDevCluster({ ...cluster, temporaryRoot, cpuProfileDir: options.cpuProfileDir }),
    });
  } finally {
    await kafka?.stop();
    pageCache?.close();
    rmSync(temporaryRoot, { recursive: true, force: true });
  }
}

async function compareEngines(options: BenchOptions): Promise<number> {
  const temporaryRoot = mkdtempSync(join(options.dataDir ?? tmpdir(), "millrace-bench-"));
  const pageCache = PageCache.openIn(temporaryRoot);
  try {
    return await runEngines({ options, temporaryRoot, pageCache, host: hostFacts(temporaryRoot), command: commandOf() });
  } finally {
    pageCache?.close();
    rmSync(temporaryRoot, { recursive: true, force: true });
  }
}

async function scale(options: BenchOptions): Promise<number> {
  const temporaryRoot = mkdtempSync(join(options.dataDir ?? tmpdir(), "millrace-bench-"));
  const pageCache = PageCache.openIn(temporaryRoot);
  try {
    return await runScale({
      options,
      pageCache,
      host: hostFacts(temporaryRoot),
      command: commandOf(),
      startOurs: (cluster = {}) => startDevCluster({ ...cluster, temporaryRoot, cpuProfileDir: options.cpuProfileDir }),
    });
  } finally {
    pageCache?.close();
    rmSync(temporaryRoot, { recursive: true, force: true });
  }
}

async function runLoad(
  load: Load,
  options: BenchOptions,
  { temporaryRoot, host }: { readonly temporaryRoot: string; readonly host: HostFacts },
): Promise<LoadRecord> {
  const about = {
    load: load.name,
    command: commandOf(),
    commit: host.isDirty ? `${host.commit} with changes` : host.commit,
    startedAt: new Date().toISOString(),
  };
  const context: LoadContext = {
    startCluster: async (cluster = {}) => {
      if (options.against !== undefined) return kafkaServer(options.against, options.pid);
      if (options.address !== undefined) return runningCluster(options.address, options.pid);
      return startDevCluster({ ...cluster, temporaryRoot, cpuProfileDir: options.cpuProfileDir });
    },
    seconds: ({ full, quick }) => options.seconds ?? (options.quick ? quick : full),
    quick: options.quick,
    progress: (text) => process.stderr.write(`${text}\n`),
  };
  try {
    return { ...about, measurements: await load.run(context) };
  } catch (error) {
    process.stderr.write(`${load.name}: ${formatError(error)}\n`);
    return { ...about, measurements: [], failure: formatError(error) };
  }
}

function report(record: RunRecord, options: BenchOptions): number {
  const measurements = record.loads.flatMap((load) => load.measurements);
  const json = `${JSON.stringify(record, undefined, 2)}\n`;
  if (options.jsonPath === "-") process.stdout.write(json);
  else process.stdout.write(`${tableOf(measurements)}\n`);
  if (options.jsonPath !== undefined && options.jsonPath !== "-") writeFileSync(options.jsonPath, json);
  if (options.writeDocs) {
    writeFileSync(DOCS, markdownOf(record));
    writeFileSync(DOCS.replace(/\.md$/, ".svg"), performancePlot(measurements));
  }
  const isWrong = record.loads.some(({ failure }) => failure !== undefined) || measurements.some(({ problems }) => problems.length > 0);
  return isWrong ? 1 : 0;
}

/** With the scheduling it ran under: a real-time policy keeps neighbours on a shared machine out of the figures. */
function commandOf(): string {
  const args = process.argv
    .slice(2)
    .filter(
      (arg, index, all) => !WHERE_TO.has(arg) && !WHERE_TO.has(all[index - 1] ?? "") && !["--write-docs", "--write-baseline"].includes(arg),
    )
    .map((arg, index, all) => (["--kafka-home", "--engines-home", "--data-dir"].includes(all[index - 1] ?? "") ? "DIR" : arg)); // where it lies on this machine says nothing
  const scheduling = isRealTime() ? "chrt --rr 1 " : "";
  return [`${scheduling}npm run bench`, ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
}

function versions(): Record<string, string> {
  const { version, dependencies } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  const named = ["@grpc/grpc-js", "@bufbuild/protobuf", "@node-rs/crc32", "lmdb"];
  return { millrace: version, ...Object.fromEntries(named.map((name) => [name, dependencies[name] ?? ""])) };
}
