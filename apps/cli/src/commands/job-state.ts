import type { Command } from "commander";
import { wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `job state`. */
export interface JobStateOptions {
  readonly key?: readonly string[];
  readonly prefix?: string;
  readonly limit?: number;
  /** Id. */
  readonly savepoint?: string;
  readonly checkpoint?: boolean;
}

/** Values of an option that is given again and again. */
function collected(text: string, before: readonly string[] | undefined): readonly string[] {
  return before === undefined ? [text] : [...before, text];
}

/** `millrace job state`. */
export function addState(job: Command, world: CliWorld): void {
  const state = job
    .command("state")
    .description(
      "Shows what an operator of a running job keeps, as its workers have it between two batches, or what a savepoint or checkpoint has of it.",
    )
    .argument("[job]", "id or name; not with --savepoint")
    .argument("[operator]", "id or name; absent: which operators keep state, and how much")
    .option("--key <key>", "only this key, as JSON or as plain text (repeatable)", collected)
    .option("--prefix <text>", "only keys whose text begins so")
    .option("--limit <count>", "at most so many entries (100)", wholeNumber(1, 1_000_000))
    .option("--savepoint <id>", "of this savepoint instead of the running job: operators with buckets, keys and sizes, or entries of one")
    .option("--checkpoint", "of the job's last checkpoint, also of a job that has ended");
  onRun<JobStateOptions, readonly [string | undefined, string | undefined]>(state, async ([name, operator], options) => {
    if (options.savepoint !== undefined || options.checkpoint === true)
      return (await import("../actions/job-saved-state.ts")).jobSavedState({ first: name, second: operator }, options, world);
    await (await import("../actions/job-state.ts")).jobState({ job: name, operator }, options, world);
  });
  examples(state, [
    "millrace job state airport-delays",
    "millrace job state airport-delays delays --key SFO",
    "millrace job state airport-delays delays --prefix S --limit 20 --json",
    "millrace job state --savepoint airport-delays-1f2e.9c3d",
    "millrace job state --savepoint airport-delays-1f2e.9c3d delays --limit 1000 --json",
    "millrace job state airport-delays --checkpoint",
  ]);
}
