import { assertDefined } from "@millrace/stdx";
import type { JobGraph } from "@millrace/model";
import { assignTasks, sameWorkers, type ExecutorCapacity, type TaskAssignment } from "./assign-tasks.ts";
import { BatchInFlight } from "./batch-in-flight.ts";
import { findMarkConflict, marksAhead, type SinkMark } from "./check-marks.ts";
import { EpochWorkers } from "./epoch-workers.ts";
import type { JobEffect, JobEvent, TimerName, WorkerReport } from "./job-events.ts";
import type { BatchPlan, CheckpointManifest, JobFailure, SourcePartition } from "./job-record.ts";
import { ENDED_STATES } from "./job-record.ts";
import { type JobShape, shapeOf } from "./job-shape.ts";
import { BATCHES_PER_CHECKPOINT_MAX, LOOKUP_RETRY_MS, PHASE_TIMEOUTS_MS, RESCALE_WAIT_MS } from "./limits.ts";
import type { JobFigures, JobInput, Now } from "./job-input.ts";
import { JobHand } from "./job-hand.ts";
import { awaitsRecord, isRunning, type JobPhase } from "./job-phase.ts";
import { Following } from "./following.ts";
import type { Marker } from "./marker.ts";
import { layoutChange } from "./layout-change.ts";
import { openCommand, openingTimeoutMs } from "./open-command.ts";
import { PlanClock } from "./plan-clock.ts";
import { planNextBatch, recordCount } from "./plan-batch.ts";
import { initialProgress, progressAfter, progressAt, type RunProgress } from "./progress.ts";
import { checkpointChanges, RecordedPlans } from "./recorded-plans.ts";
import { type FoundInput, lookFor } from "./source-lookup.ts";
import { RateEstimator } from "./rate-estimator.ts";
import { Rescale } from "./rescale.ts";
import { comesFromElsewhere, executorLost, RestartPolicy } from "./restart-policy.ts";

/**
 * One job as a state machine: `handle` takes what happened and returns what to do. It decides everything about epochs, batches,
 * checkpoints and failures, and does nothing itself, so the same events always give the same effects. One commit is under way at a time.
 */
export class JobMachine extends JobHand {
  readonly #graph: JobGraph;
  readonly #shape: JobShape;
  readonly #digest: (text: string) => string;
  #checkpoint: CheckpointManifest | undefined;
  readonly #plans: RecordedPlans;
  #replay: BatchPlan[] = [];
  #phase: JobPhase = { kind: "waiting", untilTimer: false };
  #executors: readonly ExecutorCapacity[] = [];
  #progress: RunProgress | undefined;
  #lagRecords = 0;
  #lastCheckpointMs = 0;
  #lastDoneMs = 0;
  #savepoints: string[] = [];
  /** Of a job in continuous mode. */
  readonly #following: Following | undefined;
  readonly #rescale = new Rescale((effect) => this.emit(effect));
  readonly #restarts: RestartPolicy;
  readonly #rate: RateEstimator;
  readonly #planClock = new PlanClock();

  constructor(input: JobInput) {
    super(input.record);
    this.#graph = input.graph;
    this.#shape = shapeOf(input.graph);
    this.#digest = input.digest;
    this.#restarts = new RestartPolicy(input.graph.settings);
    this.#rate = new RateEstimator(input.graph.settings.batchIntervalMs);
    if (input.graph.settings.latency === "continuous") this.#following = new Following(this.#shape, input.graph.settings);
    this.#checkpoint = input.checkpoint;
    this.#plans = new RecordedPlans(input.plans, input.checkpoint?.batch ?? 0);
    if (ENDED_STATES.includes(input.record.state)) this.#phase = { kind: "ended" };
  }

  /** The last one, committed or about to be. */
  get checkpoint(): CheckpointManifest | undefined {
    return this.#checkpoint;
  }

  get progress(): RunProgress | undefined {
    return this.#progress;
  }

