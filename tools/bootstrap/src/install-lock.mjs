import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const lookMs = 200;

/**
 * Runs `work` while no other process holds the lock file; one left by a process that is gone counts for nothing. Two `npm ci` at once in one
 * checkout delete each other's packages.
 *
 * @template T
 * @param {string} path
 * @param {{ work: () => Promise<T>, onWait?: (pid: number) => void }} options
 * @returns {Promise<T>}
 */
export async function whileAlone(path, { work, onWait }) {
  let toldOf = 0;
  for (;;) {
    const holder = take(path);
    if (holder === undefined) break;
    if (holder !== toldOf) onWait?.(holder);
    toldOf = holder;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Takes the lock, or tells which live process has it. @param {string} path @returns {number | undefined} */
function take(path) {
  for (;;) {
    const own = `${path}.${process.pid}`;
    writeFileSync(own, `${process.pid}\n`);
    try {
      linkSync(own, path); // appears with its content, or not at all
      return undefined;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    } finally {
      rmSync(own, { force: true });
    }
    const holder = Number(readHolder(path));
    if (isAlive(holder)) return holder;
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function readHolder(path) {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return ""; // given free just now
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
