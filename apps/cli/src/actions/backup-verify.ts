import { AppError } from "@millrace/model";
import { verifyBackup } from "../backup/verify-backup.ts";
import type { BackupReadOptions } from "../commands/backup.ts";
import type { GlobalOptions } from "../options.ts";
import { bar } from "../output/bar.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { readBackupFolder } from "./backup-folder.ts";

/** `backup verify`: a line for each file that is not what it should be; fails if there is one. */
export async function verifyBackupIn(options: BackupReadOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const ports = readBackupFolder(options.from, world);
  const found = verifyBackup(
    {
      number: options.backup,
      signal: world.interrupt,
      progress: ({ files, filesTotal, bytes }) =>
        world.progress(`${bar(files, filesTotal)} ${files} of ${filesTotal} files, ${formatBytes(bytes)}`),
    },
    ports,
  );
  const { number, files, bytes, batches, records, groups, jobs, problems, problemCount } = found;
  if (options.json === true) await world.write(jsonLine(found));
  else {
    for (const { file, reason } of problems) await world.write(`DAMAGED  ${file}: ${reason}\n`);
    if (problemCount === 0)
      await world.write(
        `ok  backup ${number}: ${formatCount(files)} files, ${formatBytes(bytes)}; ${formatCount(records)} records in ${formatCount(batches)} batches, ` +
          `${formatCount(groups)} groups, ${formatCount(jobs)} jobs\n`,
      );
  }
  if (problemCount === 0) return;
  throw new AppError({
    kind: "corrupt",
    code: "backup-damaged",
    message: "files of the backup are damaged: restore an earlier one, or take these files from a copy",
    context: { backup: number, damaged: problemCount, looked: files },
  });
}
