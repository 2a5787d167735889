import type { JobGraph, OperatorKind } from "@millrace/model";

/** Their user code acts as it runs, under an identity (job, operator, batch) that must mean the same records for ever. */
const ACT_BY_BATCH: ReadonlySet<OperatorKind> = new Set<OperatorKind>(["foreachBatch", "print"]);

/**
 * Whether a batch may run before its plan is stored: all that the job makes of it can be held back until then. Were the plan lost with its coordinator, another batch of that number would have
 * other records, and who keeps to the rule that an identity is handled once would drop them.
 */
export function runsBeforePlan({ operators }: Pick<JobGraph, "operators">): boolean {
  return !operators.some(({ kind }) => ACT_BY_BATCH.has(kind));
}
