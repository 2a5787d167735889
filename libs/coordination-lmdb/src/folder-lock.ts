import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errors } from "./errors.ts";

const ATTEMPTS_MAX = 5; // each attempt removes one lock of a dead process; more than that is a race that others win

export interface FolderLock {
  release(): void;
}

/**
 * Makes this process the only one that uses the folder, by a file that names it. The file of a dead process (also of one whose id was
 * given to another since: start time and boot are compared) is taken over, so nothing needs cleaning up after a crash.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "LOCK");
  const mine = JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (tryLink(draft, path))
        return {
          release: () => {
            releaseIfMine(path, mine);
          },
        };
      const found = readOwner(path);
      if (found === undefined) continue;
      if (isAlive(found)) throw errors.folderInUse(folder, found.pid);
      removeStale(path, found.text);
    }
    throw errors.folderInUse(folder, readOwner(path)?.pid ?? 0);
  } finally {
    rmSync(draft, { force: true });
  }
}

interface Owner {
  readonly text: string;
  readonly pid: number;
  readonly identity: string;
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    const text = readFileSync(path, "utf8");
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || !("pid" in parsed) || !("identity" in parsed))
      return { text, pid: 0, identity: "" };
    return { text, pid: Number(parsed.pid), identity: String(parsed.identity) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (error instanceof SyntaxError) return { text: readFileSync(path, "utf8"), pid: 0, identity: "" };
    throw error;
  }
}

/** Moves the stale file away; what was moved is checked, because another process may have put its own there meanwhile. */
function removeStale(path: string, text: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (readFileSync(aside, "utf8") !== text) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function releaseIfMine(path: string, mine: string): void {
  if (readOwner(path)?.text === mine) rmSync(path, { force: true });
}

function isAlive({ pid, identity }: Owner): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  const current = processIdentity(pid);
  return identity === "" || current === "" || current === identity;
}

/** Boot and start time of a process; empty where the system does not tell. */
function processIdentity(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22, counted behind the name, which may hold spaces and brackets.
    return `${boot}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
  } catch {
    return "";
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
