import { assert, assertDefined } from "@millrace/stdx";
import type { JobGraph } from "@millrace/model";
import { assignTasks, type ExecutorCapacity, type TaskAssignment } from "./assign-tasks.ts";
import { BatchInFlight } from "./batch-in-flight.ts";
import { findMarkConflict, marksAhead, type SinkMark } from "./check-marks.ts";
import type { CommitTag, JobChange, JobEffect, JobEvent, TimerName, WorkerCommand, WorkerReport } from "./job-events.ts";
import {
  type BatchPlan,
  type CheckpointManifest,
  ENDED_STATES,
  type JobFailure,
  type JobRecord,
  type SourcePartition,
} from "./job-record.ts";
import { type JobShape, shapeOf } from "./job-shape.ts";
import {
  BATCH_TIMEOUT_MS,
  BATCHES_PER_CHECKPOINT_MAX,
  FENCING_TIMEOUT_MS,
  LOOKUP_RETRY_MS,
  OPENING_TIMEOUT_MS,
  RESCALE_DELAY_MS,
  STARTING_TIMEOUT_MS,
} from "./limits.ts";
import type { JobInput, Now } from "./job-input.ts";
import type { JobPhase } from "./job-phase.ts";
import { openCommand } from "./open-command.ts";
import { planNextBatch } from "./plan-batch.ts";
import { initialProgress, progressAfter, progressAt, type RunProgress } from "./progress.ts";
import { RecordedPlans } from "./recorded-plans.ts";
import { comesFromElsewhere, RestartPolicy } from "./restart-policy.ts";

/**
 * One job as a state machine: `handle` takes what happened and returns what to do. It decides everything about epochs, batches,
 * checkpoints and failures, and does nothing itself, so the same events always give the same effects. One commit is under way at a time.
 */
export class JobMachine {
  #record: JobRecord;
  readonly #graph: JobGraph;
  readonly #shape: JobShape;
  readonly #digest: (text: string) => string;
  #checkpoint: CheckpointManifest | undefined;
  readonly #plans: RecordedPlans;
  #replay: BatchPlan[] = [];
  #phase: JobPhase = { kind: "waiting", untilTimer: false };
  #assignment: TaskAssignment | undefined;
  #executors: readonly ExecutorCapacity[] = [];
  #progress: RunProgress | undefined;
  #lagRecords = 0;
  #lastCheckpointMs = 0;
  #batchStartedMs = 0;
  #lastBatchMs = 0;
  #savepoints: string[] = [];
  #rescale = false;
  #commitSequence = 0;
  /** Of the commit that the phase waits for: the answer of an earlier one belongs to a phase that is over. */
  #awaitedSequence = 0;
  readonly #restarts: RestartPolicy;
  #effects: JobEffect[] = [];
  #now: Now = { wallMs: 0, monotonicMs: 0 };

  constructor(input: JobInput) {
    this.#record = input.record;
    this.#graph = input.graph;
    this.#shape = shapeOf(input.graph);
    this.#digest = input.digest;
    this.#restarts = new RestartPolicy(input.graph.settings);
    this.#checkpoint = input.checkpoint;
    this.#plans = new RecordedPlans(input.plans, input.checkpoint?.batch ?? 0);
    if (ENDED_STATES.includes(input.record.state)) this.#phase = { kind: "ended" };
  }

  get record(): JobRecord {
    return this.#record;
  }

  /** The last one, committed or about to be. */
  get checkpoint(): CheckpointManifest | undefined {
    return this.#checkpoint;
  }

  get progress(): RunProgress | undefined {
    return this.#progress;
  }

  /** What watchers see beside the record. */
  get figures(): { lagRecords: number; lastPlanned: number; lastCheckpoint: number; workers: number; lastBatchMs: number } {
    return {
      lagRecords: this.#lagRecords,
      lastPlanned: this.#plans.last?.batch ?? this.#checkpoint?.batch ?? 0,
      lastCheckpoint: this.#checkpoint?.batch ?? 0,
      workers: this.#assignment?.workers.length ?? 0,
      lastBatchMs: this.#lastBatchMs,
    };
  }

