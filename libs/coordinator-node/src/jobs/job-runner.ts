import { AppError, isRetriable, toAppError } from "@millrace/model";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { type Logger, sleep, type Span, type Timer } from "@millrace/ports";
import {
  type CheckpointManifest,
  type ExecutorCapacity,
  type JobEffect,
  type JobEvent,
  type JobFailure,
  JobMachine,
  ENDED_STATES,
  type TimerName,
  shapeOf,
  type WorkerReport,
} from "@millrace/scheduling";
import type { ExecutorCommand, ExecutorHandle } from "../executors/executor-registry.ts";
import type { JobsPorts } from "../jobs-port.ts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BatchDone, WorkerCommandSchema } from "@millrace/contracts";
import { abandonWriters } from "./abandon-writers.ts";
import { JobOffsets, positionsOf } from "./job-offsets.ts";
import { changesOfJob, type StoredJob } from "./job-store.ts";
import { jobInstruments, JobMeter } from "./job-meter.ts";
import { COMMIT_RETRY_MS, RATE_WINDOW_MS } from "./limits.ts";
import { listEnds, resolveSources } from "./resolve-sources.ts";
import { commandToWire } from "./worker-messages.ts";

/** Performs what the machine of one job decides, and feeds it what happens. Lives for one term of leadership. */
export class JobRunner {
  readonly machine: JobMachine;
  readonly stored: StoredJob;
  readonly meter: JobMeter;
  readonly #ports: JobsPorts;
  readonly #logger: Logger;
  readonly #timers = new Map<TimerName, Timer>();
  readonly #watchers = new Set<() => void>();
  readonly #savepointWaiters = new Map<string, Deferred<number>>();
  readonly #over = new AbortController();
  readonly #offsets: JobOffsets;
  /** Handles by the key under which the machine knows an executor's process. */
  readonly #executors = new Map<string, ExecutorHandle>();
  #commits: Promise<void> = Promise.resolve();
  #storedCheckpoint: CheckpointManifest | undefined;
  /** Of the batch that workers run now; undefined when it is not sampled. */
  #batchSpan: { readonly batch: number; readonly span: Span | undefined } | undefined;
  #rate = { atMs: 0, records: 0, perSecond: 0 };

  constructor(stored: StoredJob, ports: JobsPorts & { digest: (text: string) => string }) {
    this.stored = stored;
    this.#storedCheckpoint = stored.checkpoint;
    this.#ports = ports;
    this.#logger = ports.logger;
    this.machine = new JobMachine({ ...stored, digest: ports.digest });
    const job = { name: stored.record.name, isBounded: shapeOf(stored.graph).bounded };
    this.#offsets = new JobOffsets(this.jobId, ports);
    this.meter = new JobMeter(job, jobInstruments(ports.metrics), ports.clock);
  }

  get jobId(): string {
    return this.stored.record.jobId;
  }

  /** The term that this runner belonged to is over: another coordinator has the job. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** The last one that the store has for sure; the machine's may still be on its way there. */
  get storedCheckpoint(): CheckpointManifest | undefined {
    return this.#storedCheckpoint;
  }

  get recordsPerSecond(): number {
    return this.#rate.perSecond;
  }

  /** The executors that may run workers now; a restarted process counts as another one. */
  setExecutors(live: readonly ExecutorHandle[]): void {
    const capacities: ExecutorCapacity[] = [];
    this.#executors.clear();
    for (const handle of live) {
      const executorId = `${handle.executorId}/${handle.incarnationId}`;
      this.#executors.set(executorId, handle); // One that drains gets nothing new, but its workers run until others have taken over, and it must hear that they are stopped.
      capacities.push({ executorId, workerSlots: handle.stopping ? 0 : handle.workerSlots });
    }
    this.dispatch({ kind: "executors", live: capacities });
  }

  /** Figures of a report, before it is dispatched. Those of another epoch are of a former attempt. */
  measure({ jobEpoch, workerIndex }: { jobEpoch: bigint; workerIndex: number }, done: BatchDone): void {
    if (Number(jobEpoch) === this.machine.record.jobEpoch) this.meter.workerDone(done, { jobEpoch: Number(jobEpoch), workerIndex });
  }

