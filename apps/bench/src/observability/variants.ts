/** What processes do beside their work. */
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

const ORDERS = [
  [0, 1, 2],
  [2, 1, 0],
  [1, 2, 0],
  [0, 2, 1],
  [2, 0, 1],
  [1, 0, 2],
] as const;

/** Each order of three as often as the others, so that none follows the same one always. */
export function turnsOf<T>(items: readonly T[], index: number): readonly T[] {
  return (ORDERS[index % ORDERS.length] ?? []).flatMap((position) => items.slice(position, position + 1));
}