  /** What watchers see beside the record. */
  get figures(): JobFigures {
    return {
      lagRecords: this.#lagRecords,
      lastPlanned: this.#plans.last?.batch ?? this.#checkpoint?.batch ?? 0,
      lastCheckpoint: this.#checkpoint?.batch ?? 0,
      workers: this.workers?.count ?? 0,
      openOn: isRunning(this.#phase) ? (this.workers?.assignment.workers ?? []) : [],
      lastBatchMs: this.#rate.processingMs,
      start: this.starts.figuresOf(this.#phase, this.workers),
      rescaling: this.#rescale.isUnderWay,
      lastRescalePauseMs: this.#rescale.lastPauseMs,
    };
  }

  handle(event: JobEvent, now: Now): readonly JobEffect[] {
    this.begin(now);
    if (this.#phase.kind !== "ended") this.#dispatch(event);
    return this.takeEffects();
  }

  #dispatch(event: JobEvent): void {
    switch (event.kind) {
      case "executors":
        return this.#onExecutors(event.live);
      case "sources-resolved":
        return this.#onSources(event.sources);
      case "committed":
        if (this.commits.isAwaited(event.sequence)) this.#onCommitted();
        else this.#rescale.committed(event.sequence);
        return;
      case "commit-failed":
        return this.#onCommitFailed(event.failure);
      case "ends":
        return this.#phase.kind === "looking" ? this.#onFound(this.#phase.lookup.ended(event.ends)) : undefined;
      case "timer":
        return this.#onTimer(event.name);
      case "worker":
        if (event.jobEpoch === this.workers?.jobEpoch) this.#onReport(this.workers, event.workerIndex, event.report);
        else this.#onUpcoming(this.#rescale.report(event));
        return;
      case "lookup-failed":
        return this.#onLookupFailed(event.failure, event.retriable);
      case "stop":
        return this.#onStop(event.drain);
      case "savepoint":
        this.#savepoints.push(event.savepointId);
        return this.#planSoon();
      case "rescale":
        return this.#onRescale(event.workers);
    }
  }

  // ---- epochs

  #onExecutors(live: readonly ExecutorCapacity[]): void {
    this.#executors = live;
    if (this.workers === undefined) return this.#phase.kind === "waiting" && !this.#phase.untilTimer ? this.#start() : undefined;
    const layouts = { current: this.workers.assignment, upcoming: this.#rescale.upcoming?.assignment, wanted: this.#assign(live) };
    const change = layoutChange(live, layouts);
    if (change.kind === "lost") return this.#restart(executorLost(change.executorId));
    if (change.kind === "under-way") return;
    this.#rescale.drop();
    if (change.kind === "wanted") this.emit({ kind: "set-timer", name: "rescale", delayMs: change.delayMs });
  }

  #start(): void {
    const { stop } = this.record;
    if (stop === "now" || (stop === "drain" && this.#plans.count === 0)) return this.#end("stopped", undefined);
    if (this.record.sources === undefined) {
      this.#phase = { kind: "resolving" };
      this.emit({ kind: "resolve-sources" });
      return;
    }
    const assignment = this.#assign(this.#executors);
    if (assignment.workers.length === 0) {
      this.#phase = { kind: "waiting", untilTimer: false };
      this.update({ state: "waiting" });
      return;
    }
    const jobEpoch = ++this.epochGiven;
    const workers = new EpochWorkers(jobEpoch, assignment, this.record);
    const fresh = this.#checkpoint === undefined && this.#plans.count === 0;
    this.update({
      jobEpoch,
      state: this.record.stop === "drain" ? "draining" : fresh ? "starting" : "recovering",
      openTransactionalIds: [...this.record.openTransactionalIds, ...workers.transactionalIds],
    });
    this.workers = workers;
    this.#phase = { kind: "committing-epoch" };
    this.commits.awaited("epoch", [this.putRecord()]);
  }

  #assign(live: readonly ExecutorCapacity[]): TaskAssignment {
    const { sources = [], workersAsked } = this.record;
    return assignTasks({ slotCount: this.#graph.settings.slotCount, sourcePartitionCount: sources.length, workersAsked }, live);
  }

  #onSources(sources: readonly SourcePartition[]): void {
    if (this.#phase.kind !== "resolving") return;
    const interval = this.#graph.settings.batchIntervalMs;
    const zeroTimeMs = Math.floor(this.now.wallMs / interval) * interval;
    this.update({ sources, zeroTimeMs });
    this.commits.awaited("sources", [this.putRecord()]);
  }

  #onCommitted(): void {
    const phase = this.#phase;
    switch (phase.kind) {
      case "resolving":
        return this.#start();
      case "committing-epoch":
        this.#phase = { kind: "starting" };
        this.startTimer(PHASE_TIMEOUTS_MS.starting);
        this.workers?.start().forEach((effect) => this.emit(effect));
        return;
      case "committing-plan":
        return this.#run(phase.plan);
      case "batch":
        return this.toAll(() => phase.inFlight.recorded());
      case "committing-checkpoint":
        return this.#afterCheckpoint(phase.savepoints);
      case "committing-end":
        this.#phase = { kind: "ended" };
        this.emit({ kind: "status-changed" });
        return;
      default:
        return;
    }
  }

  #onReport(workers: EpochWorkers, workerIndex: number, report: WorkerReport): void {
    const phase = this.#phase;
    if (report.kind === "failed") return this.#onWorkerFailed(report);
    if (report.kind === "ready" && phase.kind === "starting") {
      workers.ready(workerIndex, report);
      this.emit({ kind: "status-changed" });
      if (workers.areReady) this.#fence(workers);
    } else if (report.kind === "fenced" && phase.kind === "fencing") {
      if (this.isLast(phase.pending, workerIndex)) this.#open(workers);
    } else if (report.kind === "opened" && phase.kind === "opening") {
      phase.marks.push(...report.marks);
      if (this.isLast(phase.pending, workerIndex)) this.#recover(phase.marks);
    } else if (report.kind === "listed" && phase.kind === "looking") {
      this.#onFound(phase.lookup.listed(workerIndex, report));
    } else if (report.kind === "marked" && phase.kind === "marking") {
      if (phase.marker.passed(workerIndex, report)) this.#onMarked(phase.marker);
    } else if (report.kind === "map-done" && phase.kind === "batch") {
      phase.inFlight.mapDone(workerIndex, report);
    } else if (report.kind === "batch-done" && phase.kind === "batch") {
      if (phase.inFlight.batchDone(workerIndex, report)) this.#onBatchDone(phase.inFlight);
    }
  }

  #fence({ count, transactionalIds }: EpochWorkers): void {
    const former = this.record.openTransactionalIds.filter((id) => !transactionalIds.includes(id));
    this.#phase = { kind: "fencing", pending: new Set(transactionalIds.keys()) };
    this.startTimer(PHASE_TIMEOUTS_MS.fencing);
    this.toAll((workerIndex) => ({ kind: "fence", transactionalIds: former.filter((_, i) => i % count === workerIndex) }));
  }

  #open({ transactionalIds, assignment, addresses }: EpochWorkers): void {
    this.update({ openTransactionalIds: transactionalIds }); // Stored with the next commit; fencing again is harmless.
    this.#phase = { kind: "opening", pending: new Set(transactionalIds.keys()), marks: [] };
    this.startTimer(openingTimeoutMs(this.#checkpoint));
    const epoch = { record: this.record, graph: this.#graph, checkpoint: this.#checkpoint, assignment, addresses };
    this.toAll((workerIndex) => openCommand(epoch, assertDefined(transactionalIds[workerIndex], "transactional id")));
  }

  #recover(marks: readonly SinkMark[]): void {
    this.started();
    const conflict = findMarkConflict(marks, { checkpointBatch: this.#checkpoint?.batch ?? 0, plans: this.#plans.all() });
    if (conflict !== undefined) return this.#end("failed", marksAhead(conflict));
    const start = { shape: this.#shape, sources: this.#sources(), zeroTimeMs: assertDefined(this.record.zeroTimeMs, "zero time") };
    this.#progress = this.#checkpoint === undefined ? initialProgress(start) : progressAt(this.#checkpoint, start.shape);
    this.#replay = this.#plans.after(this.#progress.lastBatch);
    this.#lastCheckpointMs = this.now.monotonicMs;
    this.#rescale.opened(this.figures.workers, this.now.monotonicMs);
    this.update({ state: this.record.stop === "drain" ? "draining" : "running" });
    this.#next();
  }

  #sources(): readonly SourcePartition[] {
    return assertDefined(this.record.sources, "source partitions");
  }

  // ---- batches

  #next(): void {
    const replayed = this.#replay.shift();
    if (replayed !== undefined) return this.#run(replayed);
    if (this.record.stop === "now") return this.#end("stopped", undefined);
    const atCheckpoint = this.#progress?.lastBatch === this.#checkpoint?.batch;
    if (this.#rescale.ready !== undefined && atCheckpoint && this.record.stop === undefined) return this.#switchTo(this.#rescale.ready);
    if (this.#following !== undefined) return this.#nextMarker(this.#following);
    const workers = assertDefined(this.workers, "workers");
    const progress = assertDefined(this.#progress, "progress");
    const lookup = lookFor(progress, { shape: this.#shape, sources: this.#sources(), workers: workers.assignment.sourceWorkers });
    this.#phase = { kind: "looking", lookup };
    if (lookup.asksBrokers) this.emit({ kind: "list-ends" });
    if (lookup.workers.size > 0) this.phaseTimer(PHASE_TIMEOUTS_MS.listing);
    workers.ask(lookup).forEach((effect) => this.emit(effect));
  }

  /** Workers read on all the time; what they have read when the marker passes them is a batch. */
  #nextMarker(following: Following): void {
    const progress = assertDefined(this.#progress, "progress");
    if (!following.isOn) this.toAll(following.begin(progress, this.#sources(), this.now.monotonicMs));
    const planNowMs = this.#planClock.at(this.now, progress.lastTimeMs);
    const delayMs = following.markerDelayMs(progress, { planNowMs, monotonicMs: this.now.monotonicMs });
    if (delayMs > 0 && !this.#wantsBoundary()) return this.#waitToPlan(delayMs);
    const job = { sources: this.#sources(), progress, workerCount: this.figures.workers };
    this.#phase = { kind: "marking", marker: following.mark(job, this.now.monotonicMs) };
    this.phaseTimer(PHASE_TIMEOUTS_MS.batch);
    this.toAll(() => ({ kind: "mark", batch: progress.lastBatch + 1 }));
  }

  #onMarked(marker: Marker): void {
    this.#onFound({ ends: marker.ends, notes: [] });
    this.#lagRecords = marker.lagRecords;
  }

  #waitToPlan(delayMs: number): void {
    this.#phase = { kind: "idle" };
    this.emit({ kind: "set-timer", name: "plan", delayMs: this.#planClock.realMs(delayMs) });
  }

  /** What there is to read is known: the next batch is planned. Undefined: not all have answered. */
  #onFound(found: FoundInput | undefined): void {
    if (found === undefined) return;
    this.emit({ kind: "cancel-timer", name: "phase" });
    const progress = assertDefined(this.#progress, "progress");
    const settings =
      this.#following !== undefined ? { ...this.#graph.settings, maxRecordsPerBatch: Infinity } : this.#rate.bound(this.#graph.settings);
    const input = { shape: this.#shape, settings, sources: this.#sources(), progress, ...found, digest: this.#digest };
    const atCheckpoint = progress.lastBatch === this.#checkpoint?.batch;
    if (this.record.stop === "drain" && atCheckpoint && this.#savepoints.length === 0) return this.#end("stopped", undefined);
    const decision = planNextBatch({ ...input, nowMs: this.#planClock.at(this.now, progress.lastTimeMs), force: this.#wantsBoundary() });
    if (decision.kind === "finished") return this.#end("finished", undefined);
    this.#lagRecords = decision.lagRecords;
    if (decision.kind === "wait") {
      if (this.#following !== undefined) this.toAll(this.#following.begin(progress, this.#sources(), this.now.monotonicMs));
      return this.#waitToPlan(decision.delayMs);
    }
    this.#plans.add(decision.plan);
    this.commits.awaited("plan", [{ kind: "put-plan", plan: decision.plan }, ...this.#plans.takeDeletions()]);
    if (this.workers?.waitForPlans === true) this.#run(decision.plan, { recorded: false });
    else this.#phase = { kind: "committing-plan", plan: decision.plan };
  }

  /** Something waits for a batch that ends in a checkpoint. */
  #wantsBoundary(): boolean {
    return this.record.stop === "drain" || this.#rescale.ready !== undefined || this.#savepoints.length > 0;
  }

  #run(plan: BatchPlan, { recorded } = { recorded: true }): void {
    const inFlight = new BatchInFlight(plan, { workerCount: this.figures.workers, checkpoint: this.#checkpointDue(plan), recorded });
    this.#phase = { kind: "batch", inFlight };
    this.#rate.batchBegan(this.now.monotonicMs);
    this.phaseTimer(PHASE_TIMEOUTS_MS.batch);
    const checkpointedBatch = this.#checkpoint?.batch ?? 0;
    const follow = this.#following?.goesOnAfter(plan) ?? false;
    this.toAll(() => ({ kind: "run-batch", plan, checkpoint: inFlight.checkpoint, checkpointedBatch, follow, recorded }));
  }

  #checkpointDue(plan: BatchPlan): boolean {
    const interval = this.#graph.settings.checkpointIntervalMs;
    const isOld = interval !== "off" && this.now.monotonicMs - this.#lastCheckpointMs >= interval;
    return plan.final || isOld || this.#wantsBoundary() || this.#plans.count >= BATCHES_PER_CHECKPOINT_MAX;
  }

  #onBatchDone(inFlight: BatchInFlight): void {
    this.emit({ kind: "cancel-timer", name: "phase" });
    this.#lastDoneMs = this.now.monotonicMs;
    this.#restarts.batchSucceeded(inFlight.plan.batch);
    this.#rate.batchDone(this.#lastDoneMs, recordCount(inFlight.plan.ranges));
    this.#progress = progressAfter(assertDefined(this.#progress, "progress"), this.#sources(), inFlight);
    this.emit({ kind: "status-changed" });
    if (!inFlight.checkpoint) return this.#next();
    const manifest = inFlight.manifest(this.#progress, this.#checkpoint, { replaying: this.#replay.length > 0 });
    const savepoints = this.#savepoints.splice(0);
    const former = this.#checkpoint;
    this.#checkpoint = manifest;
    this.#plans.prune(manifest.batch);
    const changes = [this.putRecord(), ...checkpointChanges(manifest, { savepoints, former }), ...this.#plans.takeDeletions()];
    this.#phase = { kind: "committing-checkpoint", savepoints };
    this.commits.awaited("checkpoint", changes);
  }

  #afterCheckpoint(savepoints: readonly string[]): void {
    this.#lastCheckpointMs = this.now.monotonicMs;
    const batch = assertDefined(this.#checkpoint, "checkpoint").batch;
    for (const savepointId of savepoints) this.emit({ kind: "savepoint-created", savepointId, batch });
    this.emit({ kind: "status-changed" });
    this.#next();
  }

  #planSoon(): void {
    if (this.#phase.kind !== "idle") return;
    this.emit({ kind: "cancel-timer", name: "plan" });
    this.#next();
  }

  // ---- rescales

  /** Durable before it is answered, whether or not the job runs now. */
  #onRescale(workers: number | undefined): void {
    this.update({ workersAsked: workers });
    this.commits.beside("rescale", [this.putRecord()]);
    if (this.workers === undefined) return; // The next start has it.
    this.#rescale.isAsked = true;
    this.#prepareRescale();
  }

  #prepareRescale(): void {
    if (this.workers === undefined || this.record.stop !== undefined) return;
    if (!isRunning(this.#phase)) return this.emit({ kind: "set-timer", name: "rescale", delayMs: RESCALE_WAIT_MS });
    this.#rescale.isAsked = false;
    const wanted = this.#assign(this.#executors);
    if (sameWorkers(wanted, this.#rescale.upcoming?.assignment)) return;
    this.#rescale.drop();
    if (wanted.workers.length === 0 || sameWorkers(wanted, this.workers.assignment)) return this.emit({ kind: "status-changed" });
    const workers = new EpochWorkers(++this.epochGiven, wanted, this.record);
    this.update({ openTransactionalIds: [...this.record.openTransactionalIds, ...workers.transactionalIds] });
    this.#rescale.begin(workers, this.commits.beside("rescale", [this.putRecord()]));
  }

  #onUpcoming(failure: JobFailure | undefined): void {
    if (failure !== undefined) this.update({ error: failure });
    else if (this.#rescale.ready !== undefined) this.#planSoon();
  }

  /** At a checkpoint, with nothing under way: the former workers end, and the new ones open their tasks where those left off. */
  #switchTo(workers: EpochWorkers): void {
    this.#rescale.takeOver(this.#lastDoneMs);
    this.#stopRunning();
    this.workers = workers;
    this.update({ jobEpoch: workers.jobEpoch });
    this.#fence(workers);
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
        return this.#prepareRescale();
      case "prepare":
        return this.#onUpcoming(this.#rescale.timedOut());
      case "phase":
        return this.#restart(this.timedOut(this.#phase));
    }
  }

  #onWorkerFailed(report: WorkerReport & { kind: "failed" }): void {
    if (this.record.stop === "now") return this.#end("stopped", undefined);
    if (report.permanent && this.#restarts.repeatsTooOften(report.batch)) {
      this.#end("failed", report.failure);
      return;
    }
    this.#restart(report.failure);
  }

  #onLookupFailed(failure: JobFailure, retriable: boolean): void {
    const isResolving = this.#phase.kind === "resolving";
    if (!isResolving && this.#phase.kind !== "looking") return;
    if (!retriable) return this.#end("failed", failure);
    this.#phase = isResolving ? { kind: "waiting", untilTimer: true } : { kind: "idle" };
    this.emit({ kind: "cancel-timer", name: "phase" });
    if (isResolving) this.update({ error: failure });
    this.emit({ kind: "set-timer", name: isResolving ? "retry-start" : "plan", delayMs: LOOKUP_RETRY_MS });
  }

  /** A plan or checkpoint that cannot be stored must not be used: the job ends, and says why. */
  #onCommitFailed(failure: JobFailure): void {
    if (awaitsRecord(this.#phase)) this.#plans.removeLast();
    if (this.#phase.kind === "committing-end") this.#phase = { kind: "ended" };
    else this.#end("failed", failure);
  }

  #restart(failure: JobFailure): void {
    this.#stopWorkers();
    if (this.#phase.kind === "committing-checkpoint") this.#savepoints.unshift(...this.#phase.savepoints); // Stored again by the next one.
    this.update({ error: failure, restarts: this.record.restarts + 1 });
    const delayMs = this.#restarts.nextDelayMs(this.now.monotonicMs, { failure: !comesFromElsewhere(failure) });
    if (delayMs === undefined) return this.#end("failed", failure);
    this.update({ state: "recovering" });
    this.#phase = { kind: "waiting", untilTimer: true };
    this.emit({ kind: "set-timer", name: "retry-start", delayMs });
  }

  /** Durable before it is answered: the next coordinator stops the job as well. */
  #onStop(drain: boolean): void {
    this.update({ state: "draining", stop: drain && this.record.stop !== "now" ? "drain" : "now" });
    this.commits.beside("stop", [this.putRecord()]);
    const idle = this.#phase.kind === "waiting" || this.#phase.kind === "resolving";
    if (this.record.stop === "now" || (idle && this.#plans.count === 0)) this.#end("stopped", undefined);
    else this.#planSoon();
  }

  #end(state: "finished" | "stopped" | "failed", failure: JobFailure | undefined): void {
    const running = this.workers !== undefined;
    this.#stopWorkers();
    if (state !== "finished" && running) this.emit({ kind: "abandon-writers", transactionalIds: this.record.openTransactionalIds });
    this.update({ state, endedAtMs: this.now.wallMs, error: failure ?? (state === "failed" ? this.record.error : undefined) });
    this.#phase = { kind: "committing-end" };
    this.commits.awaited("ended", [this.putRecord()]);
  }

  #stopWorkers(): void {
    this.#rescale.abandon();
    this.#stopRunning();
  }

  #stopRunning(): void {
    this.workers?.stop().forEach((effect) => this.emit(effect));
    this.workers = undefined;
    this.#following?.end();
    for (const name of ["phase", "plan", "rescale", "retry-start"] as const) this.emit({ kind: "cancel-timer", name });
  }
}
