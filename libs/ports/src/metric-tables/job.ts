import type { MetricTable } from "./declaration.ts";

// Not `job`: Prometheus puts that label on what it scrapes.
const job = ["job_name"] as const;
const operator = ["job_name", "operator"] as const;

/** Of jobs, by name, from the active coordinator: the newest incarnation. */
export const JOB_METRICS = {
  millrace_job_state: {
    kind: "gauge",
    unit: "1",
    labels: ["job_name", "state"],
    help: "1 for the state that the job is in, 0 for the others.",
  },
  millrace_job_restarts_total: {
    kind: "counter",
    unit: "restarts",
    labels: job,
    help: "Restarts after a failure, since the job was submitted.",
  },
  millrace_job_workers: { kind: "gauge", unit: "workers", labels: job, help: "Worker processes that run the job." },
  millrace_job_batch_interval_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: job,
    help: "Interval between batches that the job asks for.",
  },
  millrace_job_batch_scheduling_delay_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: job,
    help: "How long after its time a batch begins to run.",
  },
  millrace_job_batch_processing_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: job,
    help: "From the order to run a batch to the report of its last worker; exemplars lead to traces.",
  },
  millrace_job_batch_stage_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: ["job_name", "stage"],
    help: "Part of a batch, on the slowest worker: plan, map (fetch and map), shuffle (wait for blocks), reduce, checkpoint, sink (commit).",
  },
  millrace_job_batches_total: { kind: "counter", unit: "batches", labels: job, help: "Batches done." },
  millrace_job_replayed_batches_total: { kind: "counter", unit: "batches", labels: job, help: "Batches run again after a failure." },
  millrace_job_records_in_total: { kind: "counter", unit: "records", labels: operator, help: "Records that went into the operator." },
  millrace_job_records_out_total: { kind: "counter", unit: "records", labels: operator, help: "Records that came out of the operator." },
  millrace_job_late_records_total: {
    kind: "counter",
    unit: "records",
    labels: operator,
    help: "Records dropped because every window of theirs was closed.",
  },
  millrace_job_lag_records: {
    kind: "gauge",
    unit: "records",
    labels: job,
    help: "Readable records of the sources that no batch has, as last planned.",
  },
  millrace_job_end_to_end_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: job,
    help: "From the timestamp of the oldest record of a batch to the commit of the batch.",
  },
  millrace_job_watermark_lag_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: operator,
    help: "Now less the watermark of the last batch; absent before the first record.",
  },
  millrace_job_state_keys: { kind: "gauge", unit: "keys", labels: operator, help: "Keys in the operator's state after the last batch." },
  millrace_job_state_bytes: {
    kind: "gauge",
    unit: "bytes",
    labels: operator,
    help: "The operator's state in the last checkpoint, encoded.",
  },
  millrace_job_checkpoint_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: job,
    help: "Saving of state on the slowest worker.",
  },
  millrace_job_checkpoint_bytes: { kind: "gauge", unit: "bytes", labels: job, help: "State that the last checkpoint refers to." },
  millrace_job_checkpoint_age_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: job,
    help: "Since this coordinator has seen the job's last checkpoint, or has taken the job up; absent where checkpoints are off.",
  },
  millrace_job_checkpoint_interval_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: job,
    help: "Interval between checkpoints that the job asks for; absent where they are off.",
  },
} as const satisfies MetricTable;
