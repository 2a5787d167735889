import type { PhysicalPlan, Stage } from "@millrace/planner";
import { assert } from "@millrace/stdx";
import { STAGE_TASKS_MAX } from "../limits.ts";
import { Lanes } from "./lanes.ts";

/**
 * Number of (operator, stage, task), under which state parts and sink slots are known: the task's index in the first stage that holds the operator, plus
 * 100,000 for each stage before this one that holds it too. An operator behind a union runs in the stage of each of its parents, and the tasks of these
 * stages must not be taken for each other. A state part also says its lane (see `Lanes`); a sink's lanes write through one slot.
 */
export function stageTaskIndex(
  plan: PhysicalPlan,
  position: { readonly operatorId: string; readonly stage: Stage; readonly task: number; readonly lane?: number },
): number {
  const { operatorId, stage, task, lane } = position;
  assert(task < STAGE_TASKS_MAX, () => `too many tasks in a stage task=${task}`);
  const lanes = new Lanes(plan);
  const before = plan.stages.filter((other) => other.index < stage.index && other.operators.includes(operatorId));
  const ordinal = lane === undefined ? before.length : before.reduce((sum, other) => sum + lanes.count(other, operatorId), lane);
  return ordinal * STAGE_TASKS_MAX + task;
}
