import { createRequire } from "node:module";
import { freemem } from "node:os";
import type { DescribeClusterResponse, Topic } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import { cliError } from "../errors.ts";
import { DOCTOR_RETRY_MS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** One thing looked at. */
interface Finding {
  readonly what: string;
  readonly state: "ok" | "warning" | "problem";
  readonly found: string;
  /** What to do about it. */
  readonly fix?: string;
}

const FREE_MEMORY_BYTES_MIN = 512 * 1024 * 1024; // a broker, a coordinator and a worker, small

/** `doctor`: every check is made, whatever the others found. */
export async function doctor(options: GlobalOptions, world: CliWorld): Promise<void> {
  const findings = [...checkMachine(), ...(await checkCluster(options, world))];
  for (const finding of findings) await world.write(options.json === true ? jsonLine(finding) : lineOf(finding));
  const problems = findings.filter((finding) => finding.state === "problem").length;
  if (problems > 0)
    throw cliError("doctor-found-problems", `${problems} thing${problems === 1 ? " needs" : "s need"} repair: see the lines above`);
}

function lineOf({ what, state, found, fix }: Finding): string {
  const mark = { ok: "ok     ", warning: "warning", problem: "PROBLEM" }[state];
  return `${mark}  ${what}: ${found}${fix === undefined ? "" : `\n         → ${fix}`}\n`;
}

function checkMachine(): readonly Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const runsTypes = major > 22 || (major === 22 && minor >= 18);
  const node: Finding = runsTypes
    ? { what: "Node.js", state: "ok", found: process.version }
    : {
        what: "Node.js",
        state: "problem",
        found: process.version,
        fix: "install Node.js 24, or run npm run millrace, which brings its own",
      };
  const free = freemem();
  const memory: Finding =
    free >= FREE_MEMORY_BYTES_MIN
      ? { what: "memory", state: "ok", found: `${formatBytes(free)} free` }
      : { what: "memory", state: "warning", found: `${formatBytes(free)} free`, fix: "a cluster in one process needs about 512 MB" };
  return [node, memory, ...["@node-rs/crc32", "lmdb", "lz4-napi", "snappy"].map(checkNative), checkCompiler()];
}

function checkNative(name: string): Finding {
  try {
    createRequire(import.meta.url)(name);
    return { what: name, state: "ok", found: "loads" };
  } catch (error) {
    const found = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return {
      what: name,
      state: "problem",
      found: `does not load: ${found}`,
      fix: "run npm ci on this machine: its binary is for another platform or missing",
    };
  }
}

function checkCompiler(): Finding {
  try {
    createRequire(import.meta.url).resolve("typescript-7/package.json");
    return { what: "TypeScript compiler", state: "ok", found: "installed" };
  } catch {
    return {
      what: "TypeScript compiler",
      state: "warning",
      found: "not installed",
      fix: "job modules are submitted without a type check until it is: npm install",
    };
  }
}

async function checkCluster(options: GlobalOptions, world: CliWorld): Promise<readonly Finding[]> {
  const what = `cluster at ${options.address}`;
  try {
    return await withClient(
      options,
      world,
      async (client) => [
        ...describe(await client.admin().describeCluster(), what),
        replicasOf(await client.admin().listTopics({ includeInternal: true })),
      ],
      {
        retryForMs: DOCTOR_RETRY_MS,
      },
    );
  } catch (error) {
    const { message, code } = toAppError(error);
    const fix = "start one with millrace dev, or name a broker of yours with --address or MILLRACE_ADDRESS";
    return [{ what, state: "problem", found: `${message} [${code}]`, fix }];
  }
}

/** Copies that are not what they should be: behind, or lost and not whole again. */
function replicasOf(topics: readonly Topic[]): Finding {
  const partitions = topics.flatMap(({ name, partitions: states }) => states.map((state) => ({ name, state })));
  const what = "replicas";
  const emptied = partitions.filter(({ state }) => state.emptiedReplicas.length > 0);
  const behind = partitions.filter(({ state }) => state.inSyncSet.length < state.replicas.length);
  if (behind.length === 0) return { what, state: "ok", found: "all in sync" };
  const brokersOf = (ids: readonly number[]): string => [...new Set(ids)].sort((a, b) => a - b).join(", ");
  const missing = brokersOf(behind.flatMap(({ state }) => state.replicas.filter((id) => !state.inSyncSet.includes(id))));
  const lost = brokersOf(emptied.flatMap(({ state }) => state.emptiedReplicas));
  const found = `${behind.length} of ${partitions.length} partitions lack replicas in sync, on brokers ${missing}`;
  return emptied.length === 0
    ? { what, state: "warning", found, fix: "wait if they have just started; else start them, or look at their disks and last log lines" }
    : {
        what,
        state: "warning",
        found: `${found}; ${emptied.length} lost a log, on brokers ${lost}`,
        fix: "they are fetched again while a leader is there; look at the disks of these brokers (millrace log verify on their folders, when stopped)",
      };
}

function describe(cluster: DescribeClusterResponse, what: string): readonly Finding[] {
  const fenced = cluster.brokers.filter((broker) => broker.fenced);
  const slots = cluster.executors.reduce((sum, executor) => sum + executor.workerSlots, 0);
  const topics = `${formatCount(cluster.topicCount)} topics, ${formatCount(cluster.partitionCount)} partitions`;
  return [
    {
      what,
      state: "ok",
      found: `id ${cluster.clusterId}, coordinator ${cluster.coordinatorId} at ${cluster.coordinatorAddress}, store ${cluster.store}`,
    },
    fenced.length === 0
      ? { what: "brokers", state: "ok", found: `${cluster.brokers.length} up` }
      : {
          what: "brokers",
          state: "problem",
          found: `${fenced.length} of ${cluster.brokers.length} are away: ${fenced.map((broker) => broker.brokerId).join(", ")}`,
          fix: "start them again with their data folders; look at their last log lines",
        },
    cluster.offlinePartitionCount === 0
      ? { what: "partitions", state: "ok", found: topics }
      : {
          what: "partitions",
          state: "problem",
          found: `${cluster.offlinePartitionCount} of ${cluster.partitionCount} have no leader`,
          fix: "bring back the brokers that hold them (millrace topic describe --trouble names them); if their disks are lost: millrace partition elect --unclean",
        },
    cluster.executors.length > 0
      ? { what: "executors", state: "ok", found: `${cluster.executors.length} up, room for ${slots} workers a job` }
      : { what: "executors", state: "warning", found: "none", fix: "jobs wait until one is started: millrace executor" },
  ];
}
