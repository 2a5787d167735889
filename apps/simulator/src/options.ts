import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Provocation } from "./run/plan.ts";

const PROVOCATIONS: readonly Provocation[] = [
  "power",
  "elections",
  "transactions",
  "haste",
  "store",
  "disks",
  "syncs",
  "coordinators",
  "shrinking",
  "corruption",
  "damage",
  "groups",
  "rollback",
  "compaction",
  "quiet",
  "replicas",
  "unsynced",
  "jobs",
];

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
  /** Short, dense runs with much of one thing. */
  readonly provoke: Provocation | undefined;
  /** Every run has a job. */
  readonly withJob: boolean;
  readonly stopAtFirst: boolean;
  /** Runs, or planted bugs, at a time. */
  readonly jobs: number;
  /** Plant each known bug, or these, and demand that a checker finds it. */
  readonly mutants: boolean;
  readonly only: readonly string[];
  /** Look for fewer faults that do the same, after a failure. */
  readonly shrink: boolean;
  /** Run each seed twice and demand the same trace. */
  readonly twice: boolean;
}

export const USAGE = `Usage: npm run sim -- [options]
       npm run sim -- scale [options]    what metadata costs as a cluster grows: --help tells
Whole clusters in one thread, on virtual time, from a seed. Exit code 1: an anomaly, or a run that was not the same twice.

  --seeds N          how many seeds to run (default 20)
  --first-seed S     the first of them (default 1)
  --seed S           this one seed, the same as --first-seed S --seeds 1
  --jobs N           so many seeds, or planted bugs, at a time (default: one per processor)
  --shrink           after an anomaly, look for fewer faults that still lead to one
  --stop-at-first    end with the first seed that has an anomaly
  --mutants          plant each known bug into a process of its own, and demand that it is caught within --seeds (default 500)
  --only NAME,...    these planted bugs only
  --provoke WHAT     short, dense runs with much of: ${PROVOCATIONS.join(", ")}; they do not count
  --with-job         every run has a job; without it one in four does, and those are the same with it
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
      seeds: { type: "string" },
      provoke: { type: "string" },
      "with-job": { type: "boolean", default: false },
      "stop-at-first": { type: "boolean", default: false },
      jobs: { type: "string", default: String(availableParallelism()) },
      mutants: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      shrink: { type: "boolean", default: false },
      "first-seed": { type: "string", default: "1" },
      seed: { type: "string" },
      small: { type: "boolean", default: false },
      twice: { type: "boolean", default: false },
      log: { type: "boolean", default: false },
      history: { type: "string" },
    },
  });
  const provoke = PROVOCATIONS.find((name) => name === values.provoke);
  if (values.provoke !== undefined && provoke === undefined) throw new Error(`--provoke is one of ${PROVOCATIONS.join(", ")}`);
  const seeds = values.seeds ?? (values.mutants ? "500" : "20");
  return {
    help: values.help,
    provoke,
    withJob: values["with-job"],
    stopAtFirst: values["stop-at-first"],
    jobs: whole("jobs", values.jobs),
    mutants: values.mutants,
    only: values.only.split(",").filter((name) => name !== ""),
    shrink: values.shrink,
    firstSeed: whole("first-seed", values.seed ?? values["first-seed"]),
    seeds: values.seed === undefined ? whole("seeds", seeds) : 1,
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
