import { checkHistory, formatVerdict, type HistoryEvent, type Verdict } from "@millrace/checkers";
import { Nemesis } from "../faults/nemesis.ts";
import type { FaultKind } from "../faults/fault.ts";
import { Cluster } from "../world/cluster.ts";
import { readEverything } from "../workload/final-reads.ts";
import { type JobFigures, JobRun } from "../jobs/job-run.ts";
import { Table } from "../workload/table.ts";
import { Workload } from "../workload/workload.ts";
import { compareReplicas } from "./compare-replicas.ts";
import { checkGroupOwners } from "./group-owners.ts";
import { watchCluster } from "./watch-cluster.ts";
import type { RunPlan, TopicPlan } from "./plan.ts";

/** Liveness: so long after everything is healed the topics must exist, and all be read. */
const SETUP_MS_MAX = 60_000;
const FINAL_MS_MAX = 120_000;
/** As long as a connection that died may seem to live, and then some. */
const REPLICAS_MS_MAX = 90_000;
const REPLICAS_STEP_MS = 5_000;
const TOPIC_RETRY_MS = 200;
const FINDINGS_SHOWN = 5;

export interface RunOptions {
  /** What every process logged is part of the result. */
  readonly keepsLog?: boolean;
  /** The history is part of a result that comes from another thread. */
  readonly keepsHistory?: boolean;
}

/** What a run came to. */
export interface RunResult {
  readonly plan: RunPlan;
  /** Digest of every event in its order. */
  readonly traceHash: string;
  readonly events: number;
  readonly simulatedMs: number;
  readonly realMs: number;
  readonly cpuMs: number;
  readonly operations: number;
  readonly acknowledged: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Undefined: the run has no job. */
  readonly job: JobFigures | undefined;
  /** What must not be; empty: the run is correct. The first word groups them. */
  readonly anomalies: readonly string[];
  readonly history: readonly HistoryEvent[];
  readonly logLines: readonly string[];
}

/** One whole run on virtual time: topics, clients and faults side by side, then everything healed, everything read, everything checked. */
export async function runPlan(plan: RunPlan, options: RunOptions = {}): Promise<RunResult> {
  const [startedMs, cpuBefore] = [performance.now(), process.threadCpuUsage()];
  const cluster = new Cluster(plan, { keepsLog: options.keepsLog === true });
  const watches = watchCluster(cluster, plan.lossyBroker);
  const workload = new Workload(cluster, plan, watches.durability);
  const job = plan.job === undefined ? undefined : new JobRun(workload, plan.job);
  const table = plan.table === undefined ? undefined : new Table(workload, { topic: plan.table.name, partitions: plan.table.partitions });
  const nemesis = new Nemesis(cluster, workload);
  cluster.start();
  const anomalies: string[] = [];
  if (await isSetUp(cluster, workload, job)) {
    workload.start();
    table?.start();
    job?.start();
    nemesis.start(plan.faults);
    await cluster.scheduler.runUntil(() => false, plan.workMs);
    nemesis.heal();
    workload.end();
    job?.end();
    if (!(await isReadToTheEnd(cluster, workload)))
      anomalies.push("liveness: not everything was readable in time after all faults had ended");
    if (table !== undefined) anomalies.push(...(await finished(cluster, table)));
    if (job !== undefined) anomalies.push(...(await job.finish()));
    // Followers may be as late as their longest waits: a stream that is found dead, a connection that is tried again.
    const isCompacted = (folder: string): boolean => plan.table !== undefined && watches.durability.isOf(plan.table.name, folder);
    let differences = compareReplicas(cluster.brokers, isCompacted);
    const isAlike = (): boolean => (differences = compareReplicas(cluster.brokers, isCompacted)).length === 0;
    for (let passedMs = 0; differences.length > 0 && passedMs < REPLICAS_MS_MAX && !isAlike(); passedMs += REPLICAS_STEP_MS)
      await cluster.scheduler.runUntil(() => false, REPLICAS_STEP_MS);
    anomalies.push(...differences, ...checkGroupOwners(cluster.brokers), ...workload.replicaFindings());
  } else anomalies.push("liveness: topics or a job could not be made in a healthy cluster");
  const verdict = checkHistory(workload.history);
  anomalies.push(
    ...watches.findings().slice(0, FINDINGS_SHOWN),
    ...workload.anomalies.slice(0, FINDINGS_SHOWN),
    ...cluster.log.alarms.map((line) => `alarm: ${line}`),
    ...describe(verdict),
  );
  const cpu = process.threadCpuUsage(cpuBefore);
  return {
    plan,
    traceHash: cluster.trace.digest,
    events: cluster.trace.events,
    simulatedMs: cluster.scheduler.nowMs,
    realMs: performance.now() - startedMs,
    cpuMs: (cpu.user + cpu.system) / 1_000,
    operations: verdict.counts.operations,
    acknowledged: verdict.counts.acknowledged,
    faults: nemesis.counts,
    job: job?.figures,
    anomalies,
    history: workload.history,
    logLines: cluster.log.lines,
  };
}

