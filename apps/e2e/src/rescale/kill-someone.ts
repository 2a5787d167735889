import type { SeededRandom } from "@millrace/testkit";
import type { Cluster } from "../system/cluster.ts";
import { childrenOf } from "../system/managed-process.ts";

/** Kills a worker (of the layout that runs, or of the one that is prepared), an executor with all of its workers, or the coordinator; who was killed starts again. Says who. */
export async function killSomeone(cluster: Cluster, random: SeededRandom): Promise<string> {
  const workers = cluster.executors.flatMap(({ process: executor }) => (executor.isRunning ? childrenOf(executor.pid) : []));
  const kind = (["worker", "worker", "executor", "coordinator"] as const)[random.integer(4)];
  const worker = workers[random.integer(Math.max(1, workers.length))];
  if (kind === "worker" && worker !== undefined) {
    process.kill(worker, "SIGKILL");
    return `one of ${workers.length} workers`;
  }
  const { executors, coordinators } = cluster;
  const members = kind === "executor" ? executors : coordinators;
  const victim = members[random.integer(members.length)];
  await victim?.process.kill();
  await victim?.process.start();
  return victim?.process.name ?? "nobody";
}
