import { type Measurement, recordsPerSecond } from "../load.ts";
import type { Figure, Goal, Row } from "./rows.ts";

/** A goal and what was seen, over all rounds. */
export interface Ratio {
  readonly row: Row;
  readonly goal: Goal;
  /** Medians. */
  readonly ours: number;
  readonly theirs: number;
  /** Median of the rounds' ratios, and the least and greatest of them. */
  readonly ratio: number;
  readonly spread: readonly [least: number, greatest: number];
  readonly isReached: boolean;
  /** What took it. */
  readonly command?: string;
}

/** Those of an earlier run in the places of rows that were not taken again. */
export function mergedRatios(earlier: readonly Ratio[], taken: readonly Ratio[], command: string): readonly Ratio[] {
  const nameOf = ({ row, goal }: Ratio): string => `${row.id} ${row.what} ${goal.figure}`;
  const again = new Set(taken.map(nameOf));
  const all = [...earlier.filter((ratio) => !again.has(nameOf(ratio))), ...taken.map((ratio) => ({ ...ratio, command }))];
  return all.sort((left, right) => (left.row.id < right.row.id ? -1 : left.row.id > right.row.id ? 1 : 0));
}

/** Measurements of one round, by name. */
export type Round = ReadonlyMap<string, Measurement>;

/** Ratios of each row; a row of which a figure is missing in every round has none. */
export function ratiosOf(rows: readonly Row[], rounds: readonly { readonly ours: Round; readonly theirs: Round }[]): Ratio[] {
  return rows.flatMap((row) => row.goals.flatMap((goal) => ratioOf(row, goal, rounds) ?? []));
}

function ratioOf(row: Row, goal: Goal, rounds: readonly { readonly ours: Round; readonly theirs: Round }[]): Ratio | undefined {
  const pairs = rounds.flatMap(({ ours, theirs }) => {
    const our = figureOf(ours.get(row.ours[1]), goal.figure);
    const their = figureOf(theirs.get(row.theirs[1]), goal.figure);
    return our === undefined || their === undefined || their === 0 ? [] : [{ our, their, ratio: our / their }];
  });
  if (pairs.length === 0) return undefined;
  const ratios = pairs.map(({ ratio }) => ratio);
  const ratio = medianOf(ratios);
  const isReached = ratio >= (goal.atLeast ?? 0) && ratio <= (goal.atMost ?? Infinity);
  const [ours, theirs] = [medianOf(pairs.map(({ our }) => our)), medianOf(pairs.map(({ their }) => their))];
  return { row, goal, ours, theirs, ratio, spread: [Math.min(...ratios), Math.max(...ratios)], isReached };
}

/** A run with a problem has no figures. */
export function figureOf(measurement: Measurement | undefined, figure: Figure): number | undefined {
  if (measurement === undefined || measurement.problems.length > 0) return undefined;
  switch (figure) {
    case "records/s":
      return recordsPerSecond(measurement);
    case "server CPU s/GB":
      return measurement.cost === undefined || measurement.payloadBytes === undefined || measurement.cost.serverCpuSeconds === 0
        ? undefined
        : measurement.cost.serverCpuSeconds / (measurement.payloadBytes / 1e9);
    case "CPU s/M records":
      return perMillion(measurement.cost?.serverCpuSeconds, measurement.records);
    case "engine CPU s/M records":
      return perMillion(measurement.extra?.["engineCpuSeconds"], measurement.records);
    case "engine memory MB":
      return measurement.extra?.["engineMemoryPeakMb"];
    case "start s":
      return measurement.extra?.["startSeconds"];
    case "idle cores":
      return measurement.extra?.["idleCores"];
    case "memory MB":
      return measurement.cost === undefined ? undefined : measurement.cost.serverMemoryPlateauBytes / 1e6;
    case "write s":
      return measurement.extra?.["writeSeconds"];
    case "make and write s":
      return measurement.extra?.["makeAndWriteSeconds"];
    case "p50 ms":
      return measurement.latency?.p50Ms;
    case "p99 ms":
      return measurement.latency?.p99Ms;
  }
}

function perMillion(seconds: number | undefined, records: number | undefined): number | undefined {
  return seconds === undefined || records === undefined || seconds === 0 ? undefined : seconds / (records / 1e6);
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
