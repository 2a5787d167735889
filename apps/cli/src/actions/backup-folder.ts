import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { crc32c } from "@millrace/codecs";
import { createFsStorage, openDataFolder } from "@millrace/storage-fs";
import { systemRandom } from "@millrace/service-kit";
import { backupErrors } from "../backup/errors.ts";
import type { FramePorts } from "../backup/format/sealed-frames.ts";
import type { CliWorld } from "../world.ts";

/** The folder of backups for this process alone, made if it is missing. */
export async function withBackupFolder<T>(folder: string, world: CliWorld, use: (ports: FramePorts) => Promise<T>): Promise<T> {
  const opened = await openDataFolder(resolve(world.folder, folder), { newFolderId: systemRandom.hex(16) });
  try {
    return await use({ storage: opened.storage, crc32c });
  } finally {
    opened.release();
  }
}

/** The same to read from, beside others that read. */
export function readBackupFolder(folder: string, world: CliWorld): FramePorts {
  const path = resolve(world.folder, folder);
  if (!existsSync(path)) throw backupErrors.missing({ folder: path });
  return { storage: createFsStorage(path), crc32c };
}
