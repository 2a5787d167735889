import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { errors } from "../errors.ts";
import { FILES_IN_WATCHED_FOLDER_MAX, STATS_AT_ONCE } from "../limits.ts";

/** A file as a listing found it. */
export interface SeenFile {
  /** Path below the folder, with slashes. */
  readonly name: string;
  readonly size: number;
  /** Milliseconds since 1970 UTC. */
  readonly changedMs: number;
}

/** Names of all files below a folder but those under names that start with a dot or an underscore: what a writer has not renamed yet. */
export async function listFolder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw errors.folderNotListed(path, cause);
  });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep));
  const names = files.filter((steps) => !steps.some((step) => /^[._]/.test(step))).map((steps) => steps.join("/"));
  if (names.length > FILES_IN_WATCHED_FOLDER_MAX) throw errors.folderTooFull(path, names.length);
  return names;
}

/** Files of these names as they are now; one that has vanished is left out. */
export async function lookAt(path: string, names: readonly string[]): Promise<SeenFile[]> {
  const found: SeenFile[] = [];
  for (let start = 0; start < names.length; start += STATS_AT_ONCE) {
    const some = names.slice(start, start + STATS_AT_ONCE).map((name) => seen(path, name));
    found.push(...(await Promise.all(some)).filter((file) => file !== undefined));
  }
  return found;
}

async function seen(path: string, name: string): Promise<SeenFile | undefined> {
  const found = await statIfThere(join(path, name));
  return found === undefined ? undefined : { name, size: found.size, changedMs: Math.floor(found.mtimeMs) };
}

/** undefined: it is not there. Any other reason is an error: a file that cannot be looked at must not be passed over as if it had gone. */
export async function statIfThere(path: string): Promise<Stats | undefined> {
  return await stat(path).catch((cause: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes((cause as { readonly code?: string }).code ?? "")) return undefined;
    throw errors.folderNotListed(path, cause);
  });
}
