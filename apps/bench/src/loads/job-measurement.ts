import type { Cost, Measurement } from "../load.ts";
import type { JobRun } from "./bounded-job.ts";
import { PARTITIONS } from "./produce.ts";

/** The figures that all bounded jobs have. */
export function jobMeasurement(
  name: string,
  {
    run,
    records,
    payloadBytes,
    cost,
    workers,
  }: {
    readonly run: JobRun;
    readonly records: number;
    readonly payloadBytes: number;
    readonly cost: Cost | undefined;
    readonly workers: number;
  },
): Omit<Measurement, "verified" | "problems"> {
  return {
    name,
    settings: { partitions: PARTITIONS, workers, flush: "ack", batches: run.batchCount, delivery: "exactly once", source: "bounded" },
    acknowledgement: "output and progress committed in one transaction per batch, synced",
    records,
    payloadBytes,
    seconds: run.processingSeconds,
    ...(cost === undefined ? {} : { cost }),
    extra: { submitToEndSeconds: run.totalSeconds, recordsOut: run.recordsOut },
  };
}
