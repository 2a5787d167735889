import { AppError } from "@millrace/model";
import type { ExpressionLanguage } from "@millrace/ports";
import { type CheckpointManifest, ENDED_STATES } from "@millrace/scheduling";
import type { ExecutorChange } from "../executors/executor-registry.ts";
import type { CreateJobsPart, JobsPart, JobsPorts } from "../jobs-port.ts";
import { CheckpointFiles } from "./checkpoint-files.ts";
import { createJobHandlers } from "./job-handlers.ts";
import type { JobFigures } from "../observe-jobs.ts";
import { jobFigures } from "./job-figures.ts";
import { JobRunner } from "./job-runner.ts";
import { decodeJobs, decodeSavepoints, JOBS_PREFIX, type StoredJob } from "./job-store.ts";
import { trimHolders } from "./needed-checkpoints.ts";
import { RecordHolder, type ReplayingJob } from "./record-holder.ts";
import { StateReads } from "./state-reads.ts";
import { TopicTrimmer } from "./topic-trimmer.ts";
import { reportFromWire } from "./worker-messages.ts";

export interface JobsSettings {
  /** SHA-256 of all chunks together, lower-case hex. */
  readonly sha256: (chunks: readonly (Uint8Array | string)[]) => string;
  /** In which the functions of jobs without a module are written: they are checked when a job is submitted. */
  readonly expressions: ExpressionLanguage;
}

/** The jobs of one term: a runner each, the service that users call, and the reports of workers on their way to the runners. */
export function createJobsPart(settings: JobsSettings): CreateJobsPart {
  return (ports) => new Jobs(settings, ports);
}

/** All jobs of this term. Exported for the handlers beside it only. */
export class Jobs implements JobsPart {
  readonly handlers: JobsPart["handlers"];
  readonly settings: JobsSettings;
  readonly ports: JobsPorts;
  readonly runners = new Map<string, JobRunner>();
  /** State that savepoints refer to, by their id. */
  readonly savepoints = new Map<string, CheckpointManifest>();
  readonly stateReads: StateReads;
  readonly #stopListening: (() => void)[] = [];
  readonly #trimmer: TopicTrimmer;
  readonly #recordHolder: RecordHolder;
  readonly #checkpointFiles = new CheckpointFiles(this);
  readonly #namesTaken = new Set<string>();
  #loaded = false;

  constructor(settings: JobsSettings, ports: JobsPorts) {
    this.settings = settings;
    this.ports = ports;
    this.stateReads = new StateReads(ports.clock);
    this.handlers = createJobHandlers(this);
    this.#trimmer = new TopicTrimmer(() => trimHolders(this), ports);
    this.#recordHolder = new RecordHolder(() => this.#replaying(), ports);
  }

