import type { Client } from "@millrace/client";
import { JobState } from "@millrace/contracts";
import { AppError, toAppError } from "@millrace/model";
import type { SimProcess } from "../world/sim-process.ts";
import type { Workload } from "../workload/workload.ts";
import { checkJob, type JobVerdict } from "./check-job.ts";
import { encodeEvent, JobInput } from "./job-input.ts";
import { INPUT, type InputEvent, JOB_NAME, lastKeyOf, type Out, OUTPUT } from "./job-model.ts";
import type { JobPlan } from "./job-plan.ts";
import { sha256 } from "./sha256.ts";
import { TopicLog } from "./topic-log.ts";

/** Liveness: so long after everything is healed the job must have written everything, and so long after it is asked to stop it must have stopped. */
const CATCH_UP_MS_MAX = 120_000;
const STOP_MS_MAX = 60_000;
const RETRY_MS = 500;
/** Event time is moved on by so much at the end: every window closes. */
const LAST_AHEAD_MS = 60_000;
const FINDINGS_SHOWN = 5;

/** What of a job's run is told. */
export interface JobFigures {
  readonly inputs: number;
  readonly outputs: number;
  readonly restarts: number;
  /** Elements that came too late, as the job counts them. */
  readonly late: number;
}

/** The job of a run: submitted before anything goes wrong, fed meanwhile, and held against its input afterwards. */
export class JobRun {
  readonly #workload: Workload;
  readonly #plan: JobPlan;
  readonly #input: JobInput;
  #figures: JobFigures = { inputs: 0, outputs: 0, restarts: 0, late: 0 };

  constructor(workload: Workload, plan: JobPlan) {
    this.#workload = workload;
    this.#plan = plan;
    this.#input = new JobInput(workload, plan);
  }

  get figures(): JobFigures {
    return this.#figures;
  }

  get topics(): readonly { name: string; partitions: number; replicas: number; configs: Readonly<Record<string, string>> }[] {
    const configs = { "message.timestamp.after.max.ms": String(Number.MAX_SAFE_INTEGER) }; // Clocks of brokers are set back by hours.
    return [INPUT, OUTPUT].map((name) => ({ name, partitions: this.#plan.partitions, replicas: 3, configs }));
  }

  /** Once its topics are there. A repeated submission whose first answer was lost finds the job there. */
  async submit(client: Client): Promise<void> {
    const graphJson = JSON.stringify(this.#workload.cluster.job?.build().graph);
    const bundle = new TextEncoder().encode("simulated");
    try {
      await client.admin().submitJob({ name: JOB_NAME, graphJson, bundle, digest: sha256([graphJson, bundle]) });
    } catch (error) {
      if (!(error instanceof AppError && error.code === "job-exists")) throw error;
    }
  }

  start(): void {
    this.#input.start();
  }

  end(): void {
    this.#input.end();
  }

  /** After everything is healed: what the job owes, and what it did wrong. */
  async finish(): Promise<string[]> {
    const { cluster } = this.#workload;
    const process = cluster.process("job-reader", cluster.clientMachine("job-reader"));
    let found: readonly string[] | undefined;
    this.#settle(process).then(
      (anomalies) => (found = anomalies),
      (error: unknown) => (found = [`job: cannot be judged: ${toAppError(error).message}`]),
    );
    await cluster.scheduler.runUntil(() => found !== undefined, (CATCH_UP_MS_MAX + STOP_MS_MAX) * 2);
    return [...(found ?? ["liveness: the job could not be read in time"])];
  }

  async #settle(process: SimProcess): Promise<readonly string[]> {
    const client = this.#workload.connect(process);
    const { partitions } = this.#plan;
    const inputs = new TopicLog<InputEvent>(client, { topic: INPUT, partitions });
    const outputs = new TopicLog<Out>(client, { topic: OUTPUT, partitions });
    const look = async (): Promise<JobVerdict> => {
      await inputs.readOn();
      await outputs.readOn();
      return checkJob({ inputs: inputs.partitions, outputs: outputs.partitions });
    };
    await this.#until(process, CATCH_UP_MS_MAX, () => this.#closeWindows(client));
    let verdict: JobVerdict = { missing: ["job output: nothing could be read"], wrong: [] };
    const isSettled = ({ missing, wrong }: JobVerdict): boolean => missing.length === 0 || wrong.length > 0;
    await this.#until(process, CATCH_UP_MS_MAX, async () => isSettled((verdict = await look())));
    const { missing, wrong } = verdict;
    const owed = missing.slice(0, FINDINGS_SHOWN).join("; ");
    const late = `liveness: the job is not done ${CATCH_UP_MS_MAX / 1_000} s after all faults had ended: ${owed}`;
    const stop = await this.#stop(client, process);
    const isRead = await this.#until(process, STOP_MS_MAX, async () => {
      verdict = await look();
      return true;
    });
    this.#figures = { ...this.#figures, inputs: inputs.recordCount, outputs: outputs.recordCount };
    return [
      ...verdict.wrong.slice(0, FINDINGS_SHOWN),
      ...this.#miscounted(outputs),
      ...(missing.length === 0 || wrong.length > 0 ? [] : [late]),
      ...(isRead ? [] : ["liveness: topics of the job could not be read"]),
      ...stop,
    ];
  }

