// Topic to topic, value by value: what a record costs in time that needs neither key nor state.
import { bytes, job, type JobModule, kafka, milliseconds } from "@millrace/streams";

export const COPY_INPUT = "copy-in";
export const COPY_OUTPUT = "copy-out";

/** A copying job whose batches, or markers, are so far apart. */
export function copyJob(latency: "batch" | "continuous", intervalMs: number): JobModule {
  return job(
    `copy-${latency}-${intervalMs}`,
    (ctx) => {
      ctx.source(kafka(COPY_INPUT, { value: bytes() })).to(kafka(COPY_OUTPUT, { value: bytes() }));
    },
    { latency, batchInterval: milliseconds(intervalMs), checkpointInterval: milliseconds(10_000) },
  );
}
