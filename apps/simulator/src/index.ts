export type { Fault, FaultKind } from "./faults/fault.ts";
export { FULL_SCALE, planOf, type RunPlan, type Scale, SMALL_SCALE } from "./run/plan.ts";
export { runPlan, type RunResult } from "./run/run-plan.ts";
export { shortfallOf, Tally } from "./run/tally.ts";