  handle(event: JobEvent, now: Now): readonly JobEffect[] {
    this.#effects = [];
    this.#now = now;
    if (this.#phase.kind !== "ended") this.#dispatch(event);
    return this.#effects;
  }

  #dispatch(event: JobEvent): void {
    switch (event.kind) {
      case "executors":
        return this.#onExecutors(event.live);
      case "sources-resolved":
        return this.#onSources(event.sources);
      case "committed":
        if (event.sequence === this.#awaitedSequence) this.#onCommitted();
        return;
      case "commit-failed":
        return this.#onCommitFailed(event.failure);
      case "ends":
        return this.#onEnds(event.ends);
      case "timer":
        return this.#onTimer(event.name);
      case "worker":
        if (event.jobEpoch === this.#record.jobEpoch && this.#assignment !== undefined) this.#onReport(event.workerIndex, event.report);
        return;
      case "lookup-failed":
        return this.#onLookupFailed(event.failure, event.retriable);
      case "stop":
        return this.#onStop(event.drain);
      case "savepoint":
        this.#savepoints.push(event.savepointId);
        return this.#planSoon();
    }
  }

  // ---- epochs

  #onExecutors(live: readonly ExecutorCapacity[]): void {
    this.#executors = live;
    const assignment = this.#assignment;
    if (assignment === undefined) {
      if (this.#phase.kind === "waiting" && !this.#phase.untilTimer) this.#start();
      return;
    }
    const ids = new Set(live.map((executor) => executor.executorId));
    const lost = assignment.workers.find((executorId) => !ids.has(executorId));
    if (lost !== undefined) {
      this.#restart({
        kind: "unavailable",
        code: "executor-lost",
        message: "an executor of the job went away",
        context: { executor: lost },
      });
      return;
    }
    const wanted = this.#assign(live);
    if (wanted.workers.join() !== assignment.workers.join()) this.#emit({ kind: "set-timer", name: "rescale", delayMs: RESCALE_DELAY_MS });
  }

  #start(): void {
    const { stop } = this.#record;
    if (stop === "now" || (stop === "drain" && this.#plans.count === 0)) return this.#end("stopped", undefined);
    if (this.#record.sources === undefined) {
      this.#phase = { kind: "resolving" };
      this.#emit({ kind: "resolve-sources" });
      return;
    }
    const assignment = this.#assign(this.#executors);
    if (assignment.workers.length === 0) {
      this.#phase = { kind: "waiting", untilTimer: false };
      this.#update({ state: "waiting" });
      return;
    }
    const jobEpoch = this.#record.jobEpoch + 1;
    const ids = assignment.workers.map((_, workerIndex) => this.#transactionalId(jobEpoch, workerIndex));
    const fresh = this.#checkpoint === undefined && this.#plans.count === 0;
    this.#update({
      jobEpoch,
      state: this.#record.stop === "drain" ? "draining" : fresh ? "starting" : "recovering",
      openTransactionalIds: [...this.#record.openTransactionalIds, ...ids],
    });
    this.#assignment = assignment;
    this.#phase = { kind: "committing-epoch", assignment };
    this.#commit("epoch", [{ kind: "put-record", record: this.#record }]);
  }

  #assign(live: readonly ExecutorCapacity[]): TaskAssignment {
    return assignTasks({ slotCount: this.#graph.settings.slotCount, sourcePartitionCount: this.#record.sources?.length ?? 0 }, live);
  }

  #transactionalId(jobEpoch: number, workerIndex: number): string {
    return `millrace.${this.#record.jobId}.${this.#record.incarnation}.${jobEpoch}.${workerIndex}`;
  }

  #onSources(sources: readonly SourcePartition[]): void {
    if (this.#phase.kind !== "resolving") return;
    const interval = this.#graph.settings.batchIntervalMs;
    const zeroTimeMs = Math.floor(this.#now.wallMs / interval) * interval;
    this.#update({ sources, zeroTimeMs });
    this.#commit("sources", [{ kind: "put-record", record: this.#record }]);
  }

  #onCommitted(): void {
    const phase = this.#phase;
    switch (phase.kind) {
      case "resolving":
        return this.#start();
      case "committing-epoch":
        this.#phase = { kind: "starting", addresses: phase.assignment.workers.map(() => undefined) };
        this.#phaseTimer(STARTING_TIMEOUT_MS);
        phase.assignment.workers.forEach((executorId, workerIndex) => {
          this.#emit({ kind: "start-worker", executorId, jobEpoch: this.#record.jobEpoch, workerIndex });
        });
        return;
      case "committing-plan":
        return this.#run(phase.plan);
      case "committing-checkpoint":
        return this.#afterCheckpoint(phase.savepoints);
      case "committing-end":
        this.#phase = { kind: "ended" };
        this.#emit({ kind: "status-changed" });
        return;
      default:
        return;
    }
  }

  #onReport(workerIndex: number, report: WorkerReport): void {
    const phase = this.#phase;
    if (report.kind === "failed") return this.#onWorkerFailed(report);
    if (report.kind === "ready" && phase.kind === "starting") {
      phase.addresses[workerIndex] = report.shuffleAddress;
      const addresses = phase.addresses.filter((address) => address !== undefined);
      if (addresses.length === phase.addresses.length) this.#fence(addresses);
    } else if (report.kind === "fenced" && phase.kind === "fencing") {
      phase.pending.delete(workerIndex);
      if (phase.pending.size === 0) this.#open(phase.addresses);
    } else if (report.kind === "opened" && phase.kind === "opening") {
      phase.pending.delete(workerIndex);
      phase.marks.push(...report.marks);
      if (phase.pending.size === 0) this.#recover(phase.marks);
    } else if (report.kind === "map-done" && phase.kind === "batch") {
      phase.inFlight.mapDone(workerIndex, report);
    } else if (report.kind === "batch-done" && phase.kind === "batch") {
      if (phase.inFlight.batchDone(workerIndex, report)) this.#onBatchDone(phase.inFlight);
    }
  }

