import type { Command } from "commander";
import type { CliWorld } from "../world.ts";
import { workerCount } from "../options.ts";
import { addState } from "./job-state.ts";
import { examples, onRun } from "./on-run.ts";

const ALLOW_DROPPED = "start although the savepoint has state of operators that the module does not have";

/** Options of `job submit`. */
export interface JobSubmitOptions {
  /** --no-check */
  readonly check: boolean;
  readonly savepoint?: string;
  readonly dryRun?: boolean;
  readonly new?: boolean;
  readonly createTopics?: boolean;
  readonly orUpgrade?: boolean;
  readonly allowDroppedState?: boolean;
  readonly follow?: boolean;
}

/** Options of `job upgrade`. */
export type JobUpgradeOptions = Pick<JobSubmitOptions, "check" | "dryRun" | "follow" | "allowDroppedState">;

/** Options of `job explain`. */
export interface JobExplainOptions {
  readonly check: boolean;
  readonly mermaid?: boolean;
}

/** `millrace job submit|upgrade|list|status|explain|stop|state|rescale|savepoint|savepoints`. */
export function addJobCommands(program: Command, world: CliWorld): void {
  const job = program
    .command("job")
    .summary("run stream jobs")
    .description("Stream jobs: TypeScript modules that export `job(name, (ctx) => …)` by default.");
  addSubmit(job, world);
  addExplain(job, world);

  const list = job.command("list").description("Lists jobs, running ones first.");
  onRun(list, async (_, options) => {
    await (await import("../actions/job-status.ts")).listJobs(options, world);
  });
  examples(list, ["millrace job list"]);

  const status = job
    .command("status")
    .description("Shows how a job is doing: batches, rates, lag, watermarks, its last error.")
    .argument("<job>", "id or name")
    .option("-f, --follow", "go on showing it until the job has ended; the exit code is the job's then");
  onRun<{ readonly follow?: boolean }, readonly [string]>(status, async ([name], options) => {
    await (await import("../actions/job-status.ts")).jobStatus(name, options, world);
  });
  examples(status, ["millrace job status airport-delays", "millrace job status airport-delays --follow"]);

  const stop = job
    .command("stop")
    .description("Stops a job. It finishes the batches that are planned and ends on a batch boundary; nothing is lost either way.")
    .argument("<job>", "id or name")
    .option("--now", "do not finish what is planned: it is done again when the job is resumed")
    .option("--savepoint", "end on a savepoint, from which a later version goes on without repeating any output");
  onRun<{ readonly now?: boolean; readonly savepoint?: boolean }, readonly [string]>(stop, async ([name], options) => {
    await (await import("../actions/job-stop.ts")).stopJob(name, options, world);
  });
  examples(stop, ["millrace job stop airport-delays"]);

  addState(job, world);
  addRescale(job, world);
  addSavepoint(job, world);
  addUpgrade(job, world);
}

/** Options of `job rescale`. */
export interface JobRescaleOptions {
  /** 0: as many as the executors offer. */
  readonly workers: number;
  /** --no-wait */
  readonly wait: boolean;
}

function addRescale(job: Command, world: CliWorld): void {
  const rescale = job
    .command("rescale")
    .description("Moves a running job to another number of workers, between two batches; nothing is lost or repeated.")
    .argument("<job>", "id or name")
    .requiredOption("--workers <count>", 'number of workers, or "auto": as many as the executors offer, now and later', workerCount)
    .option("--no-wait", "end as soon as the wish is stored");
  onRun<JobRescaleOptions, readonly [string]>(rescale, async ([name], options) => {
    await (await import("../actions/job-rescale.ts")).rescaleJob(name, options, world);
  });
  examples(rescale, ["millrace job rescale airport-delays --workers 6", "millrace job rescale airport-delays --workers auto"]);
}

function addSavepoint(job: Command, world: CliWorld): void {
  const savepoint = job
    .command("savepoint")
    .description("Makes a checkpoint that stays until it is deleted, to start a later version of the job from.")
    .argument("<job>", "id or name");
  onRun<object, readonly [string]>(savepoint, async ([name], options) => {
    await (await import("../actions/job-savepoints.ts")).createSavepoint(name, options, world);
  });
  examples(savepoint, ["millrace job savepoint airport-delays", "millrace job submit airport-delays.ts --savepoint <id>"]);

  const savepoints = job
    .command("savepoints")
    .description("Lists savepoints, or deletes one.")
    .argument("[job]", "id or name; absent: of all jobs")
    .option("--delete <id>", "delete this one: what only it refers to may be removed");
  onRun<{ readonly delete?: string }, readonly [string | undefined]>(savepoints, async ([name], options) => {
    await (await import("../actions/job-savepoints.ts")).savepoints(name, options, world);
  });
  examples(savepoints, ["millrace job savepoints airport-delays", "millrace job savepoints --delete airport-delays-1f2e.9c3d"]);
}

function addUpgrade(job: Command, world: CliWorld): void {
  const upgrade = job
    .command("upgrade")
    .description("Replaces a running job by another version of itself: stops it on a savepoint and starts the module from there.")
    .argument("<module>", "TypeScript or JavaScript file with the job as default export")
    .option("--no-check", "skip the type check")
    .option("--dry-run", "change nothing: say operator by operator what would become of state")
    .option("--allow-dropped-state", ALLOW_DROPPED)
    .option("-f, --follow", "show its progress until it has ended");
  onRun<JobUpgradeOptions, readonly [string]>(upgrade, async ([path], options) => {
    await (await import("../actions/job-upgrade.ts")).upgradeJob(path, options, world);
  });
  examples(upgrade, ["millrace job upgrade airport-delays.ts --dry-run", "millrace job upgrade airport-delays.ts"]);
}

function addSubmit(job: Command, world: CliWorld): void {
  const submit = job
    .command("submit")
    .description("Checks, bundles and plans a job module, and starts it on the cluster.")
    .argument("<module>", "TypeScript or JavaScript file with the job as default export")
    .option("--no-check", "skip the type check")
    .option("--savepoint <id>", 'start with the state of this savepoint; "latest": of the last checkpoint of the job of this name')
    .option("--dry-run", "start nothing: say what would become of state")
    .option("--allow-dropped-state", ALLOW_DROPPED)
    .option("--create-topics", "make the topics that the job reads and writes and that are not there, with the cluster's defaults")
    .option(
      "--or-upgrade",
      "where another version of the job runs, go on from its state, as `job upgrade` does; the same one goes on undisturbed either way",
    )
    .option("--new", "refuse if a job of this name was there before, instead of starting a new incarnation of it")
    .option("-f, --follow", "show its progress until it has ended");
  onRun<JobSubmitOptions, readonly [string]>(submit, async ([path], options) => {
    await (await import("../actions/job-submit.ts")).submitJob(path, options, world);
  });
  examples(submit, ["millrace job submit examples/jobs/word-count.ts", "millrace job submit examples/jobs/airport-delays.ts --follow"]);
}

function addExplain(job: Command, world: CliWorld): void {
  const explain = job
    .command("explain")
    .description("Shows how a job is run: stages, what is fused, shuffled and kept. Of a module nothing is submitted.")
    .argument("<module|job>", "file with the job, or id or name of a job on the cluster")
    .option("--no-check", "skip the type check")
    .option("--mermaid", "as a Mermaid flow chart");
  onRun<JobExplainOptions, readonly [string]>(explain, async ([target], options) => {
    await (await import("../actions/job-explain.ts")).explainJob(target, options, world);
  });
  examples(explain, ["millrace job explain examples/jobs/airport-delays.ts", "millrace job explain airport-delays --mermaid"]);
}
