import type { GaugeSample, Labels, Metrics } from "@millrace/ports";

/** One job as operators watch it; labels are the job's name and its operators. */
export interface JobFigures {
  readonly name: string;
  readonly state: string;
  readonly restarts: number;
  readonly workers: number;
  readonly batchIntervalSeconds: number;
  readonly lagRecords: number;
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

/** Registered once per process: terms come and go. */
export function observeJobs(metrics: Metrics, jobs: () => readonly JobFigures[]): void {
  const each = (value: (job: JobFigures) => number) => () => jobs().map((job) => ({ value: value(job), labels: { job_name: job.name } }));
  const byOperator = (values: (job: JobFigures) => ReadonlyMap<string, number> | undefined) => (): GaugeSample[] =>
    jobs().flatMap((job) => {
      const labelsOf = (operator: string): Labels => ({ job_name: job.name, operator });
      return [...(values(job) ?? [])].map(([operator, value]) => ({ value, labels: labelsOf(operator) }));
    });
  metrics.gauge("millrace_job_state", () => jobs().map(({ name, state }) => ({ value: 1, labels: { job_name: name, state } })));
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
  metrics.gauge("millrace_job_checkpoint_age_seconds", () =>
    jobs().flatMap(({ name, running }) =>
      running === undefined ? [] : [{ value: running.checkpointAgeSeconds, labels: { job_name: name } }],
    ),
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