  onReport(jobEpoch: number, workerIndex: number, report: WorkerReport): void {
    if (report.kind === "failed") {
      const { failure, permanent, batch } = report;
      this.#logger.warn("worker failed", {
        job: this.jobId,
        jobEpoch,
        workerIndex,
        batch,
        permanent,
        ...failure.context,
        code: failure.code,
        reason: failure.message,
      });
    }
    this.dispatch({ kind: "worker", jobEpoch, workerIndex, report });
  }

  dispatch(event: JobEvent): void {
    if (this.#over.signal.aborted) return;
    const { clock } = this.#ports;
    const { state: before, restarts } = this.machine.record;
    const { progress, checkpoint } = this.machine;
    const effects = this.machine.handle(event, { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() });
    const done = this.machine.progress;
    if (done !== undefined && progress !== undefined && done.lastBatch > progress.lastBatch) {
      const { lastBatchMs: milliseconds } = this.machine.figures;
      this.#offsets.note(positionsOf(this.machine.record.sources ?? [], done.positions));
      this.meter.batchDone({ milliseconds, checkpoint: this.machine.checkpoint !== checkpoint, span: this.#batchSpan?.span });
    }
    for (const effect of effects) this.#perform(effect);
    if (this.#batchSpan !== undefined && this.machine.progress?.lastBatch === this.#batchSpan.batch) this.#endBatchSpan();
    this.#measureRate();
    const { state, jobEpoch, error } = this.machine.record;
    if (ENDED_STATES.includes(state)) {
      this.#rejectSavepoints(
        new AppError({
          kind: "conflict",
          code: "job-ended",
          message: "the job ended before the savepoint was stored",
          context: { job: this.jobId },
        }),
      );
    }
    if (this.machine.record.restarts > restarts)
      this.#logger[error?.code === "executor-lost" ? "info" : "warn"]("job restarts", {
        job: this.jobId,
        jobEpoch,
        ...error?.context,
        code: error?.code,
        reason: error?.message,
      });
    if (state !== before)
      this.#logger.info("job state changed", { job: this.jobId, name: this.machine.record.name, state, jobEpoch, error: error?.code });
  }

  /** Calls back after every change, until the returned function is called. */
  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  /** Resolves with its batch when it is stored; rejects when the job or this coordinator's term ends first. */
  createSavepoint(savepointId: string): Promise<number> {
    const stored = createDeferred<number>();
    this.#savepointWaiters.set(savepointId, stored);
    this.dispatch({ kind: "savepoint", savepointId });
    return stored.promise;
  }

  /** Resolves when the request is durable: whoever leads next carries it out as well. */
  async requestStop(options: { drain: boolean }): Promise<void> {
    this.dispatch({ kind: "stop", drain: options.drain });
    await this.#commits;
  }

  /** Resolves when the wish is durable. Absent: as many as the executors offer. */
  async requestWorkers(workers: number | undefined): Promise<void> {
    this.dispatch({ kind: "rescale", workers });
    await this.#commits;
  }

  /** Resolves when the job has ended and the store says so; rejects when the term is over before. */
  async untilEnded(): Promise<void> {
    while (!ENDED_STATES.includes(this.machine.record.state)) {
      if (this.isOver) throw termOver("ask for the state of the job");
      const changed = createDeferred<void>();
      const stopWatching = this.watch(() => changed.resolve());
      await changed.promise;
      stopWatching();
    }
    await this.#commits;
  }

  /** Sends a command of no batch to every worker with open tasks, or to the first of them. */
  tellWorkers(command: MessageInitShape<typeof WorkerCommandSchema>["command"] & object, { first = false } = {}): void {
    const { jobEpoch } = this.machine.record;
    for (const [workerIndex, executorId] of this.machine.figures.openOn.slice(0, first ? 1 : Infinity).entries())
      this.#send({ executorId }, { case: "worker", value: { worker: this.#workerId({ jobEpoch, workerIndex }), command } });
  }

  stop(): void {
    this.#over.abort(new Error("the term of this coordinator is over"));
    for (const timer of this.#timers.values()) timer.cancel();
    this.#offsets.stop();
    this.#endBatchSpan();
    this.#rejectSavepoints(termOver("ask for the savepoint again"));
    this.#notify();
  }

  #perform(effect: JobEffect): void {
    switch (effect.kind) {
      case "commit":
        this.#commits = this.#commits.then(() => this.#commit(effect));
        return;
      case "resolve-sources":
        this.#lookUp(resolveSources(this.stored.graph, this.#ports).then((sources) => ({ kind: "sources-resolved", sources })));
        return;
      case "list-ends":
        this.meter.looking();
        this.#lookUp(listEnds(this.machine.record.sources ?? [], this.#ports).then((ends) => ({ kind: "ends", ends })));
        return;
      case "start-worker":
        this.#send(effect, { case: "startWorker", value: this.#startWorker(effect) });
        return;
      case "stop-worker":
        this.#send(effect, { case: "stopWorker", value: { worker: this.#workerId(effect) } });
        return;
      case "command":
        if (effect.command.kind === "mark" && effect.workerIndex === 0) this.meter.looking();
        if (effect.command.kind === "run-batch" && effect.workerIndex === 0) this.meter.running(effect.command.plan);
        this.#send(effect, { case: "worker", value: { worker: this.#workerId(effect), command: this.#commandOf(effect) } });
        return;
      case "abandon-writers":
        void abandonWriters(effect.transactionalIds, this.#ports, this.#over.signal);
        return;
      case "set-timer":
        this.#timers.get(effect.name)?.cancel();
        this.#timers.set(
          effect.name,
          this.#ports.clock.setTimer(effect.delayMs, () => this.dispatch({ kind: "timer", name: effect.name })),
        );
        return;
      case "cancel-timer":
        this.#timers.get(effect.name)?.cancel();
        this.#timers.delete(effect.name);
        return;
      case "status-changed":
        this.#notify();
        return;
      case "rescaled":
        this.#logger.info("job rescaled", { job: this.jobId, workers: effect.workers, pauseMs: Math.round(effect.pauseMs) });
        return;
      case "savepoint-created":
        this.#savepointWaiters.get(effect.savepointId)?.resolve(effect.batch);
        this.#savepointWaiters.delete(effect.savepointId);
        return;
    }
  }

  /** Until it is durable or the term is over: a store that is away makes planning wait, never skip. */
  async #commit(effect: JobEffect & { kind: "commit" }): Promise<void> {
    const changes = changesOfJob(this.jobId, effect.changes);
    for (;;) {
      if (this.#over.signal.aborted) return;
      try {
        const result = await this.#ports.store.commit(changes);
        if (result.kind === "conflict")
          throw new AppError({
            kind: "conflict",
            code: "job-changed",
            message: "an entry of the job was changed by someone else",
            context: { key: result.key },
          });
        for (const change of effect.changes) if (change.kind === "put-checkpoint") this.#storedCheckpoint = change.manifest;
        this.dispatch({ kind: "committed", sequence: effect.sequence });
        return;
      } catch (error) {
        const failure = toAppError(error);
        if (failure.kind === "fenced") return; // The term is over, and this runner with it.
        if (!isRetriable(failure) && failure.code !== "too-many-commits") {
          this.#logger.error("commit refused", { job: this.jobId, tag: effect.tag, code: failure.code, reason: failure.message });
          this.dispatch({ kind: "commit-failed", sequence: effect.sequence, failure: toFailure(failure) });
          return;
        }
        await sleep(this.#ports.clock, COMMIT_RETRY_MS, this.#over.signal).catch(() => undefined);
      }
    }
  }

  #lookUp(event: Promise<JobEvent>): void {
    event.then(
      (found) => this.dispatch(found),
      (error: unknown) => {
        const failure = toAppError(error);
        const retriable = isRetriable(failure) || failure.kind === "fenced";
        this.#logger.debug("lookup failed", { job: this.jobId, code: failure.code, reason: failure.message, retriable });
        this.dispatch({ kind: "lookup-failed", failure: toFailure(failure), retriable });
      },
    );
  }

  #send(effect: { executorId: string }, command: ExecutorCommand): void {
    const handle = this.#executors.get(effect.executorId);
    if (handle !== undefined) this.#ports.registry.send(handle.executorId, command);
  }

  #commandOf({ command, jobEpoch }: JobEffect & { kind: "command" }): ReturnType<typeof commandToWire> {
    const traceparent = command.kind === "run-batch" ? this.#spanOfBatch(command.plan.batch, jobEpoch)?.traceparent : undefined;
    return commandToWire(command, traceparent);
  }

  /** One span per batch and attempt; workers hang theirs below it. */
  #spanOfBatch(batch: number, jobEpoch: number): Span | undefined {
    if (this.#batchSpan?.batch === batch) return this.#batchSpan.span;
    this.#endBatchSpan();
    const attributes = { "millrace.job": this.machine.record.name, "millrace.batch": batch, "millrace.job_epoch": jobEpoch };
    this.#batchSpan = { batch, span: this.#ports.tracer.startSpan(`batch ${this.machine.record.name}`, { attributes }) };
    return this.#batchSpan.span;
  }

  #endBatchSpan(): void {
    this.#batchSpan?.span?.end();
    this.#batchSpan = undefined;
  }

  #startWorker(effect: { jobEpoch: number; workerIndex: number }) {
    const brokerAddresses = [...this.#ports.cluster.brokerAddresses()];
    return { worker: this.#workerId(effect), digest: this.machine.record.digest, brokerAddresses };
  }

  #workerId({ jobEpoch, workerIndex }: { jobEpoch: number; workerIndex: number }): {
    jobId: string;
    jobEpoch: bigint;
    workerIndex: number;
  } {
    return { jobId: this.jobId, jobEpoch: BigInt(jobEpoch), workerIndex };
  }

  #rejectSavepoints(reason: AppError): void {
    for (const waiter of this.#savepointWaiters.values()) waiter.reject(reason);
    this.#savepointWaiters.clear();
  }

  #measureRate(): void {
    const now = this.#ports.clock.monotonicMs();
    const records = this.machine.progress?.counters.recordsIn ?? 0;
    const elapsedMs = now - this.#rate.atMs;
    if (elapsedMs < RATE_WINDOW_MS) return;
    const perSecond = records < this.#rate.records ? 0 : ((records - this.#rate.records) * 1_000) / elapsedMs;
    this.#rate = { atMs: now, records, perSecond };
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

function termOver(next: string): AppError {
  return new AppError({ kind: "retry", code: "term-over", message: `this coordinator no longer leads: ${next}` });
}

function toFailure(error: AppError): JobFailure {
  const context = Object.fromEntries(Object.entries(error.context).map(([key, value]) => [key, String(value)]));
  return { kind: error.kind, code: error.code, message: error.reason, context };
}
