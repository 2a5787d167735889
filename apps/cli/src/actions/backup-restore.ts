import { systemClock } from "@millrace/service-kit";
import { restoreBackup, type RestoreProgress } from "../backup/restore/restore-backup.ts";
import type { BackupRestoreOptions } from "../commands/backup.ts";
import type { GlobalOptions } from "../options.ts";
import { bar } from "../output/bar.ts";
import { formatBytes, formatCount, formatTime } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { readBackupFolder } from "./backup-folder.ts";
import { withClient } from "./with-client.ts";

/** `backup restore` */
export async function restoreBackupFrom(options: BackupRestoreOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const startedMs = world.monotonicMs();
  const ports = readBackupFolder(options.from, world);
  const restored = await withClient(options, world, (client) =>
    restoreBackup(
      {
        number: options.backup,
        topics: options.topics,
        replicationFactor: options.replicationFactor,
        mayBeUsed: options.allowNonEmpty === true,
        progress: (now) => world.progress(progressText(now)),
        signal: world.interrupt,
      },
      { ...ports, client, clock: systemClock },
    ),
  );
  const tookMs = Math.round(world.monotonicMs() - startedMs);
  if (options.json === true) return world.write(jsonLine({ ...restored, tookMs }));
  const { number, takenAtMs, topics, partitions, records, bytes, groups, offsets, jobs, aborted } = restored;
  await world.write(
    `backup ${number} of ${formatTime(takenAtMs)} is restored: ${formatCount(topics)} topics (${formatCount(partitions)} partitions), ` +
      `${formatCount(records)} records, ${formatBytes(bytes)}; ${formatCount(groups)} groups with ${formatCount(offsets)} offsets, ${formatCount(jobs)} jobs\n` +
      `took ${(tookMs / 1_000).toFixed(1)} s${aborted === 0 ? "" : `; ${formatCount(aborted)} parts of transactions that were open are aborted`}\n`,
  );
}

function progressText({ phase, partitions, partitionsDone, bytes, bytesTotal }: RestoreProgress): string {
  if (phase === "topics") return "making topics …";
  if (phase === "offsets") return "offsets of groups …";
  if (phase !== "records") return "jobs …";
  return `${bar(bytes, bytesTotal)} ${partitionsDone} of ${partitions} partitions, ${formatBytes(bytes)} of ${formatBytes(bytesTotal)}`;
}
