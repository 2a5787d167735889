import type { BatchInFlight } from "./batch-in-flight.ts";
import type { SinkMark } from "./check-marks.ts";
import type { Marker } from "./marker.ts";
import type { BatchPlan } from "./job-record.ts";
import type { SourceLookup } from "./source-lookup.ts";

/** Where a job is between nothing and running; see docs/protocol/job-runtime.md, "Job epoch". */
export type JobPhase =
  | { readonly kind: "resolving" }
  | { readonly kind: "waiting"; readonly untilTimer: boolean }
  | { readonly kind: "committing-epoch" }
  | { readonly kind: "starting" }
  | { readonly kind: "fencing"; readonly pending: Set<number> }
  | { readonly kind: "opening"; readonly pending: Set<number>; readonly marks: SinkMark[] }
  | { readonly kind: "idle" }
  | { readonly kind: "marking"; readonly marker: Marker }
  | { readonly kind: "looking"; readonly lookup: SourceLookup }
  | { readonly kind: "committing-plan"; readonly plan: BatchPlan }
  | { readonly kind: "batch"; readonly inFlight: BatchInFlight }
  | { readonly kind: "committing-checkpoint"; readonly savepoints: readonly string[] }
  | { readonly kind: "committing-end" }
  | { readonly kind: "ended" };

/** The plan of a batch is on its way to the store. */
export function awaitsRecord(phase: JobPhase): boolean {
  return phase.kind === "committing-plan" || (phase.kind === "batch" && !phase.inFlight.isRecorded);
}

/** Tasks are open: batches run, or wait for input. */
export function isRunning({ kind }: JobPhase): boolean {
  return ["idle", "looking", "marking", "committing-plan", "batch", "committing-checkpoint"].includes(kind);
}
