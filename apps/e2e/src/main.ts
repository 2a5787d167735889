import { readOptions, type Options } from "./options.ts";
import { runScenario, type ScenarioResult } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";

const USAGE = `Real processes, real kills: what Millrace promises, tried on a machine.

  npm run e2e                              every scenario
  npm run e2e -- seven --records 3000000   one of them
  npm run e2e -- --list                    their names

  --partitions N  partitions on one broker (partitions)
  --records N   flights to produce (seven, smoke, paused-coordinator, chaos3), records to copy (exactly-once-copy)
  --kills N     how often to kill (kill-dev, sinks, exactly-once-copy), or how many seeds to run (power-loss)
  --broker-kills N   how often to kill a broker, too (exactly-once-copy)
  --brokers N   a cluster of so many instead of millrace dev, each partition on all of them (exactly-once-copy)
  --minutes N   how long (rolling-day, chaos3)
  --latency M   batch or continuous: the mode in which jobs run (examples, sinks, rescale)
  --pictures    draw what the dashboards show into docs/operations/dashboards (dashboards)
  --seed N      for the random moments; printed by each run
  --json        one JSON object per scenario instead of words
  --keep        leave logs and data of passed scenarios, too

Exit code: 0 if all passed, 1 if one failed, 2 for a wrong command line.
`;

// What was started ends with this process, also when it is interrupted.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code));
process.exitCode = await main();

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    return wrongUse(error instanceof Error ? error.message : String(error));
  }
  if (options.help) return print(USAGE);
  if (options.list) return print(scenarios.map(({ name, what }) => `${name.padEnd(20)}${what}\n`).join(""));
  const unknown = options.names.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) return wrongUse(`no such scenario: ${unknown}; there are ${scenarios.map(({ name }) => name).join(", ")}`);
  const chosen = options.names.length === 0 ? scenarios : scenarios.filter((scenario) => options.names.includes(scenario.name));
  const results: ScenarioResult[] = [];
  for (const scenario of chosen) {
    const result = await runScenario(scenario, options);
    results.push(result);
    print(options.json ? `${JSON.stringify(result)}\n` : lineOf(result));
  }
  const failed = results.filter((result) => !result.passed).length;
  if (!options.json) print(`${results.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function lineOf({ name, passed, seed, seconds, figures, error, folder }: ScenarioResult): string {
  const words = Object.entries(figures).map(([figure, value]) => `${figure}=${value}`);
  const head = `${passed ? "ok  " : "FAIL"} ${name.padEnd(20)}${seconds.toFixed(1).padStart(7)} s  seed=${seed} ${words.join(" ")}\n`;
  return passed
    ? head
    : `${head}     ${(error ?? "").replaceAll("\n", "\n     ")}\n     logs and data: ${folder}\n     again: npm run e2e -- ${name} --seed ${seed}\n`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function wrongUse(message: string): number {
  process.stderr.write(`error: ${message}\n\n${USAGE}`);
  return 2;
}
