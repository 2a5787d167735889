import { readFileSync } from "node:fs";
import type { Connection } from "../cluster/connection.ts";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import { problemsOfRun, runBoundedJob } from "../loads/bounded-job.ts";
import { kafkaAddressOf } from "../loads/kafka-throughput.ts";
import { childrenUsage, treeUsage } from "../measure/process-tree.ts";
import { CHECKPOINT_MS, PARALLELISM } from "./jvm-system.ts";
import type { System } from "./system.ts";
import { UsageMeter } from "./usage-meter.ts";

/** Ours: broker, coordinator and executor in one process, the job in processes of its own. */
export function millraceSystem({ cluster, connection }: { readonly cluster: DevCluster; readonly connection: Connection }): System {
  return {
    name: "millrace",
    servers: kafkaAddressOf(cluster),
    acknowledgement: `exactly once: output and progress in one transaction per batch, synced before it counts; checkpoints every ${CHECKPOINT_MS} ms`,
    run: async (work, { writtenRecords }) => {
      const startedMs = performance.now();
      const submitting = new UsageMeter(() => ({ cpuSeconds: endedChildrenSeconds(), residentBytes: 0 }));
      const job = new UsageMeter(() => childrenUsage(cluster.pid));
      const all = new UsageMeter(() => treeUsage(cluster.pid));
      const run = await runBoundedJob(connection.client, {
        address: cluster.brokerAddress,
        module: work.module,
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
