/**
 * @typedef {{ readonly what: string, readonly main?: string, readonly args?: readonly string[] }} Command
 * A command with `main` runs that source file; the others are made of steps (see dispatch.mjs).
 */

/** Every command of the bootstrap, in the order help shows them. @type {Readonly<Record<string, Command>>} */
export const commands = {
  start: { what: "the main job: 3,000,000 flights through an embedded cluster, verified", main: "apps/demo/src/main.ts" },
  dev: { what: "a cluster in one process on an embedded store", main: "apps/cli/src/main.ts", args: ["dev"] },
  millrace: { what: "the millrace command line from source", main: "apps/cli/src/main.ts" },
  bench: { what: "workloads against a cluster, as a table and as JSON", main: "apps/bench/src/main.ts" },
  e2e: { what: "the main job on real processes with faults", main: "apps/e2e/src/main.ts" },
  sim: { what: "whole clusters on virtual time from seeds: npm run sim -- --seeds N", main: "apps/simulator/src/main.ts" },
  compat: { what: "real Kafka clients against a real broker: npm run compat -- --quick", main: "apps/e2e/src/compat/main.ts" },
  test: { what: "all tests; names of projects select: npm test -- log-engine stdx" },
  oracle: { what: "golden tables of Spark's results in a folder: npm run oracle -- PATH", main: "libs/dataflow/test/oracle/main.ts" },
  fuzz: { what: "mutated bytes into every decoder: npm run fuzz -- --only NAME --count N", main: "apps/e2e/src/fuzz/main.ts" },
  images: { what: "container images: npm run images -- --help", main: "tools/images/src/main.ts" },
  "k8s:test": { what: "the chart on a real cluster: npm run k8s:test -- --help", main: "apps/e2e/src/kubernetes/main.ts" },
  planted: { what: "plants each known bug into a copy and demands that tests fail" },
  check: { what: "generated code, format, types, lint, tidy" },
  fix: { what: "format and lint, with repairs written" },
  gen: { what: "code from proto/" },
};

/** Names the bootstrap accepts. */
export const commandNames = Object.keys(commands);

/** Help for a missing or unknown command. @param {string | undefined} given */
export function usage(given) {
  const problem = given === undefined ? "no command given" : `no such command: ${given}`;
  const lines = Object.entries(commands).map(([name, { what }]) => `  ${name.padEnd(10)}${what}`);
  return `millrace: ${problem}\nUsage: node tools/bootstrap/run.mjs <command> [args]\n${lines.join("\n")}\n`;
}
