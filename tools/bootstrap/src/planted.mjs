import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "./child.mjs";
import { plantedBugs } from "./planted-bugs.mjs";
import { openTestRedis } from "./redis.mjs";
import { binScript, quietEnv, workspaceRoot } from "./workspace.mjs";

/**
 * `planted`: each known bug is planted into a copy of the project that it belongs to, whose tests must then fail. A test that passes with
 * its bug in place proves nothing. Nothing in the checkout is touched.
 *
 * @param {readonly string[]} args names of bugs; none: all
 * @returns {Promise<number>}
 */
export async function runPlanted(args) {
  const chosen = plantedBugs.filter((bug) => args.length === 0 || args.includes(bug.name));
  if (chosen.length === 0) throw new Error(`no such bug; known are ${plantedBugs.map((bug) => bug.name).join(", ")}`);
  const redis = await openTestRedis();
  let escaped = 0;
  try {
    for (const bug of chosen) {
      const caughtBy = await caught(bug, redis.url);
      if (caughtBy === undefined) escaped += 1;
      process.stdout.write(
        `${caughtBy === undefined ? "ESCAPED" : "caught "}  ${bug.name.padEnd(28)} ${bug.project.padEnd(28)} ${caughtBy ?? bug.what}\n`,
      );
    }
  } finally {
    await redis.stop();
  }
  process.stdout.write(`${chosen.length - escaped} passed, ${escaped} failed\n`);
  return escaped === 0 ? 0 : 1;
}

/**
 * The first test that failed with the bug in place; undefined: none did.
 *
 * @param {import("./planted-bugs.mjs").PlantedBug} bug
 * @param {string} redisUrl
 * @returns {Promise<string | undefined>}
 */
async function caught(bug, redisUrl) {
  const copy = mkdtempSync(join(tmpdir(), "millrace-planted-"));
  try {
    for (const name of ["package.json", "tsconfig.base.json", "jest.preset.mjs"]) cpSync(join(workspaceRoot, name), join(copy, name));
    cpSync(join(workspaceRoot, "tools/bootstrap"), join(copy, "tools/bootstrap"), { recursive: true });
    cpSync(join(workspaceRoot, bug.project), join(copy, bug.project), { recursive: true });
    symlinkSync(join(workspaceRoot, "node_modules"), join(copy, "node_modules"));
    plant(join(copy, bug.project, bug.file), bug);
    const flags = ["--conditions=@millrace/source", "--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
    const jest = [...flags, binScript("jest"), "-c", join(bug.project, "jest.config.mjs"), "--verbose"];
    const env = { ...quietEnv(), REDIS_URL: redisUrl, CI: "true" };
    const { code, output } = await capture(process.execPath, jest, { cwd: copy, env });
    if (code === 0) return undefined;
    const failure = /✕ (.*?)(?: \(\d.*\))?$/m.exec(output)?.[1];
    if (failure === undefined) throw new Error(`${bug.name}: the tests could not run:\n${output.slice(-2_000)}`);
    return failure;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** @param {string} path @param {import("./planted-bugs.mjs").PlantedBug} bug */
function plant(path, bug) {
  const source = readFileSync(path, "utf8");
  if (source.split(bug.correct).length !== 2)
    throw new Error(`${bug.name}: the line to change is not in ${path} exactly once; correct planted-bugs.mjs`);
  writeFileSync(
    path,
    source.replace(bug.correct, () => bug.wrong),
  );
}