  #fence(addresses: readonly string[]): void {
    const own = new Set(addresses.map((_, workerIndex) => this.#transactionalId(this.#record.jobEpoch, workerIndex)));
    const former = this.#record.openTransactionalIds.filter((id) => !own.has(id));
    this.#phase = { kind: "fencing", pending: new Set(addresses.keys()), addresses };
    this.#phaseTimer(FENCING_TIMEOUT_MS);
    this.#toAll((workerIndex) => ({ kind: "fence", transactionalIds: former.filter((_, i) => i % addresses.length === workerIndex) }));
  }

  #open(addresses: readonly string[]): void {
    const own = addresses.map((_, workerIndex) => this.#transactionalId(this.#record.jobEpoch, workerIndex));
    this.#update({ openTransactionalIds: own }); // Stored with the next commit; fencing again is harmless.
    this.#phase = { kind: "opening", pending: new Set(addresses.keys()), marks: [] };
    this.#phaseTimer(OPENING_TIMEOUT_MS);
    const assignment = assertDefined(this.#assignment, "assignment");
    const epoch = { record: this.#record, graph: this.#graph, checkpoint: this.#checkpoint, assignment, addresses };
    this.#toAll((workerIndex) => openCommand(epoch, assertDefined(own[workerIndex], "transactional id")));
  }

  #recover(marks: readonly SinkMark[]): void {
    this.#emit({ kind: "cancel-timer", name: "phase" });
    const conflict = findMarkConflict(marks, { checkpointBatch: this.#checkpoint?.batch ?? 0, plans: this.#plans.all() });
    if (conflict !== undefined) return this.#end("failed", marksAhead(conflict));
    const start = { shape: this.#shape, sources: this.#sources(), zeroTimeMs: assertDefined(this.#record.zeroTimeMs, "zero time") };
    this.#progress = this.#checkpoint === undefined ? initialProgress(start) : progressAt(this.#checkpoint, start.shape);
    this.#replay = this.#plans.after(this.#progress.lastBatch);
    this.#lastCheckpointMs = this.#now.monotonicMs;
    this.#update({ state: this.#record.stop === "drain" ? "draining" : "running" });
    this.#next();
  }

  #sources(): readonly SourcePartition[] {
    return assertDefined(this.#record.sources, "source partitions");
  }

  // ---- batches

  #next(): void {
    const replayed = this.#replay.shift();
    if (replayed !== undefined) return this.#run(replayed);
    if (this.#record.stop === "now") return this.#end("stopped", undefined);
    if (this.#rescale && this.#progress?.lastBatch === this.#checkpoint?.batch) return this.#rescaleNow();
    this.#phase = { kind: "looking" };
    this.#emit({ kind: "list-ends" });
  }

  #onEnds(ends: readonly number[]): void {
    if (this.#phase.kind !== "looking") return;
    const progress = assertDefined(this.#progress, "progress");
    const input = { shape: this.#shape, settings: this.#graph.settings, sources: this.#sources(), progress, ends, digest: this.#digest };
    const atCheckpoint = progress.lastBatch === this.#checkpoint?.batch;
    if (this.#record.stop === "drain" && atCheckpoint && this.#savepoints.length === 0) return this.#end("stopped", undefined);
    const decision = planNextBatch({ ...input, nowMs: this.#now.wallMs, force: this.#wantsBoundary() });
    if (decision.kind === "finished") return this.#end("finished", undefined);
    this.#lagRecords = decision.lagRecords;
    if (decision.kind === "wait") {
      this.#phase = { kind: "idle" };
      this.#emit({ kind: "set-timer", name: "plan", delayMs: decision.delayMs });
      return;
    }
    this.#phase = { kind: "committing-plan", plan: decision.plan };
    this.#plans.add(decision.plan);
    this.#commit("plan", [{ kind: "put-plan", plan: decision.plan }, ...this.#plans.takeDeletions()]);
  }

  /** Something waits for a batch that ends in a checkpoint. */
  #wantsBoundary(): boolean {
    return this.#record.stop === "drain" || this.#rescale || this.#savepoints.length > 0;
  }

  #run(plan: BatchPlan): void {
    const workers = assertDefined(this.#assignment, "assignment").workers;
    const inFlight = new BatchInFlight(plan, { workerCount: workers.length, checkpoint: this.#checkpointDue(plan) });
    this.#phase = { kind: "batch", inFlight };
    this.#batchStartedMs = this.#now.monotonicMs;
    this.#phaseTimer(BATCH_TIMEOUT_MS);
    const checkpointedBatch = this.#checkpoint?.batch ?? 0;
    this.#toAll(() => ({ kind: "run-batch", plan, checkpoint: inFlight.checkpoint, checkpointedBatch }));
  }

  #checkpointDue(plan: BatchPlan): boolean {
    const interval = this.#graph.settings.checkpointIntervalMs;
    const elapsed = this.#now.monotonicMs - this.#lastCheckpointMs;
    return (
      plan.final || this.#wantsBoundary() || this.#plans.count >= BATCHES_PER_CHECKPOINT_MAX || (interval !== "off" && elapsed >= interval)
    );
  }

  #onBatchDone(inFlight: BatchInFlight): void {
    this.#emit({ kind: "cancel-timer", name: "phase" });
    this.#lastBatchMs = this.#now.monotonicMs - this.#batchStartedMs;
    this.#restarts.batchSucceeded(inFlight.plan.batch);
    this.#progress = progressAfter(assertDefined(this.#progress, "progress"), this.#sources(), inFlight);
    this.#emit({ kind: "status-changed" });
    if (!inFlight.checkpoint) return this.#next();
    const manifest = inFlight.manifest(this.#progress, this.#checkpoint, { replaying: this.#replay.length > 0 });
    const savepoints = this.#savepoints.splice(0);
    const former = this.#checkpoint;
    this.#checkpoint = manifest;
    this.#plans.prune(manifest.batch);
    const changes: JobChange[] = [
      { kind: "put-record", record: this.#record },
      { kind: "put-checkpoint", manifest },
      ...savepoints.map((savepointId): JobChange => ({ kind: "put-savepoint", savepointId, manifest })),
      ...this.#plans.takeDeletions(),
    ];
    if (former !== undefined) changes.push({ kind: "delete-checkpoint", batch: former.batch });
    this.#phase = { kind: "committing-checkpoint", savepoints };
    this.#commit("checkpoint", changes);
  }

  #afterCheckpoint(savepoints: readonly string[]): void {
    this.#lastCheckpointMs = this.#now.monotonicMs;
    const batch = assertDefined(this.#checkpoint, "checkpoint").batch;
    for (const savepointId of savepoints) this.#emit({ kind: "savepoint-created", savepointId, batch });
    this.#emit({ kind: "status-changed" });
    this.#next();
  }

  #planSoon(): void {
    if (this.#phase.kind !== "idle") return;
    this.#emit({ kind: "cancel-timer", name: "plan" });
    this.#next();
  }

  // ---- what goes wrong, and ends

  #onTimer(name: TimerName): void {
    switch (name) {
      case "retry-start":
        if (this.#phase.kind === "waiting") this.#start();
        return;
      case "plan":
        return this.#planSoon();
      case "rescale":
        if (this.#assignment === undefined || this.#assign(this.#executors).workers.join() === this.#assignment.workers.join()) return;
        this.#rescale = true;
        return this.#planSoon();
      case "phase": {
        const context = { phase: this.#phase.kind };
        return this.#restart({ kind: "unavailable", code: "phase-timeout", message: "workers did not answer in time", context });
      }
    }
  }

  #onWorkerFailed(report: WorkerReport & { kind: "failed" }): void {
    if (this.#record.stop === "now") return this.#end("stopped", undefined);
    if (report.permanent && this.#restarts.repeatsTooOften(report.batch)) {
      this.#end("failed", report.failure);
      return;
    }
    this.#restart(report.failure);
  }

  #onLookupFailed(failure: JobFailure, retriable: boolean): void {
    const asked = this.#phase.kind === "resolving" || this.#phase.kind === "looking";
    if (!retriable && asked) return this.#end("failed", failure);
    if (this.#phase.kind === "resolving") {
      this.#phase = { kind: "waiting", untilTimer: true };
      this.#update({ error: failure });
      this.#emit({ kind: "set-timer", name: "retry-start", delayMs: LOOKUP_RETRY_MS });
    } else if (this.#phase.kind === "looking") {
      this.#phase = { kind: "idle" };
      this.#emit({ kind: "set-timer", name: "plan", delayMs: LOOKUP_RETRY_MS });
    }
  }

  /** A plan or checkpoint that cannot be stored must not be used: the job ends, and says why. */
  #onCommitFailed(failure: JobFailure): void {
    if (this.#phase.kind === "committing-plan") this.#plans.removeLast();
    if (this.#phase.kind === "committing-end") this.#phase = { kind: "ended" };
    else this.#end("failed", failure);
  }

  #restart(failure: JobFailure): void {
    this.#stopWorkers();
    if (this.#phase.kind === "committing-checkpoint") this.#savepoints.unshift(...this.#phase.savepoints); // Stored again by the next one.
    this.#rescale = false;
    this.#update({ error: failure, restarts: this.#record.restarts + 1 });
    const delayMs = this.#restarts.nextDelayMs(this.#now.monotonicMs, { failure: !comesFromElsewhere(failure) });
    if (delayMs === undefined) {
      this.#end("failed", failure);
      return;
    }
    this.#update({ state: "recovering" });
    this.#phase = { kind: "waiting", untilTimer: true };
    this.#emit({ kind: "set-timer", name: "retry-start", delayMs });
  }

  #rescaleNow(): void {
    this.#stopWorkers();
    this.#rescale = false;
    this.#start();
  }

  /** Durable before it is answered: the next coordinator stops the job as well. */
  #onStop(drain: boolean): void {
    this.#update({ state: "draining", stop: drain && this.#record.stop !== "now" ? "drain" : "now" });
    this.#commitBeside("stop", [{ kind: "put-record", record: this.#record }]);
    const idle = this.#phase.kind === "waiting" || this.#phase.kind === "resolving";
    if (this.#record.stop === "now" || (idle && this.#plans.count === 0)) this.#end("stopped", undefined);
    else this.#planSoon();
  }

  #end(state: "finished" | "stopped" | "failed", failure: JobFailure | undefined): void {
    const running = this.#assignment !== undefined;
    this.#stopWorkers();
    if (state !== "finished" && running) this.#emit({ kind: "abandon-writers", transactionalIds: this.#record.openTransactionalIds });
    this.#update({ state, endedAtMs: this.#now.wallMs, error: failure ?? (state === "failed" ? this.#record.error : undefined) });
    this.#phase = { kind: "committing-end" };
    this.#commit("ended", [{ kind: "put-record", record: this.#record }]);
  }

  #stopWorkers(): void {
    this.#assignment?.workers.forEach((executorId, workerIndex) => {
      this.#emit({ kind: "stop-worker", executorId, jobEpoch: this.#record.jobEpoch, workerIndex });
    });
    this.#assignment = undefined;
    for (const name of ["phase", "plan", "rescale", "retry-start"] as const) this.#emit({ kind: "cancel-timer", name });
  }

  // ---- leaves

  #update(changes: Partial<JobRecord>): void {
    this.#record = { ...this.#record, ...changes };
    this.#emit({ kind: "status-changed" });
  }

  /** The phase goes on when it is durable. */
  #commit(tag: CommitTag, changes: readonly JobChange[]): void {
    this.#commitBeside(tag, changes);
    this.#awaitedSequence = this.#commitSequence;
  }

  /** Whatever the phase waits for. */
  #commitBeside(tag: CommitTag, changes: readonly JobChange[]): void {
    this.#commitSequence += 1;
    this.#emit({ kind: "commit", tag, sequence: this.#commitSequence, changes });
  }

  #phaseTimer(delayMs: number): void {
    this.#emit({ kind: "set-timer", name: "phase", delayMs });
  }

  #toAll(command: (workerIndex: number) => WorkerCommand): void {
    const workers = assertDefined(this.#assignment, "assignment").workers;
    assert(workers.length > 0, "a running job has workers");
    workers.forEach((executorId, workerIndex) => {
      this.#emit({ kind: "command", executorId, jobEpoch: this.#record.jobEpoch, workerIndex, command: command(workerIndex) });
    });
  }

  #emit(effect: JobEffect): void {
    this.#effects.push(effect);
  }
}
