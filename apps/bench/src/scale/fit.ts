export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line through points: constant + slope · basis(x). */
export interface Fit {
  readonly constant: number;
  readonly slope: number;
  /** 1: it explains all that differs between the points; by relative errors, as the fit. */
  readonly r2: number;
  at(x: number): number;
}

/**
 * Least squares of relative errors (each point weighs 1/y²), as the points lie decades apart and the greatest would decide alone otherwise. A cost has no negative constant: where the best line would
 * have one, the line goes through the origin.
 */
export function fitLine(points: readonly Point[], basis: (x: number) => number = (x) => x): Fit {
  const all = points.filter(({ y }) => y > 0).map(({ x, y }) => ({ u: basis(x), y, weight: 1 / y ** 2 }));
  const sum = (of: (point: (typeof all)[number]) => number): number => all.reduce((total, point) => total + point.weight * of(point), 0);
  const weight = sum(() => 1);
  const [meanU, meanY] = [sum(({ u }) => u) / weight, sum(({ y }) => y) / weight];
  const spread = sum(({ u }) => (u - meanU) ** 2);
  let slope = spread === 0 ? 0 : sum(({ u, y }) => (u - meanU) * (y - meanY)) / spread;
  let constant = meanY - slope * meanU;
  if (constant < 0) [constant, slope] = [0, sum(({ u, y }) => u * y) / sum(({ u }) => u ** 2)];
  const total = sum(({ y }) => (y - meanY) ** 2);
  const left = sum(({ u, y }) => (y - constant - slope * u) ** 2);
  return { constant, slope, r2: total === 0 ? 1 : 1 - left / total, at: (x) => constant + slope * basis(x) };
}
