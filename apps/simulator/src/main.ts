import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "@millrace/checkers";
import { readOptions, type SimOptions, USAGE } from "./options.ts";
import { runScaleCommand } from "./scale/scale-main.ts";
import { runMutants } from "./mutants/run-mutants.ts";
import { FULL_SCALE, planOf, provokingPlanOf, type RunPlan, SMALL_SCALE } from "./run/plan.ts";
import type { RunResult } from "./run/run-plan.ts";
import { runInOrder, type SeedTask } from "./run/seed-pool.ts";
import { shrink } from "./run/shrink.ts";
import { shortfallOf, Tally } from "./run/tally.ts";

Error.stackTraceLimit = 4; // errors are part of every run; their stacks would cost more than what they are about
process.exitCode = await main();

async function main(): Promise<number> {
  const [command, ...rest] = process.argv.slice(2);
  if (command === "scale") return runScaleCommand(rest);
  let options: SimOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) process.stdout.write(USAGE);
  if (options.help) return 0;
  if (options.mutants) return (await runMutants(options)) ? 0 : 1;
  return runSeeds(options);
}

async function runSeeds(options: SimOptions): Promise<number> {
  const tally = new Tally();
  let isRepeatable = true;
  let previous: RunResult | undefined;
  for await (const result of runInOrder(tasksOf(options), options.jobs)) {
    const { seed } = result.plan;
    if (result.plan.seed === previous?.plan.seed) {
      if (result.traceHash !== previous.traceHash) {
        isRepeatable = false;
        process.stdout.write(`seed ${seed} is not the same twice: ${previous.traceHash} and ${result.traceHash}\n`);
      }
      continue;
    }
    previous = result;
    tally.add(result);
    report(result, options);
    if (result.anomalies.length > 0 && options.shrink) await reportShrunk(result);
    if (result.anomalies.length > 0 && options.stopAtFirst) break;
  }
  process.stdout.write(`faults:\n${tally.faultLines().join("\n")}\n${tally.summary()}\n`);
  return tally.failed === 0 && isRepeatable ? 0 : 1;
}

/** Each seed, or each twice in a row. */
function* tasksOf(options: SimOptions): Generator<SeedTask, void, undefined> {
  for (let seed = options.firstSeed; seed < options.firstSeed + options.seeds; seed++) {
    const task = { plan: planFor(seed, options), keepsLog: options.log, keepsHistory: options.historyFolder !== undefined };
    yield task;
    if (options.twice) yield task;
  }
}

function planFor(seed: number, options: SimOptions): RunPlan {
  if (options.provoke !== undefined) return provokingPlanOf(seed, options.provoke);
  return planOf(seed, options.small ? SMALL_SCALE : FULL_SCALE, { withJob: options.withJob });
}

async function reportShrunk(failing: RunResult): Promise<void> {
  const { plan, anomalies } = await shrink(failing, (text) => process.stdout.write(`  shrinking: ${text}\n`));
  process.stdout.write(`${failing.plan.faults.length} faults shrunk to ${plan.faults.length}, in ${plan.workMs} ms of work:\n`);
  process.stdout.write(plan.faults.map((fault) => `  ${JSON.stringify(fault)}\n`).join(""));
  process.stdout.write(`${anomalies.map((anomaly) => `SHRUNK ${anomaly}`).join("\n")}\n`);
}

function report(result: RunResult, options: SimOptions): void {
  const { plan, traceHash, simulatedMs, realMs, operations, faults, job, anomalies } = result;
  if (options.log) process.stdout.write(`${result.logLines.join("\n")}\n`);
  if (options.historyFolder !== undefined) {
    mkdirSync(options.historyFolder, { recursive: true });
    writeFileSync(join(options.historyFolder, `seed-${plan.seed}.jsonl`), result.history.map(encodeEvent).join(""));
  }
  const faultCount = [...faults.values()].reduce((total, count) => total + count, 0);
  const shortfall = shortfallOf(result);
  const parts = [
    `seed ${plan.seed}: trace ${traceHash}`,
    `${plan.brokers} brokers`,
    `${(simulatedMs / 1_000).toFixed(0)} s`,
    `${operations} operations`,
    `${faultCount} faults of ${faults.size} kinds`,
    ...(job === undefined ? [] : [`job: ${job.inputs} in, ${job.outputs} out, ${job.restarts} restarts`]),
    `${(simulatedMs / realMs).toFixed(0)}x`,
    ...(shortfall === undefined ? [] : [`does not count (${shortfall})`]),
  ];
  process.stdout.write(`${parts.join(", ")}\n`);
  if (anomalies.length === 0) return;
  process.stdout.write(`${anomalies.map((anomaly) => `ANOMALY ${anomaly}`).join("\n")}\n`);
  process.stdout.write(
    `again: npm run sim -- --seed ${plan.seed}${options.small ? " --small" : ""}${options.withJob ? " --with-job" : ""}${options.provoke === undefined ? "" : ` --provoke ${options.provoke}`} --log\n`,
  );
}
