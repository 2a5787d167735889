import { readFileSync } from "node:fs";
import { JobState } from "@millrace/contracts";
import type { Connection } from "../cluster/connection.ts";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import { problemsOfRun, runBoundedJob, submitJob } from "../loads/bounded-job.ts";
import { kafkaAddressOf } from "../loads/kafka-throughput.ts";
import { childrenUsage, type TreeUsage, treeUsage } from "../measure/process-tree.ts";
import { CHECKPOINT_MS, PARALLELISM } from "./jvm-system.ts";
import type { Copier, Guarantee, System } from "./system.ts";
import { UsageMeter } from "./usage-meter.ts";

interface Node {
  readonly cluster: DevCluster;
  readonly connection: Connection;
  /** Main file of the command that submits. */
  readonly cli: string;
}

/** Ours: broker, coordinator and executor in one process, the job in processes of its own. */
export function millraceSystem({ cluster, connection, cli }: Node): System {
  return {
    name: "millrace",
    servers: kafkaAddressOf(cluster),
    unsynced: ["flush=interval"],
    acknowledgement: `exactly once: output and progress in one transaction per batch, synced before it counts; checkpoints every ${CHECKPOINT_MS} ms`,
    run: async (work, { writtenRecords }) => {
      const startedMs = performance.now();
      const submitting = new UsageMeter(() => ({ cpuSeconds: endedChildrenSeconds(), residentBytes: 0 }));
      const job = new UsageMeter(() => childrenUsage(cluster.pid));
      const all = new UsageMeter(() => treeUsage(cluster.pid));
      const run = await runBoundedJob(connection.client, {
        address: cluster.brokerAddress,
        module: work.module,
        cli,
        onRunning: () => undefined,
      });
      const [jobUsage, allUsage, submitted] = [job.stop(), all.stop(), submitting.stop()];
      return {
        seconds: run.totalSeconds,
        wholeSeconds: (performance.now() - startedMs) / 1_000,
        engine: { cpuSeconds: jobUsage.cpuSeconds + submitted.cpuSeconds, memoryPeakBytes: jobUsage.memoryPeakBytes },
        broker: {
          cpuSeconds: allUsage.cpuSeconds - jobUsage.cpuSeconds,
          memoryPeakBytes: allUsage.memoryPeakBytes - jobUsage.memoryPeakBytes,
        },
        problems: problemsOfRun(run, writtenRecords),
        settings: { engine: "Millrace, node of `millrace dev` and the job's processes", workers: PARALLELISM, batches: run.batchCount },
      };
    },
    startCopy: (guarantee) => startCopy(guarantee, { cluster, connection, cli }),
  };
}

/** Markers, which commit what is between them. */
const MARKER_MS = { "exactly-once": 10, "at-least-once": 100 } as const;

async function startCopy(guarantee: Guarantee, { cluster, connection, cli }: Node): Promise<Copier> {
  const intervalMs = MARKER_MS[guarantee];
  const admin = connection.client.admin();
  const jobId = await submitJob({ address: cluster.brokerAddress, module: `copy/continuous-${intervalMs}.ts`, cli });
  for await (const { state } of admin.watchJob(jobId)) if (state === JobState.RUNNING) break;
  const broker = (): TreeUsage => {
    const [all, job] = [treeUsage(cluster.pid), childrenUsage(cluster.pid)];
    return { cpuSeconds: all.cpuSeconds - job.cpuSeconds, residentBytes: all.residentBytes - job.residentBytes };
  };
  return {
    engine: () => childrenUsage(cluster.pid),
    broker,
    isolation: guarantee === "exactly-once" ? "read_committed" : "read_uncommitted",
    acknowledgement: `${guarantee}, continuous mode, markers every ${intervalMs} ms; topics are written as Kafka's are, without a sync before the answer`,
    settings: { engine: "Millrace, node of `millrace dev` and the job's processes", workers: PARALLELISM },
    stop: async () => {
      await admin.stopJob(jobId);
      for await (const { state } of admin.watchJob(jobId)) if (state === JobState.STOPPED || state === JobState.FINISHED) break;
    },
  };
}

/** CPU time of the programs that this one started and that have ended: the one that submits, between two looks. */
function endedChildrenSeconds(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(13, 15)
    .map(Number);
  return (user + system) / 100;
}
