import { medianOf } from "../versus/ratios.ts";

/** What one round of one variant took. */
export interface RoundCost {
  readonly cpuSecondsPerRecord: number;
  readonly recordsPerSecond: number;
}

/** In percent of what it takes without. */
export interface CostOf {
  readonly cpu: number;
  /** The true median lies in here, nine times in ten. */
  readonly cpuBetween: readonly [least: number, greatest: number];
  readonly throughput: number;
  readonly rounds: number;
}

const ROUNDS_MIN = 5;

/** Compares the two variants of each round, which ran one after the other. */
export function costOf(rounds: readonly { readonly without: RoundCost; readonly with: RoundCost }[]): CostOf {
  const cpu = rounds.map((round) => 100 * (round.with.cpuSecondsPerRecord / round.without.cpuSecondsPerRecord - 1));
  const throughput = rounds.map((round) => 100 * (1 - round.with.recordsPerSecond / round.without.recordsPerSecond));
  return { cpu: medianOf(cpu), cpuBetween: medianBounds(cpu), throughput: medianOf(throughput), rounds: rounds.length };
}

/** Order statistics around the median: each value is above or below it by the toss of a coin. */
function medianBounds(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((left, right) => left - right);
  const skip = Math.max(0, Math.floor((sorted.length - 1.645 * Math.sqrt(sorted.length)) / 2));
  return [sorted[skip] ?? NaN, sorted[sorted.length - 1 - skip] ?? NaN];
}

/** Undefined: the goal lies within what the rounds allow, or they are too few to say. */
export function isBelow({ rounds, cpuBetween: [least, greatest] }: CostOf, goal: number): boolean | undefined {
  if (rounds < ROUNDS_MIN) return undefined;
  if (greatest < goal) return true;
  return least >= goal ? false : undefined;
}
