import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { capture, runStep } from "./child.mjs";
import { openTestRedis } from "./redis.mjs";
import { sum, summary } from "./tally.mjs";
import { binScript, quietEnv, workspaceRoot } from "./workspace.mjs";

const nx = binScript("nx");
const parallelMax = 4; // Each test process has its own workers; more only makes them wait for each other.

/**
 * `npm test [-- project …] [--option …]`: every project's tests against a Redis that is there for them, summed up.
 *
 * @param {readonly string[]} args names of projects, or options for Nx (such as --skip-nx-cache)
 * @returns {Promise<number>}
 */
export async function runTests(args) {
  const names = args.filter((arg) => !arg.startsWith("-"));
  const options = args.filter((arg) => arg.startsWith("-"));
  const selection = names.length === 0 ? [] : [`--projects=${names.join(",")}`];
  const projects = await selectProjects(selection);
  const results = join(workspaceRoot, "dist", "test-results");
  rmSync(results, { recursive: true, force: true }); // Only results of this run count; Nx puts cached ones back.
  const redis = await openTestRedis();
  let code;
  try {
    // The label is part of the cache key, the address is not: the next run's port differs, its results do not.
    // Not MILLRACE_…: services that a test starts would take it for a setting, and refuse it.
    const env = { ...quietEnv(), REDIS_URL: redis.url, TEST_REDIS: redis.label };
    const parallel = `--parallel=${Math.min(parallelMax, availableParallelism())}`;
    const nxArgs = ["run-many", "-t", "test", ...selection, parallel, "--output-style=static", ...options];
    code = await runStep(process.execPath, [nx, ...nxArgs], { cwd: workspaceRoot, env });
  } finally {
    await redis.stop();
  }
  const total = sum(projects.filter(hasTests), readResults(results, projects));
  if (code !== 0 && total.failed === 0) {
    total.failed = 1;
    total.failures.push({ project: "nx", name: `the test run itself ended with code ${code}, see above`, file: "nx.json" });
  }
  process.stdout.write(summary(total));
  return total.failed > 0 ? 1 : code;
}

/**
 * Roots of the projects Nx will run, so that one without a result is noticed.
 *
 * @param {readonly string[]} selection
 * @returns {Promise<string[]>}
 */
async function selectProjects(selection) {
  const args = [nx, "show", "projects", "--with-target=test", "--json", ...selection];
  const { code, output } = await capture(process.execPath, args, { cwd: workspaceRoot, env: quietEnv() });
  const list = /\[[\s\S]*\]/.exec(output)?.[0];
  if (code !== 0 || list === undefined) throw new Error(`nx could not read the workspace:\n${output}`);
  /** @type {string[]} */
  const names = JSON.parse(list);
  if (names.length === 0) throw new Error(`no such project: ${selection.join(" ")}; see libs/README.md for the names`);
  return names.map(projectRoot);
}

/** @param {string} name */
function projectRoot(name) {
  const folder = name.replace("@millrace/", "");
  const root = ["libs", "apps", "tools", "examples"]
    .map((parent) => `${parent}/${folder}`)
    .find((path) => existsSync(join(workspaceRoot, path, "package.json")));
  if (root === undefined) throw new Error(`project ${name} is not in a folder of its own name`);
  return root;
}

/**
 * A project without a test file leaves no result, and that is no failure. The patterns are those of jest.preset.mjs.
 *
 * @param {string} project
 */
function hasTests(project) {
  const inFolder = (/** @type {string} */ folder, /** @type {RegExp} */ pattern) => {
    const path = join(workspaceRoot, project, folder);
    return existsSync(path) && readdirSync(path, { recursive: true }).some((file) => pattern.test(String(file)));
  };
  return inFolder("src", /\.spec\.ts$/) || inFolder("test", /\.(spec|prop|fuzz)\.ts$/);
}

/**
 * @param {string} folder
 * @param {readonly string[]} projects
 * @returns {Map<string, import("./tally.mjs").ProjectResult>}
 */
function readResults(folder, projects) {
  const found = projects.map((project) => ({ project, path: join(folder, `${project}.json`) })).filter(({ path }) => existsSync(path));
  return new Map(found.map(({ project, path }) => [project, JSON.parse(readFileSync(path, "utf8"))]));
}
