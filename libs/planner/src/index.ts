export type { PhysicalPlan, ShuffleEdge, Stage } from "./physical-plan.ts";
