import type { GaugeSample, Labels, Metrics } from "@millrace/ports";
import { JOB_RUN_STATES, type JobRunState } from "@millrace/scheduling";

/** One job as operators watch it; labels are the job's name and its operators. */
export interface JobFigures {
  readonly name: string;
  readonly state: JobRunState;
  readonly restarts: number;
  readonly workers: number;
  readonly batchIntervalSeconds: number;
  readonly lagRecords: number;
  /** Undefined: the job makes none of its own accord. */
  readonly checkpointIntervalSeconds: number | undefined;
  /** Of jobs that have not ended. */
  readonly running:
    | {
        readonly checkpointAgeSeconds: number;
        readonly watermarkLagSeconds: ReadonlyMap<string, number>;
        readonly stateKeys: ReadonlyMap<string, number>;
      }
    | undefined;
  readonly stateBytes: ReadonlyMap<string, number>;
  readonly checkpointBytes: number;
}

interface Checkpoints {
  readonly interval: number;
  readonly age: number;
}

/** Registered once per process: terms come and go. */
export function observeJobs(metrics: Metrics, jobs: () => readonly JobFigures[]): void {
  const each = (value: (job: JobFigures) => number) => () => jobs().map((job) => ({ value: value(job), labels: { job_name: job.name } }));
  const byOperator = (values: (job: JobFigures) => ReadonlyMap<string, number> | undefined) => (): GaugeSample[] =>
    jobs().flatMap((job) => {
      const labelsOf = (operator: string): Labels => ({ job_name: job.name, operator });
      return [...(values(job) ?? [])].map(([operator, value]) => ({ value, labels: labelsOf(operator) }));
    });
  metrics.gauge("millrace_job_state", () =>
    jobs().flatMap((job) => JOB_RUN_STATES.map((state) => ({ value: job.state === state ? 1 : 0, labels: { job_name: job.name, state } }))),
  );
  metrics.gauge(
    "millrace_job_restarts_total",
    each(({ restarts }) => restarts),
  );
  metrics.gauge(
    "millrace_job_workers",
    each(({ workers }) => workers),
  );
  metrics.gauge(
    "millrace_job_batch_interval_seconds",
    each(({ batchIntervalSeconds }) => batchIntervalSeconds),
  );
  metrics.gauge(
    "millrace_job_lag_records",
    each(({ lagRecords }) => lagRecords),
  );
  metrics.gauge(
    "millrace_job_checkpoint_bytes",
    each(({ checkpointBytes }) => checkpointBytes),
  );
  const checkpoints = (value: (of: Checkpoints) => number) => (): GaugeSample[] =>
    jobs().flatMap(({ name, checkpointIntervalSeconds: interval, running }) => {
      if (interval === undefined || running === undefined) return [];
      return [{ value: value({ interval, age: running.checkpointAgeSeconds }), labels: { job_name: name } }];
    });
  metrics.gauge(
    "millrace_job_checkpoint_interval_seconds",
    checkpoints(({ interval }) => interval),
  );
  metrics.gauge(
    "millrace_job_checkpoint_age_seconds",
    checkpoints(({ age }) => age),
  );
  metrics.gauge(
    "millrace_job_watermark_lag_seconds",
    byOperator(({ running }) => running?.watermarkLagSeconds),
  );
  metrics.gauge(
    "millrace_job_state_keys",
    byOperator(({ running }) => running?.stateKeys),
  );
  metrics.gauge(
    "millrace_job_state_bytes",
    byOperator(({ stateBytes }) => stateBytes),
  );
}
