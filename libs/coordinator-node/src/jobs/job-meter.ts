import type { BatchDone } from "@millrace/contracts";
import type { Clock, Counter, Histogram, Labels, Metrics, Span } from "@millrace/ports";

interface JobInstruments {
  readonly schedulingDelay: Histogram;
  readonly processing: Histogram;
  readonly stage: Histogram;
  readonly endToEnd: Histogram;
  readonly checkpoint: Histogram;
  readonly batches: Counter;
  readonly replayed: Counter;
  readonly recordsIn: Counter;
  readonly recordsOut: Counter;
  readonly late: Counter;
}

/** Shared by all jobs of a process: asking again for a metric gives the same one. */
export function jobInstruments(metrics: Metrics): JobInstruments {
  return {
    schedulingDelay: metrics.histogram("millrace_job_batch_scheduling_delay_seconds"),
    processing: metrics.histogram("millrace_job_batch_processing_seconds"),
    stage: metrics.histogram("millrace_job_batch_stage_seconds"),
    endToEnd: metrics.histogram("millrace_job_end_to_end_seconds"),
    checkpoint: metrics.histogram("millrace_job_checkpoint_duration_seconds"),
    batches: metrics.counter("millrace_job_batches_total"),
    replayed: metrics.counter("millrace_job_replayed_batches_total"),
    recordsIn: metrics.counter("millrace_job_records_in_total"),
    recordsOut: metrics.counter("millrace_job_records_out_total"),
    late: metrics.counter("millrace_job_late_records_total"),
  };
}

/** What a batch took, and where: fed by the runner of one job with what happens and what workers report. Decides nothing. */
export class JobMeter {
  readonly #instruments: JobInstruments;
  readonly #clock: Clock;
  readonly #labels: { readonly job_name: string };
  readonly #ofOperator: (operator: string) => Labels;
  readonly #ofStage: (stage: string) => Labels;
  readonly #isBounded: boolean;
  /** Seconds by stage of the slowest worker, of the batch that runs. */
  readonly #stages = new Map<string, number>();
  readonly #keysByWorker = new Map<number, ReadonlyMap<string, number>>();
  #keysEpoch = -1;
  #oldestMs = Infinity;
  #lookedAtMs: number | undefined;
  /** What the slowest worker waited until the plan was stored, with all else done. */
  #recordSeconds = 0;
  #lastRun = 0;
  #checkpointAtMs: number;

  constructor(job: { name: string; isBounded: boolean }, instruments: JobInstruments, clock: Clock) {
    this.#labels = { job_name: job.name };
    this.#ofOperator = labelledBy(this.#labels, "operator");
    this.#ofStage = labelledBy(this.#labels, "stage");
    this.#isBounded = job.isBounded;
    this.#instruments = instruments;
    this.#clock = clock;
    this.#checkpointAtMs = clock.monotonicMs();
    instruments.replayed.add(0, this.#labels); // From 0, so that the first replay is an increase.
  }

  /** The next batch is looked for. */
  looking(): void {
    this.#lookedAtMs = this.#clock.monotonicMs();
  }

  /** Workers are told to run it. */
  running(plan: { batch: number; timeMs: number }): void {
    this.#stages.clear();
    this.#recordSeconds = 0;
    this.#oldestMs = Infinity;
    if (plan.batch <= this.#lastRun) this.#instruments.replayed.add(1, this.#labels);
    else if (!this.#isBounded) {
      const delayMs = Math.max(0, this.#clock.wallMs() - plan.timeMs); // The time of a batch of bounded input is not the clock's.
      this.#instruments.schedulingDelay.record(delayMs / 1_000, this.#labels);
    }
    if (this.#lookedAtMs !== undefined) this.#stages.set("plan", (this.#clock.monotonicMs() - this.#lookedAtMs) / 1_000);
    this.#lookedAtMs = undefined;
    this.#lastRun = Math.max(this.#lastRun, plan.batch);
  }

  /** One worker is done with it. */
  workerDone(done: BatchDone, of: { jobEpoch: number; workerIndex: number }): void {
    for (const { stage, seconds } of done.stages) {
      if (stage === "plan") this.#recordSeconds = Math.max(this.#recordSeconds, seconds);
      else this.#stages.set(stage, Math.max(this.#stages.get(stage) ?? 0, seconds));
    }
    if (done.oldestTimestampMs !== undefined) this.#oldestMs = Math.min(this.#oldestMs, Number(done.oldestTimestampMs));
    if (of.jobEpoch !== this.#keysEpoch) this.#keysByWorker.clear();
    this.#keysEpoch = of.jobEpoch;
    this.#keysByWorker.set(of.workerIndex, new Map(done.metrics.map(({ operatorId, stateKeys }) => [operatorId, Number(stateKeys)])));
    const { recordsIn, recordsOut, late } = this.#instruments;
    for (const operator of done.metrics) {
      const labels = this.#ofOperator(operator.operatorId);
      recordsIn.add(Number(operator.recordsIn), labels);
      recordsOut.add(Number(operator.recordsOut), labels);
      late.add(Number(operator.lateRecords), labels);
    }
  }

  /** All are. */
  batchDone(of: { milliseconds: number; checkpoint: boolean; span: Span | undefined }): void {
    const { processing, stage, endToEnd, checkpoint, batches } = this.#instruments;
    batches.add(1, this.#labels);
    const plan = this.#stages.get("plan");
    if (plan !== undefined) this.#stages.set("plan", plan + this.#recordSeconds);
    processing.record(of.milliseconds / 1_000, this.#labels, of.span?.traceparent);
    for (const [name, seconds] of this.#stages) stage.record(seconds, this.#ofStage(name));
    if (this.#oldestMs !== Infinity)
      endToEnd.record(Math.max(0, this.#clock.wallMs() - this.#oldestMs) / 1_000, this.#labels, of.span?.traceparent);
    if (!of.checkpoint) return;
    checkpoint.record(this.#stages.get("checkpoint") ?? 0, this.#labels);
    this.#checkpointAtMs = this.#clock.monotonicMs();
  }

  get checkpointAgeSeconds(): number {
    return (this.#clock.monotonicMs() - this.#checkpointAtMs) / 1_000;
  }

  /** Keys in state by operator, over all workers of this epoch; operators without state are left out. */
  stateKeys(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const keys of this.#keysByWorker.values()) {
      for (const [operator, count] of keys) if (count > 0 || sums.has(operator)) sums.set(operator, (sums.get(operator) ?? 0) + count);
    }
    return sums;
  }
}

/** Labels with one more, for a value the same object each time: a metric knows the series of an object that it has seen. As many as the job has operators, or a batch stages. */
function labelledBy(base: Labels, name: "operator" | "stage"): (value: string) => Labels {
  const known = new Map<string, Labels>();
  return (value) => {
    let labels = known.get(value);
    if (labels === undefined) known.set(value, (labels = { ...base, [name]: value }));
    return labels;
  };
}
