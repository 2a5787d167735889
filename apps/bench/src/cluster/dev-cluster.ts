import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AppError } from "@millrace/model";
import { onServerCores } from "../measure/pin.ts";
import { PROFILE_DIR_ENV } from "../measure/profile-dir.ts";
import { bundledCli } from "./bundled-cli.ts";

/** A running `millrace dev`: broker, coordinator and executor in one process, workers beside it. */
export interface DevCluster {
  readonly brokerAddress: string;
  /** Where Kafka clients reach it; undefined: not known. */
  readonly kafkaAddress: string | undefined;
  /** Where its metrics are read; undefined: not known. */
  readonly metricsUrl: string | undefined;
  /** Not Millrace, or not known to be: has none of its topic settings. */
  readonly isForeign: boolean;
  readonly pid: number;
  /** From the start of the process to the line that says it is ready. */
  readonly readyMs: number;
  /** Ends it by SIGTERM and waits; its folder goes too, unless it was given. */
  stop(): Promise<void>;
}

export interface DevClusterOptions {
  /** Kept after the stop; absent: a fresh one. */
  readonly dataDir?: string;
  /** Worker processes a job may have. */
  readonly workers?: number;
  /** Memory for keyed state of a job; what is beyond goes to disk. */
  readonly stateMemoryMb?: number;
  /** URL of a module that each of its processes loads before all else. */
  readonly preload?: string;
  /** Environment beside this process' own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Main file of the `millrace` command; absent: bundled as its image has it. */
  readonly cli?: string;
  /** Through `npm run dev`'s bootstrap and from sources, as a user starts it from a checkout. */
  readonly throughBootstrap?: boolean;
}

const ROOT = new URL("../../../../", import.meta.url);
const WORKER_PROFILE = new URL("../measure/profile-workers.ts", import.meta.url).href;
const BOOTSTRAP = fileURLToPath(new URL("tools/bootstrap/run.mjs", ROOT));

/** Starts a cluster as a user would, on free ports. */
export async function startDevCluster(
  options: DevClusterOptions & { readonly temporaryRoot: string; readonly cpuProfileDir: string | undefined },
): Promise<DevCluster> {
  const dataDir = options.dataDir ?? mkdtempSync(join(options.temporaryRoot, "cluster-"));
  const ports = ["--broker-port", "0", "--coordinator-port", "0", "--admin-port", "0", "--kafka-port", "0"];
  const args = ["--json", "--data-dir", dataDir, ...ports, "--workers", String(options.workers ?? 1), "--log-level", "warn"];
  if (options.stateMemoryMb !== undefined) args.push("--state-memory-mb", String(options.stateMemoryMb));
  const { cpuProfileDir } = options;
  const profile = cpuProfileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${cpuProfileDir}`, `--import=${WORKER_PROFILE}`];
  const preload = options.preload === undefined ? [] : [`--import=${options.preload}`];
  const profileEnv = cpuProfileDir === undefined ? {} : { [PROFILE_DIR_ENV]: cpuProfileDir };
  const command =
    options.throughBootstrap === true
      ? [BOOTSTRAP, "dev", ...args]
      : [...process.execArgv, ...preload, ...profile, options.cli ?? (await bundledCli()), "dev", ...args];
  const startedMs = performance.now();
  const [program, programArgs] = onServerCores(process.execPath, command);
  const child = spawn(program, programArgs, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...profileEnv, ...options.env },
  });
  const endsWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endsWithUs); // it would go on by itself
  child.once("exit", () => process.off("exit", endsWithUs));
  const { broker, kafka, metrics } = await readyLine(child);
  const readyMs = performance.now() - startedMs;
  return {
    brokerAddress: broker,
    kafkaAddress: kafka,
    metricsUrl: metrics,
    isForeign: false,
    pid: child.pid ?? 0,
    readyMs,
    stop: async () => {
      await stopped(child);
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A cluster that somebody else started and goes on with. */
export function runningCluster(address: string, pid: number | undefined): DevCluster {
  return {
    brokerAddress: address,
    kafkaAddress: undefined,
    metricsUrl: undefined,
    isForeign: false,
    pid: pid ?? 0,
    readyMs: 0,
    stop: () => Promise.resolve(),
  };
}

/** Any server that speaks Kafka's protocol. */
export function kafkaServer(kafkaAddress: string, pid: number | undefined): DevCluster {
  return {
    brokerAddress: "",
    kafkaAddress,
    metricsUrl: undefined,
    isForeign: true,
    pid: pid ?? 0,
    readyMs: 0,
    stop: () => Promise.resolve(),
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exited;
}

interface ReadyLine {
  readonly broker: string;
  readonly kafka: string | undefined;
  readonly metrics: string | undefined;
}

/** The first line of JSON names the addresses. */
async function readyLine(child: ChildProcess): Promise<ReadyLine> {
  const message = "millrace dev ended before it was ready: see its message above";
  if (child.stdout === null) throw new AppError({ kind: "unavailable", code: "cluster-not-started", message });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!line.startsWith("{")) continue;
    const ready: unknown = JSON.parse(line);
    if (typeof ready === "object" && ready !== null && "broker" in ready && typeof ready.broker === "string")
      return {
        broker: ready.broker,
        kafka: "kafka" in ready && typeof ready.kafka === "string" ? ready.kafka : undefined,
        metrics: "metrics" in ready && typeof ready.metrics === "string" ? ready.metrics : undefined,
      };
  }
  throw new AppError({ kind: "unavailable", code: "cluster-not-started", message });
}
