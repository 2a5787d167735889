import { listBackups } from "../backup/list-backups.ts";
import type { BackupReadOptions } from "../commands/backup.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount, formatTime } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { readBackupFolder } from "./backup-folder.ts";

/** `backup list` */
export async function listBackupsIn(options: BackupReadOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const found = listBackups(readBackupFolder(options.from, world));
  if (options.json === true) {
    for (const each of found) await world.write(jsonLine(each));
    return;
  }
  if (found.length === 0) return world.note("no backup has finished in this folder yet");
  await world.write(
    table(
      ["backup", "taken at", "topics", "partitions", "records", "bytes", "new bytes", "groups", "jobs"],
      found.map((each) => [
        String(each.number),
        formatTime(each.takenAtMs),
        formatCount(each.topics),
        formatCount(each.partitions),
        formatCount(each.records),
        formatBytes(each.bytes),
        formatBytes(each.added.bytes),
        formatCount(each.groups),
        formatCount(each.jobs),
      ]),
    ),
  );
}