function describe(verdict: Verdict): string[] {
  if (verdict.isCorrect) return [];
  return formatVerdict(
    { ...verdict, findings: verdict.findings.filter(({ severity }) => severity === "failure") },
    { findingsMax: FINDINGS_SHOWN },
  )
    .split(/\n(?=failure)/)
    .slice(1);
}

async function isSetUp(cluster: Cluster, workload: Workload, job: JobRun | undefined): Promise<boolean> {
  const admin = cluster.process("admin", cluster.clientMachine("admin"));
  const connection = workload.connect(admin);
  const client = connection.admin();
  const { topics: ofClients, table } = workload.plan;
  const topics = [...ofClients, ...(table === undefined ? [] : [table]), ...(job?.topics ?? [])];
  let made = 0;
  const make = async ({ name, partitions, replicas, configs }: TopicPlan): Promise<void> => {
    for (;;) {
      try {
        const { topicId } = await client.createTopic({ name, partitions, replicationFactor: replicas, configs, ifNotExists: true });
        workload.durability.topicMade(name, topicId);
        made++;
        return;
      } catch (error) {
        cluster.log.note(admin.name, "topic is not made", { error });
        await admin.sleep(TOPIC_RETRY_MS); // brokers are still registering
      }
    }
  };
  for (const topic of topics) void make(topic);
  if (!(await cluster.scheduler.runUntil(() => made === topics.length, SETUP_MS_MAX))) return false;
  if (job === undefined) return true;
  let isSubmitted = false;
  const submit = async (): Promise<void> => {
    for (; !isSubmitted; await admin.sleep(TOPIC_RETRY_MS)) {
      await job.submit(connection).then(
        () => (isSubmitted = true),
        (error: unknown) => cluster.log.note(admin.name, "job is not taken", { error }),
      );
    }
  };
  void submit();
  return cluster.scheduler.runUntil(() => isSubmitted, SETUP_MS_MAX);
}

async function finished(cluster: Cluster, table: Table): Promise<readonly string[]> {
  let found: readonly string[] | undefined;
  table.finish().then(
    (anomalies) => (found = anomalies),
    (error: unknown) => (found = [`liveness: the table cannot be read: ${String(error)}`]),
  );
  await cluster.scheduler.runUntil(() => found !== undefined, FINAL_MS_MAX * 2);
  return found ?? ["liveness: the table was not read in time"];
}

async function isReadToTheEnd(cluster: Cluster, workload: Workload): Promise<boolean> {
  let result: boolean | undefined;
  const reader = cluster.process("final-reader", cluster.clientMachine("final-reader"));
  readEverything(workload, { process: reader, limitMs: FINAL_MS_MAX }).then(
    (isReached) => (result = isReached),
    () => (result = false),
  );
  await cluster.scheduler.runUntil(() => result !== undefined, FINAL_MS_MAX * 2);
  return result === true;
}
