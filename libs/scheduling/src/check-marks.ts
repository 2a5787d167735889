import type { BatchPlan, JobFailure } from "./job-record.ts";

/** The last batch whose output of one sink slot is committed, as read from the sink. */
export interface SinkMark {
  readonly sink: string;
  readonly slot: number;
  readonly batch: number;
  readonly digest: string;
}

/**
 * Whether marks and the recorded plans tell one history. A mark beyond the last recorded plan, or with another digest for its batch,
 * means that the coordination store lost plans whose output is out: running on would write other data under an old number.
 */
export function findMarkConflict(
  marks: readonly SinkMark[],
  options: { checkpointBatch: number; plans: readonly BatchPlan[] },
): SinkMark | undefined {
  const digests = new Map(options.plans.map((plan) => [plan.batch, plan.digest]));
  return marks.find((mark) => mark.batch > options.checkpointBatch && digests.get(mark.batch) !== mark.digest);
}

/** Why a job with such a mark must not go on. */
export function marksAhead({ sink, slot, batch }: SinkMark): JobFailure {
  const message = "output of a batch is committed whose plan the store no longer has: restore the store, or submit the job anew";
  return { kind: "corrupt", code: "marks-ahead", message, context: { sink, slot: String(slot), batch: String(batch) } };
}
