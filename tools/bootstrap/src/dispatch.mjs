// Second half of the bootstrap, under the pinned Node, with every package installed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runCheck, runFix, runGen } from "./check.mjs";
import { runForwarding } from "./child.mjs";
import { commands } from "./commands.mjs";
import { runPlanted } from "./planted.mjs";
import { runTests } from "./test.mjs";
import { workspaceRoot } from "./workspace.mjs";

/** @type {Readonly<Record<string, (args: readonly string[]) => Promise<number>>>} */
const composed = { test: runTests, planted: runPlanted, check: runCheck, fix: runFix, gen: runGen };

const [name = "", ...args] = process.argv.slice(2);
const command = commands[name];
const steps = composed[name];
try {
  if (steps !== undefined) process.exitCode = await steps(args);
  else if (command?.main !== undefined) await runMain(command.main, [...(command.args ?? []), ...args]);
} catch (error) {
  process.stderr.write(`millrace: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/**
 * @param {string} main
 * @param {readonly string[]} mainArgs
 */
async function runMain(main, mainArgs) {
  const path = join(workspaceRoot, main);
  if (!existsSync(path)) throw new Error(`${main} does not exist in this checkout`);
  const flags = ["--conditions=@millrace/source", "--disable-warning=ExperimentalWarning"];
  // Taking types away and compiling a thousand sources is half of what a start costs: Node keeps what came of it, by content, one entry a file.
  const cache = join(workspaceRoot, "node_modules", ".cache", "millrace-compile");
  await runForwarding(process.execPath, [...flags, path, ...mainArgs], { NODE_COMPILE_CACHE: cache, ...process.env });
}
