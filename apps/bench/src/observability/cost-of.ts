import { medianOf } from "../versus/ratios.ts";

/** What one slice of one variant took. */
export interface SliceCost {
  readonly cpuNsPerRecord: number;
  readonly recordsPerSecond: number;
}

/** Two variants that did the same, one after the other. */
export interface Pair {
  readonly without: SliceCost;
  readonly with: SliceCost;
}

/** In percent of what it takes without. */
export interface CostOf {
  readonly cpu: number;
  /** What it costs lies in here, nine times in ten. */
  readonly cpuBetween: readonly [least: number, greatest: number];
  readonly throughput: number;
  readonly slices: number;
}

/** Of slices: a handful says nothing. */
const SLICES_MIN = 20;
const DRAWS = 2_000;
/** Of the differences, at each end: a neighbour's burst, a full collection. */
const TRIMMED = 0.2;

/**
 * The difference within each pair, and of these the trimmed mean: what befalls one slice counts for nothing, and unlike with the median each of the others counts. Its bounds by drawing pairs
 * again and again.
 */
export function costOf(pairs: readonly Pair[]): CostOf {
  const cpu = pairs.map(({ without, with: with_ }) => 100 * (with_.cpuNsPerRecord / without.cpuNsPerRecord - 1));
  const throughput = pairs.map(({ without, with: with_ }) => 100 * (1 - with_.recordsPerSecond / without.recordsPerSecond));
  return { cpu: trimmedMeanOf(cpu), cpuBetween: boundsOf(cpu), throughput: medianOf(throughput), slices: pairs.length };
}

function boundsOf(values: readonly number[]): readonly [number, number] {
  const random = randomOf(1);
  const drawn = (): readonly number[] => values.map(() => values[Math.floor(random() * values.length)] ?? NaN);
  const means = Array.from({ length: DRAWS }, () => trimmedMeanOf(drawn())).sort((a, b) => a - b);
  return [means[Math.floor(DRAWS * 0.05)] ?? NaN, means[Math.floor(DRAWS * 0.95)] ?? NaN];
}

function trimmedMeanOf(values: readonly number[]): number {
  const cut = Math.floor(values.length * TRIMMED);
  const kept = [...values].sort((a, b) => a - b).slice(cut, values.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** The same draws each time, so that the same figures say the same (a linear congruential generator is enough for that). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Undefined: the goal lies within what the slices allow, or they are too few to say. */
export function isBelow({ slices, cpuBetween: [least, greatest] }: CostOf, goal: number): boolean | undefined {
  if (slices < SLICES_MIN) return undefined;
  if (greatest < goal) return true;
  return least >= goal ? false : undefined;
}

/** More slices would say little more: the bounds are closer to each other than the goal is to nothing. Whatever they say, so that nobody stops at a figure that pleases. */
export function isNarrow({ slices, cpuBetween: [least, greatest] }: CostOf, goal: number): boolean {
  return slices >= SLICES_MIN && greatest - least < goal;
}
