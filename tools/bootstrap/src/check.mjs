import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { capture, runStep } from "./child.mjs";
import { binScript, quietEnv, workspaceRoot } from "./workspace.mjs";

const env = quietEnv();
const lintParallel = Math.min(3, availableParallelism()); // Each takes about half a gigabyte.
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
      `failed: ${failed.join(", ")} (npm run check -- ${failed.join(" ")}; npm run fix repairs format, some of lint, missing error pages)\n`,
    );
  process.stdout.write(`${chosen.length - failed.length} passed, ${failed.length} failed\n`);
  return failed.length === 0 ? 0 : 1;
}

/**
 * `npm run fix`: what lint can repair, then format, then first pages for new error codes.
 *
 * @param {readonly string[]} only names of repairs; none means all
 * @returns {Promise<number>}
 */
export async function runFix(only) {
  const unknown = only.find((name) => !(name in repairs));
  if (unknown !== undefined) throw new Error(`no such repair: ${unknown}; there are ${Object.keys(repairs).join(", ")}`);
  let worst = 0;
  for (const [name, repair] of Object.entries(repairs)) {
    if (only.length === 0 || only.includes(name)) worst = Math.max(worst, await repair());
  }
  return worst;
}

/** @type {Readonly<Record<string, () => Promise<number>>>} */
const repairs = {
  lint: () =>
    runModule("nx", ["run-many", "-t", "lint", "--output-style=static", "--skip-nx-cache", `--parallel=${lintParallel}`, "--fix"]),
  format: () => runModule("prettier", ["--write", "--log-level=warn", "."]),
  tidy: () => runStep(process.execPath, ["--conditions=@millrace/source", "tools/tidy/src/main.ts", "--fix"], { cwd: workspaceRoot, env }),
};

/** `npm run gen`: code from proto/, linted first: gRPC's by buf, Kafka's by our own generator. @returns {Promise<number>} */
export async function runGen() {
  const linted = await runModule("@bufbuild/buf", ["lint", "proto"], "buf");
  if (linted !== 0) return linted;
  const generatedCode = await runModule("@bufbuild/buf", ["generate", "--template", "proto/buf.gen.yaml"], "buf");
  return generatedCode === 0 ? runKafkaCodegen([]) : generatedCode;
}

/** @param {readonly string[]} args @returns {Promise<number>} */
function runKafkaCodegen(args) {
  return runStep(process.execPath, ["tools/kafka-codegen/src/main.ts", ...args], { cwd: workspaceRoot, env });
}

/** @type {readonly Step[]} */
const steps = [
  { name: "proto", run: checkProto },
  { name: "gen", run: checkGenerated },
  { name: "format", run: () => runModule("prettier", ["--check", "--log-level=warn", "."]) },
  { name: "types", run: () => runModule("typescript-7", ["-b"], "tsc") },
  {
    name: "lint",
    run: () => runModule("nx", ["run-many", "-t", "lint", "--output-style=static", `--parallel=${lintParallel}`]),
  },
  {
    name: "tidy",
    run: () => runStep(process.execPath, ["--conditions=@millrace/source", "tools/tidy/src/main.ts"], { cwd: workspaceRoot, env }),
  },
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

/** Generates again, beside the tree, and compares: committed code must be what proto/ says. */
async function checkGenerated() {
  const fresh = mkdtempSync(join(tmpdir(), "millrace-gen-"));
  try {
    const code = await runModule("@bufbuild/buf", ["generate", "--template", "proto/buf.gen.yaml", "--output", fresh], "buf");
    const stale = code === 0 ? differences(join(fresh, generated), join(workspaceRoot, generated)) : [];
    for (const path of stale) process.stdout.write(`${generated}/${path} is not what proto/ generates: npm run gen, and commit it\n`);
    const kafkaCode = await runKafkaCodegen(["--check"]);
    return stale.length > 0 ? 1 : Math.max(code, kafkaCode);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * Files that only one of two folders has, or that differ.
 *
 * @param {string} a
 * @param {string} b
 * @returns {string[]}
 */
function differences(a, b) {
  const paths = new Set([a, b].flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" })));
  const text = (/** @type {string} */ path) => (existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined);
  return [...paths].filter((path) => text(join(a, path)) !== text(join(b, path)));
}

/**
 * @param {string} packageName
 * @param {readonly string[]} args
 * @param {string} [command]
 */
function runModule(packageName, args, command) {
  return runStep(process.execPath, [binScript(packageName, command), ...args], { cwd: workspaceRoot, env });
}
