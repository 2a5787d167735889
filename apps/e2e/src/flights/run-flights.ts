import { ExpectedDelays, Progress, produceFlights, readBack, Verification } from "@millrace/demo";
import { JobState } from "@millrace/contracts";
import { check, type Figures, type ScenarioContext } from "../scenario.ts";
import { type Cluster, type ClusterSize, startCluster } from "../system/cluster.ts";
import { runCli } from "../system/run-cli.ts";
import { type Fault, inflictFault } from "./faults.ts";
import { JobWatch } from "./job-watch.ts";
import { writeJobInSmallBatches } from "./small-batches.ts";

const PARTITIONS = 6;
const BATCHES_DEFAULT = 300;
const FINISH_MS_MAX = 20 * 60_000;

/** What the job needs to know of a cluster. */
export type Reachable = Pick<Cluster, "client" | "address">;

export interface FlightsRun {
  readonly recordCount: number;
  readonly size: ClusterSize;
  /** About so many; more of them leave more time for faults. */
  readonly batches?: number;
  /** In order of their moments. */
  readonly faults: readonly Fault[];
  /** Fail when progress takes longer than a fault's goal: on a machine with nothing else to do. Otherwise it is only said. */
  readonly goalsHold: boolean;
}

/** The main job on real processes, with faults while it runs: what it wrote must equal the independent computation all the same. */
export async function runFlights(run: FlightsRun, context: ScenarioContext): Promise<Figures> {
  const cluster = await startCluster(context.folder, run.size);
  try {
    const expected = await produceInput(cluster, run, context);
    const watch = await submit(cluster, run, context);
    const figures: Record<string, number> = { flights: run.recordCount };
    for (const fault of run.faults) {
      const progressMs = await inflictFault(fault, { cluster, watch, recordCount: run.recordCount, lateness: context.random.next() });
      context.say(`${fault.name} killed: the job went on after ${progressMs} ms (goal ${fault.progressMsMax} ms)`);
      figures[`${fault.name}KillToProgressMs`] = progressMs;
    }
    const { restarts, lastBatchDone } = await watch.until(
      "the end of the job",
      { withinMs: FINISH_MS_MAX },
      (status) => status.state === JobState.FINISHED,
    );
    watch.stop();
    const windows = await verify(cluster, expected);
    context.say(`${windows} windows, every one equal to the independent computation, none twice`);
    for (const fault of run.goalsHold ? run.faults : []) {
      const progressMs = figures[`${fault.name}KillToProgressMs`] ?? 0;
      check(
        progressMs <= fault.progressMsMax,
        `after the ${fault.name} was killed progress took ${progressMs} ms, more than ${fault.progressMsMax} ms: is the machine busy?`,
      );
    }
    return { ...figures, windows, batches: Number(lastBatchDone), restarts };
  } finally {
    await cluster.stop();
  }
}

/** Makes the topics and produces the flights; returns what the job must find. */
export async function produceInput(
  cluster: Reachable,
  run: { readonly recordCount: number; readonly replicas?: number },
  { say }: ScenarioContext,
): Promise<ExpectedDelays> {
  const replicationFactor = run.replicas ?? 1;
  for (const name of ["flights", "airport-delays"])
    await cluster.client.admin().createTopic({ name, partitions: PARTITIONS, replicationFactor });
  const expected = new ExpectedDelays();
  const progress = new Progress({ silent: true });
  const { seconds } = await produceFlights(cluster.client, { topic: "flights", recordCount: run.recordCount, expected, progress });
  say(`${run.recordCount} flights produced in ${seconds.toFixed(1)} s`);
  return expected;
}

/** Submits the job through the command line. */
export async function submit(
  cluster: Reachable,
  run: { readonly recordCount: number; readonly batches?: number },
  { folder, say }: ScenarioContext,
): Promise<JobWatch> {
  const module = writeJobInSmallBatches(folder, Math.ceil(run.recordCount / (run.batches ?? BATCHES_DEFAULT)));
  const { exit, stdout, stderr } = await runCli(["job", "submit", module, "--no-check", "--json", "--address", cluster.address]);
  check(exit === 0, `job submit ended with ${exit}: ${stderr}`);
  const { jobId } = JSON.parse(stdout) as { readonly jobId: string };
  say(`job ${jobId} submitted`);
  return new JobWatch(cluster.client, jobId);
}

/** Reads back what was written and compares; returns the number of windows. */
export async function verify(cluster: Reachable, expected: ExpectedDelays): Promise<number> {
  const verification = new Verification();
  await readBack(cluster.client, { topic: "airport-delays", verification, progress: new Progress({ silent: true }) });
  const { windowCount, differenceCount, differences } = verification.compareWith(expected);
  check(differenceCount === 0, `${differenceCount} differences from the independent computation, among them:\n${differences.join("\n")}`);
  return windowCount;
}
