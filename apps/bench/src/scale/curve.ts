import type { LoadContext } from "../load.ts";
import { type Fit, fitLine, type Point } from "./fit.ts";

/** One cost of a curve. */
export interface CostSeries {
  /** In `CurvePoint.values`. */
  readonly key: string;
  /** With its unit. */
  readonly name: string;
  /** What the model is linear in; absent: the curve's own x. */
  readonly basis?: Basis;
}

export interface Basis {
  readonly words: string;
  of(x: number): number;
}

/** How cost grows with one thing, all else equal. */
export interface Curve {
  readonly name: string;
  readonly title: string;
  /** What is counted along the axis. */
  readonly x: string;
  /** What was done, and how it was checked: for the page. */
  readonly about: string;
  readonly points: { readonly full: readonly number[]; readonly quick: readonly number[] };
  readonly series: readonly CostSeries[];
  measure(x: number, context: LoadContext): Promise<CurvePoint>;
}

export interface CurvePoint {
  readonly values: Readonly<Record<string, number>>;
  /** What was wrong; anything here, and the point counts for nothing. */
  readonly problems: readonly string[];
}

/** What one round saw at one point. */
export interface Taken extends CurvePoint {
  readonly curve: string;
  readonly x: number;
  readonly round: number;
}

/** A series over its points: medians of the rounds, and the line through them. */
export interface FittedSeries {
  readonly series: CostSeries;
  readonly points: readonly (Point & { readonly least: number; readonly greatest: number })[];
  readonly fit: Fit;
}

export function fittedSeries(curve: Curve, taken: readonly Taken[], medianOf: (values: readonly number[]) => number): FittedSeries[] {
  const right = taken.filter((each) => each.curve === curve.name && each.problems.length === 0);
  return curve.series.flatMap((series) => {
    const byX = Map.groupBy(
      right.filter(({ values }) => (values[series.key] ?? 0) > 0),
      ({ x }) => x,
    );
    const points = [...byX]
      .map(([x, each]) => {
        const values = each.map((point) => point.values[series.key] ?? 0);
        return { x, y: medianOf(values), least: Math.min(...values), greatest: Math.max(...values) };
      })
      .sort((left, right_) => left.x - right_.x);
    return points.length < POINTS_MIN ? [] : [{ series, points, fit: fitLine(points, series.basis?.of) }];
  });
}

/** A line through fewer says nothing. */
const POINTS_MIN = 2;
