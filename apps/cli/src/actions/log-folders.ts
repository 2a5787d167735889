import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { crc32c } from "@millrace/codecs";
import { createFsStorage } from "@millrace/storage-fs";
import { cliError } from "../errors.ts";
import type { CliWorld } from "../world.ts";

/** Folders of partitions below a storage root. */
export interface LogFolders {
  readonly ports: { readonly storage: ReturnType<typeof createFsStorage>; readonly crc32c: typeof crc32c };
  readonly folders: readonly string[];
}

const MARK = "partition.json";
const NAME = /^[0-9a-f-]+-\d+$/;

/** The partition at a path, or the partitions of the data folder there; `millrace dev` keeps the broker's in `broker`. */
export function findLogFolders(path: string, world: CliWorld): LogFolders {
  const full = resolve(world.folder, path);
  if (existsSync(join(full, MARK)) || NAME.test(basename(full))) return foldersOf(dirname(full), existsSync(full) ? [basename(full)] : []);
  for (const root of [full, join(full, "broker")]) {
    const folders = existsSync(root) ? readdirSync(root).filter((name) => existsSync(join(root, name, MARK))) : [];
    if (folders.length > 0) return foldersOf(root, folders.sort());
  }
  return foldersOf(full, []);
}

function foldersOf(root: string, folders: readonly string[]): LogFolders {
  if (folders.length === 0)
    throw cliError(
      "bad-argument",
      "no partition is there: give a partition's folder (with partition.json in it) or a broker's data folder",
      {
        path: root,
      },
    );
  return { ports: { storage: createFsStorage(root), crc32c }, folders };
}
