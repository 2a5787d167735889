import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { capture, runStep } from "./child.mjs";
import { binScript, quietEnv, workspaceRoot } from "./workspace.mjs";

const env = quietEnv();
const generated = "libs/contracts/src/gen";

/** @typedef {{ readonly name: string, readonly run: () => Promise<number> }} Step */

/**
 * `npm run check`: everything but tests that a change must pass. All steps run, so that one look shows all there is to do;
 * the last line counts steps.
 *
 * @param {readonly string[]} only names of steps; none means all
 * @returns {Promise<number>}
 */
export async function runCheck(only) {
  const chosen = only.length === 0 ? steps : steps.filter((step) => only.includes(step.name));
  if (chosen.length < only.length) throw new Error(`steps of check are ${steps.map((step) => step.name).join(", ")}`);
  /** @type {string[]} */
  const failed = [];
  for (const step of chosen) {
    const startedMs = performance.now();
    process.stdout.write(`── ${step.name}\n`);
    const ok = (await step.run()) === 0;
    if (!ok) failed.push(step.name);
    process.stdout.write(`── ${step.name} ${ok ? "ok" : "FAILED"} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)\n`);
  }
  if (failed.length > 0)
    process.stdout.write(
      `failed: ${failed.join(", ")} (npm run check -- ${failed.join(" ")}; npm run fix repairs format and some of lint)\n`,
    );
  process.stdout.write(`${chosen.length - failed.length} passed, ${failed.length} failed\n`);
  return failed.length === 0 ? 0 : 1;
}

/** `npm run fix`: format, then lint with repairs. @returns {Promise<number>} */
export async function runFix() {
  const formatted = await runModule("prettier", ["--write", "--log-level=warn", "."]);
  const linted = await runModule("nx", [
    "run-many",
    "-t",
    "lint",
    "--output-style=static",
    "--skip-nx-cache",
    "--parallel=1",
    "--",
    "--fix",
  ]);
  return Math.max(formatted, linted);
}

/** `npm run gen`: code from proto/, linted first. @returns {Promise<number>} */
export async function runGen() {
  const linted = await runModule("@bufbuild/buf", ["lint", "proto"], "buf");
  return linted === 0 ? runModule("@bufbuild/buf", ["generate", "--template", "proto/buf.gen.yaml"], "buf") : linted;
}

/** @type {readonly Step[]} */
const steps = [
  { name: "proto", run: checkProto },
  { name: "gen", run: checkGenerated },
  { name: "format", run: () => runModule("prettier", ["--check", "--log-level=warn", "."]) },
  { name: "types", run: () => runModule("typescript-7", ["-b"], "tsc") },
  {
    name: "lint",
    run: () => runModule("nx", ["run-many", "-t", "lint", "--output-style=static", `--parallel=${Math.min(3, availableParallelism())}`]),
  },
  { name: "tidy", run: () => runStep(process.execPath, ["tools/tidy/src/main.ts"], { cwd: workspaceRoot, env }) },
];

/** Lint, and no change that breaks clients generated from main's schema. */
async function checkProto() {
  const linted = await runModule("@bufbuild/buf", ["lint", "proto"], "buf");
  if (linted !== 0 || !(await mainHasProto())) return linted;
  return runModule("@bufbuild/buf", ["breaking", "proto", "--against", ".git#branch=main,subdir=proto"], "buf");
}

async function mainHasProto() {
  const { code, output } = await capture("git", ["ls-tree", "main", "proto/buf.yaml"], { cwd: workspaceRoot });
  return code === 0 && output.trim() !== "";
}

/** Generates again and compares with what was there: committed code must be what proto/ says. */
async function checkGenerated() {
  const before = await fingerprint();
  const code = await runModule("@bufbuild/buf", ["generate", "--template", "proto/buf.gen.yaml"], "buf");
  if (code !== 0 || before === (await fingerprint())) return code;
  process.stdout.write(`${generated} was not what proto/ generates; it is now: commit it\n`);
  return 1;
}

/** Content of the generated folder as git would hash it, tracked or not. */
async function fingerprint() {
  const listed = await capture("git", ["ls-files", "--cached", "--others", "--exclude-standard", generated], { cwd: workspaceRoot });
  const paths = listed.output.split("\n").filter((path) => path !== "" && existsSync(join(workspaceRoot, path)));
  const hashed = await capture("git", ["hash-object", ...paths], { cwd: workspaceRoot });
  return `${paths.join("\n")}\n${hashed.output}`;
}

/**
 * @param {string} packageName
 * @param {readonly string[]} args
 * @param {string} [command]
 */
function runModule(packageName, args, command) {
  return runStep(process.execPath, [binScript(packageName, command), ...args], { cwd: workspaceRoot, env });
}
