/** What a cluster does beside its work. */
export type Variant = "nothing" | "metrics" | "traces";

export const VARIANTS: readonly Variant[] = ["nothing", "metrics", "traces"];

/** A comparison with a goal: what the second does beyond the first. */
export interface CostGoal {
  readonly what: "metrics" | "traces";
  readonly from: Variant;
  readonly to: Variant;
  /** Of CPU time per record, percent. */
  readonly below: number;
}

export const COST_GOALS: readonly CostGoal[] = [
  { what: "metrics", from: "nothing", to: "metrics", below: 1 },
  { what: "traces", from: "metrics", to: "traces", below: 3 },
];
