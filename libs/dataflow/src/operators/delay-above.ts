import type { OperatorNode } from "@millrace/model";
import type { PhysicalPlan } from "@millrace/planner";

/** The longest delay of the watermarks above an operator: how far apart in time its elements may come. */
export function delayAbove(plan: PhysicalPlan, operator: OperatorNode): number {
  if (operator.kind === "eventTime") return operator.delayMs === "none" ? 0 : operator.delayMs;
  const parents = operator.parents.map((id) => plan.operators.get(id)).filter((parent) => parent !== undefined);
  return Math.max(0, ...parents.map((parent) => delayAbove(plan, parent)));
}
