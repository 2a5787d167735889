import type { HostFacts } from "../measure/host.ts";
import { medianOf } from "../versus/ratios.ts";
import type { CaseFigures } from "./measure-case.ts";

/** A case over all processes that measured it. */
export interface MicroFigure {
  readonly unit: string;
  readonly ratio: number;
  /** Half of what lay between the processes, as a part of the ratio. */
  readonly noise: number;
  readonly nsPerUnit: number;
}

/** `apps/bench/baseline.json`. */
export interface Baseline {
  readonly formatVersion: 1;
  readonly command: string;
  readonly host: HostFacts;
  /** By library and name. */
  readonly cases: Readonly<Record<string, MicroFigure>>;
}

export type Change = "same" | "slower" | "faster" | "new";

export interface Compared {
  readonly name: string;
  readonly figure: MicroFigure;
  readonly change: Change;
  /** Now over then; undefined: it was not there. */
  readonly factor: number | undefined;
}

/** Differences below this are not looked at, however quiet both runs were: code that is laid out otherwise makes as much. */
const CHANGE_MIN = 0.06;
/** Of the noise of both runs. */
const NOISE_FACTOR = 2;

export function figureOfCase(taken: readonly CaseFigures[]): MicroFigure {
  const ratios = taken.map(({ ratio }) => ratio);
  const ratio = medianOf(ratios);
  return {
    unit: taken[0]?.unit ?? "",
    ratio: rounded(ratio),
    noise: rounded((Math.max(...ratios) - Math.min(...ratios)) / 2 / ratio),
    nsPerUnit: rounded(medianOf(taken.map(({ nsPerUnit }) => nsPerUnit))),
  };
}

/** What a case costs now beside what it cost then; only what is beyond the noise of both has changed. */
export function compared(now: Readonly<Record<string, MicroFigure>>, then: Baseline["cases"]): Compared[] {
  return Object.entries(now).map(([name, figure]) => {
    const before = then[name];
    if (before === undefined) return { name, figure, change: "new", factor: undefined };
    const factor = figure.ratio / before.ratio;
    const bound = 1 + Math.max(CHANGE_MIN, NOISE_FACTOR * (figure.noise + before.noise));
    return { name, figure, factor, change: factor > bound ? "slower" : factor < 1 / bound ? "faster" : "same" };
  });
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
