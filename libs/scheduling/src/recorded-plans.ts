import type { JobChange } from "./job-events.ts";
import type { BatchPlan, CheckpointManifest } from "./job-record.ts";
import { PLAN_DELETIONS_PER_COMMIT_MAX } from "./limits.ts";

/** The plans that the store has of a job: those after the checkpoint, in order, and those before it that are still to be deleted. */
export class RecordedPlans {
  #plans: BatchPlan[];
  #obsolete: number[] = [];

  constructor(stored: readonly BatchPlan[], checkpointBatch: number) {
    this.#plans = [...stored];
    this.prune(checkpointBatch);
  }

  /** Batches that a recovery would replay. */
  get count(): number {
    return this.#plans.length;
  }

  get last(): BatchPlan | undefined {
    return this.#plans.at(-1);
  }

  all(): readonly BatchPlan[] {
    return this.#plans;
  }

  after(batch: number): BatchPlan[] {
    return this.#plans.filter((plan) => plan.batch > batch);
  }

  add(plan: BatchPlan): void {
    this.#plans.push(plan);
  }

  /** The last one could not be stored. */
  removeLast(): void {
    this.#plans.pop();
  }

  /** A checkpoint covers everything up to this batch. */
  prune(checkpointBatch: number): void {
    this.#obsolete.push(...this.#plans.flatMap((plan) => (plan.batch <= checkpointBatch ? [plan.batch] : [])));
    this.#plans = this.after(checkpointBatch);
  }

  /** Some of the plans that nobody needs any more, to go with a commit that is made anyway. */
  takeDeletions(): JobChange[] {
    return this.#obsolete.splice(0, PLAN_DELETIONS_PER_COMMIT_MAX).map((batch): JobChange => ({ kind: "delete-plan", batch }));
  }
}

/** A checkpoint takes the place of the former one, and becomes each savepoint that was asked for. */
export function checkpointChanges(
  manifest: CheckpointManifest,
  { savepoints, former }: { readonly savepoints: readonly string[]; readonly former: CheckpointManifest | undefined },
): JobChange[] {
  return [
    { kind: "put-checkpoint", manifest },
    ...savepoints.map((savepointId): JobChange => ({ kind: "put-savepoint", savepointId, manifest })),
    ...(former === undefined ? [] : [{ kind: "delete-checkpoint", batch: former.batch } as const]),
  ];
}