  async start(): Promise<void> {
    const entries = await this.ports.store.readAll(JOBS_PREFIX);
    for (const stored of decodeJobs(entries)) this.add(stored);
    for (const [savepointId, manifest] of decodeSavepoints(entries)) this.savepoints.set(savepointId, manifest);
    this.#trimmer.start();
    this.#recordHolder.start();
    this.#loaded = true;
    const { registry } = this.ports;
    this.#stopListening.push(
      registry.onChange((change) => {
        this.#onExecutors(change);
      }),
      registry.onReport((_, report) => {
        const { worker } = report;
        const translated = reportFromWire(report);
        if (worker === undefined) return;
        if (report.report.case === "stateRead") return this.stateReads.answered(worker, report.report.value);
        if (report.report.case === "batchDone") this.runners.get(worker.jobId)?.measure(worker, report.report.value);
        if (translated === undefined) this.#logLine(worker.jobId, report.report);
        else this.runners.get(worker.jobId)?.onReport(Number(worker.jobEpoch), worker.workerIndex, translated);
      }),
    );
    this.#onExecutors(undefined);
  }

  figures(): readonly JobFigures[] {
    const newest = new Map<string, JobRunner>();
    for (const runner of this.runners.values()) {
      const { name, incarnation } = runner.machine.record;
      if (incarnation >= (newest.get(name)?.machine.record.incarnation ?? 0)) newest.set(name, runner);
    }
    return [...newest.values()].map((runner) => jobFigures(runner, this.ports.clock.wallMs()));
  }

  stop(): Promise<void> {
    this.#trimmer.stop();
    this.#recordHolder.stop();
    for (const stopListening of this.#stopListening.splice(0)) stopListening();
    for (const runner of this.runners.values()) runner.stop();
    return Promise.resolve();
  }

  /** Takes a job up; it starts as soon as there are executors. */
  add(stored: StoredJob): JobRunner {
    const digest = (text: string): string => this.settings.sha256([text]);
    const runner = new JobRunner(stored, { ...this.ports, digest });
    this.runners.set(stored.record.jobId, runner);
    runner.watch(() => {
      this.#checkpointFiles.look(runner);
    });
    if (!ENDED_STATES.includes(stored.record.state))
      this.ports.logger.info("job taken up", { job: stored.record.jobId, name: stored.record.name });
    return runner;
  }

  /** Until all jobs are loaded, no answer would be true: not even that there is no such job. */
  assertLoaded(): void {
    if (this.#loaded) return;
    throw new AppError({ kind: "retry", code: "jobs-loading", message: "this coordinator is loading its jobs: try again in a moment" });
  }

  /** Keeps a name while a job of it is being stored, so that two cannot be submitted at once. False: it is taken. */
  reserve(name: string): boolean {
    if (this.#namesTaken.has(name)) return false;
    this.#namesTaken.add(name);
    return true;
  }

  release(name: string): void {
    this.#namesTaken.delete(name);
  }

  /** Jobs of a name, newest first. */
  named(name: string): JobRunner[] {
    const named = [...this.runners.values()].filter((runner) => runner.machine.record.name === name);
    return named.sort((a, b) => b.machine.record.incarnation - a.machine.record.incarnation);
  }

  /** Asks for one; `stored` resolves with its batch. */
  beginSavepoint(runner: JobRunner): { readonly savepointId: string; readonly stored: Promise<number> } {
    const savepointId = `${runner.jobId}.${this.ports.random.hex(4)}`;
    const stored = runner.createSavepoint(savepointId).then((batch) => {
      const saved = runner.machine.checkpoint;
      if (saved !== undefined) this.savepoints.set(savepointId, saved);
      return batch;
    });
    return { savepointId, stored };
  }

  /** By id, or the newest of that name. */
  find(idOrName: string): JobRunner {
    this.assertLoaded();
    const runner = this.runners.get(idOrName) ?? this.named(idOrName)[0];
    if (runner !== undefined) return runner;
    throw new AppError({
      kind: "not-found",
      code: "unknown-job",
      message: "no such job: see `millrace job list`",
      context: { job: idOrName },
    });
  }

  /** A lost executor is told at once, even if it is back already: its workers are gone. */
  #onExecutors(change: ExecutorChange | undefined): void {
    const live = this.ports.registry.live();
    const lost = change?.kind === "lost" ? change.executor.incarnationId : undefined;
    for (const runner of this.runners.values()) runner.setExecutors(live.filter((handle) => handle.incarnationId !== lost));
  }

  #running(): JobRunner[] {
    return [...this.runners.values()].filter(({ machine }) => !ENDED_STATES.includes(machine.record.state));
  }

  #replaying(): ReplayingJob[] {
    return this.#running().map(({ jobId, machine }) => {
      const sources = machine.record.sources ?? [];
      return { jobId, sources, positions: machine.checkpoint?.positions ?? sources.map((source) => source.startOffset) };
    });
  }

  #logLine(jobId: string, report: { case: string | undefined; value?: unknown }): void {
    if (report.case !== "log") return;
    const { text } = report.value as { text: string };
    this.ports.logger.info("job output", { job: jobId, text });
  }
}
