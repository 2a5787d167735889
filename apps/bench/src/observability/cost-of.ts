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

/** The median of the pairs, over generations of processes. */
export function costOf(generations: readonly (readonly Pair[])[]): CostOf {
  const cpu = generations.map((pairs) =>
    pairs.map(({ without, with: with_ }) => 100 * (with_.cpuNsPerRecord / without.cpuNsPerRecord - 1)),
  );
  const throughput = generations.flatMap((pairs) =>
    pairs.map(({ without, with: with_ }) => 100 * (1 - with_.recordsPerSecond / without.recordsPerSecond)),
  );
  return { cpu: centreOf(cpu), cpuBetween: boundsOf(cpu), throughput: medianOf(throughput), slices: throughput.length };
}

/** Within a generation the median, which one slice with a neighbour's burst does not move; over generations, which are few, the mean. */
function centreOf(generations: readonly (readonly number[])[]): number {
  return meanOf(generations.map(medianOf));
}

/**
 * Draws generations, and of each drawn one its slices, again and again: processes that were compiled differently are as much a matter of chance as a
 * neighbour's burst.
 */
function boundsOf(generations: readonly (readonly number[])[]): readonly [number, number] {
  const random = randomOf(1);
  const drawn = <T>(values: readonly T[]): readonly T[] =>
    values.map(() => values[Math.floor(random() * values.length)] ?? (values[0] as T));
  const centres = Array.from({ length: DRAWS }, () => centreOf(drawn(generations).map((slices) => drawn(slices)))).sort((a, b) => a - b);
  return [centres[Math.floor(DRAWS * 0.05)] ?? NaN, centres[Math.floor(DRAWS * 0.95)] ?? NaN];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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
