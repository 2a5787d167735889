export { canonicalGraph } from "./canonical-graph.ts";
export { isWholeTable } from "./check-modes.ts";
export { compareState, keepsState, type StateFate } from "./compare-state.ts";
export { describeDuration } from "./describe-duration.ts";
export type { PlanErrorCode } from "./errors.ts";
export { explainPlan } from "./explain-plan.ts";
export { mermaidPlan } from "./mermaid-plan.ts";
export { isOutput, needsCheckpoint, type OperatorTraits, traitsOf } from "./operator-traits.ts";
export { parseJobGraph } from "./parse-graph.ts";
export type { PhysicalPlan, ShuffleEdge, Stage } from "./physical-plan.ts";
export { planJob } from "./plan-job.ts";
export { type Retention, retentionOf } from "./retention.ts";
export {
  type EventTimeOperator,
  eventTimeOperatorsOf,
  type EventTimeSeen,
  nextWatermarks,
  trackedAfterRestart,
  type TrackedPartition,
  trackEventTimes,
  type WatermarkStep,
} from "./watermarks.ts";
