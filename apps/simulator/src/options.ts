import { parseArgs } from "node:util";

export interface SimOptions {
  readonly help: boolean;
  readonly firstSeed: number;
  readonly seeds: number;
  /** Short runs, which do not count. */
  readonly small: boolean;
  /** Print what the processes of each run logged. */
  readonly log: boolean;
  /** Write the history of each run into this folder. */
  readonly historyFolder: string | undefined;
  /** Run each seed twice and demand the same trace. */
  readonly twice: boolean;
}

export const USAGE = `Usage: npm run sim -- [options]
Whole clusters in one thread, on virtual time, from a seed. Exit code 1: an anomaly, or a run that was not the same twice.

  --seeds N          how many seeds to run (default 20)
  --first-seed S     the first of them (default 1)
  --seed S           this one seed, the same as --first-seed S --seeds 1
  --small            short runs: they find less, and do not count
  --twice            run each seed twice and compare the traces
  --log              print what brokers, coordinators and clients logged
  --history FOLDER   write each run's history there, as JSON lines
`;

/** Throws what is wrong with the arguments. */
export function readOptions(args: readonly string[]): SimOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", default: false },
      seeds: { type: "string", default: "20" },
      "first-seed": { type: "string", default: "1" },
      seed: { type: "string" },
      small: { type: "boolean", default: false },
      twice: { type: "boolean", default: false },
      log: { type: "boolean", default: false },
      history: { type: "string" },
    },
  });
  return {
    help: values.help,
    firstSeed: whole("first-seed", values.seed ?? values["first-seed"]),
    seeds: values.seed === undefined ? whole("seeds", values.seeds) : 1,
    small: values.small,
    log: values.log,
    historyFolder: values.history,
    twice: values.twice,
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not ${text}`);
  return value;
}