  /** After a restart counters go back to the checkpoint's, and what is replayed is counted again: in the end each late element is counted once. */
  #miscounted(outputs: TopicLog<Out>): string[] {
    const late = outputs.partitions.flat().filter(({ t }) => t === "late").length;
    return late === this.#figures.late ? [] : [`job conservation: ${this.#figures.late} late elements are counted, ${late} came out`];
  }

  async #closeWindows(client: Client): Promise<boolean> {
    const producer = client.producer();
    await producer.open([INPUT]);
    const at = Math.round(this.#workload.cluster.trueWallMs + LAST_AHEAD_MS);
    for (let partition = 0; partition < this.#plan.partitions; partition++)
      await producer.sendAndWait(INPUT, { partition, value: encodeEvent({ k: lastKeyOf(partition), n: 0, at }) });
    return true;
  }

  /** On a batch boundary: nothing is written any more, and what is there is whole. */
  async #stop(client: Client, process: SimProcess): Promise<string[]> {
    const admin = client.admin();
    let told = "it was not asked";
    const isStopped = await this.#until(process, STOP_MS_MAX, async () => {
      const { status } = await admin.getJob(JOB_NAME);
      if (status === undefined) return false;
      const isFailed = status.state === JobState.FAILED;
      told = `${isFailed ? "failed" : `in state ${status.state}`} ${status.error?.code ?? ""} ${status.error?.message ?? ""}`.trim();
      this.#figures = { ...this.#figures, restarts: status.restarts, late: Number(status.lateRecords) };
      if (status.state === JobState.STOPPED || isFailed) return true;
      if (status.state !== JobState.DRAINING) await admin.stopJob(JOB_NAME, { drain: true });
      return false;
    });
    if (told.startsWith("failed")) return [`job ${told}`];
    return isStopped ? [] : [`liveness: the job did not stop in ${STOP_MS_MAX / 1_000} s: ${told}`];
  }

  /** Tries until it is true; false: not in time. */
  async #until(process: SimProcess, limitMs: number, isDone: () => Promise<boolean>): Promise<boolean> {
    const { scheduler, log } = this.#workload.cluster;
    const endMs = scheduler.nowMs + limitMs;
    while (scheduler.nowMs < endMs) {
      try {
        if (await isDone()) return true;
      } catch (error) {
        log.note(process.name, "asks again", { code: toAppError(error).code, error });
      }
      await process.sleep(RETRY_MS);
    }
    return false;
  }
}
