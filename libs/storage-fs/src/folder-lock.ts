import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderInUse, isExisting, isMissing, translate } from "./errors.ts";
import { LOCK_ATTEMPTS_MAX } from "./limits.ts";
import { identityOfThisProcess, isAlive, type ProcessIdentity } from "./process-identity.ts";

const LOCK_FILE = "lock";

/** A folder that belongs to this process until `release`, or until the process dies. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this process. Throws `folder-in-use` naming the process that has it; the lock of a dead one is taken over, also when its process id
 * is in use again. The lock appears with its content (a link, not a create), and a take-over first renames the dead lock away and looks
 * at what it got: of two processes that try, one sees that it took a live lock and puts it back.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, LOCK_FILE);
  const mine = JSON.stringify(identityOfThisProcess());
  const own = `${path}.${process.pid}`;
  try {
    writeFileSync(own, mine);
    for (let attempt = 0; attempt < LOCK_ATTEMPTS_MAX; attempt++) {
      if (tryLink(own, path)) return { release: () => releaseLock(path, mine) };
      const held = readLock(path);
      if (held === undefined) continue;
      const holder = parseIdentity(held);
      if (holder !== undefined && isAlive(holder)) throw folderInUse({ folder, pid: holder.pid, host: holder.host });
      takeAway(path, held);
    }
    throw folderInUse({ folder });
  } catch (error) {
    throw translate(error, path);
  } finally {
    rmSync(own, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isExisting(error)) return false;
    throw error;
  }
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Removes a dead process's lock, unless another process replaced it meanwhile. */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if (readLock(aside) !== dead) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function releaseLock(path: string, mine: string): void {
  if (readLock(path) === mine) rmSync(path, { force: true });
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity> | null;
    if (typeof value?.pid !== "number") return undefined;
    return { pid: value.pid, started: value.started, host: value.host ?? "" };
  } catch {
    return undefined; // a torn lock is that of a process that died while it wrote
  }
}
