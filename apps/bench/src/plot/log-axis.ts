/** A logarithmic axis between two places of a picture. */
export interface LogAxis {
  readonly ticks: readonly { readonly at: number; readonly value: number; readonly label: string }[];
  /** Where a value lies; values beyond the ends lie at the end. */
  place(value: number): number;
}

export interface LogAxisOptions {
  /** At least one above zero; others are left out. */
  readonly values: readonly number[];
  readonly from: number;
  readonly to: number;
  /** Ticks are at least this far apart. */
  readonly gapMin: number;
}

/** Its ends are at ticks, so that every value lies between two numbers that are written there. */
export function logAxis({ values, from, to, gapMin }: LogAxisOptions): LogAxis {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const [least, greatest] = positive.length === 0 ? [1, 10] : [Math.min(...positive), Math.max(...positive)];
  for (const steps of STEPS) {
    const axis = axisOf(least, greatest, { steps, from, to });
    if (axis.ticks.every(({ at }, index) => index === 0 || Math.abs(at - (axis.ticks[index - 1]?.at ?? 0)) >= gapMin)) return axis;
  }
  const exponents = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest))] as const;
  const ends = [10 ** exponents[0], 10 ** Math.max(exponents[1], exponents[0] + 1)] as const;
  return between(ends, { from, to, ticks: ends });
}

/** From the most ticks to the fewest, in a decade. */
const STEPS: readonly (readonly number[])[] = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

function axisOf(least: number, greatest: number, of: { steps: readonly number[]; from: number; to: number }): LogAxis {
  const grid: number[] = [];
  for (let exponent = Math.floor(Math.log10(least)) - 1; exponent <= Math.ceil(Math.log10(greatest)) + 1; exponent++)
    for (const step of of.steps) grid.push(Number(`${step}e${exponent}`));
  const first = Math.max(
    grid.findLastIndex((value) => value <= least * ROUNDING),
    0,
  );
  const last = Math.max(
    grid.findIndex((value) => value * ROUNDING >= greatest),
    first + 1,
  );
  const ticks = grid.slice(first, last + 1);
  return between([ticks[0] ?? 1, ticks.at(-1) ?? 10], { ...of, ticks });
}

/** A value that differs from a tick by an error of floating point lies on it. */
const ROUNDING = 1 + 1e-9;

function between([low, high]: readonly [number, number], of: { from: number; to: number; ticks: readonly number[] }): LogAxis {
  const place = (value: number): number => {
    const share = (Math.log(Math.min(Math.max(value, low), high)) - Math.log(low)) / (Math.log(high) - Math.log(low));
    return of.from + share * (of.to - of.from);
  };
  return { place, ticks: of.ticks.map((value) => ({ at: place(value), value, label: shortNumber(value) })) };
}

/** As few characters as a tick has room for: 1.5k, 20M. */
export function shortNumber(value: number): string {
  for (const [factor, unit] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (Math.abs(value) >= factor) return `${trimmed(value / factor)}${unit}`;
  return trimmed(value);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}
