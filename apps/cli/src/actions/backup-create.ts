import { systemClock, systemRandom } from "@millrace/service-kit";
import { type BackupProgress, createBackup } from "../backup/create/create-backup.ts";
import { describeBackup } from "../backup/list-backups.ts";
import type { BackupCreateOptions } from "../commands/backup.ts";
import type { GlobalOptions } from "../options.ts";
import { bar } from "../output/bar.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { VERSION } from "../version.ts";
import type { CliWorld } from "../world.ts";
import { withBackupFolder } from "./backup-folder.ts";
import { withClient } from "./with-client.ts";

/** `backup create` */
export async function createBackupIn(options: BackupCreateOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const startedMs = world.monotonicMs();
  const manifest = await withBackupFolder(options.to, world, (ports) =>
    withClient(options, world, (client) =>
      createBackup(
        { topics: options.topics, version: VERSION, progress: (now) => world.progress(progressText(now)), signal: world.interrupt },
        { ...ports, client, clock: systemClock, random: systemRandom },
      ),
    ),
  );
  const listing = describeBackup(manifest);
  const tookMs = Math.round(world.monotonicMs() - startedMs);
  if (options.json === true) return world.write(jsonLine({ ...listing, tookMs }));
  const { topics, partitions, records, bytes, groups, jobs, added, number } = listing;
  await world.write(
    `backup ${number} of ${formatCount(topics)} topics (${formatCount(partitions)} partitions), ${formatCount(groups)} groups, ${formatCount(jobs)} jobs: ` +
      `${formatCount(records)} records, ${formatBytes(bytes)}; new ${formatCount(added.records)} records, ${formatBytes(added.bytes)}\n` +
      `took ${(tookMs / 1_000).toFixed(1)} s; ends of transactions waited for ${formatCount(manifest.heldMs)} ms\n`,
  );
}

function progressText({ phase, partitions, partitionsDone, bytes, records }: BackupProgress): string {
  if (phase === "looking") return "looking at topics, groups and jobs …";
  if (phase === "finishing") return "finishing …";
  return `${bar(partitionsDone, partitions)} ${partitionsDone} of ${partitions} partitions, ${formatCount(records)} records, ${formatBytes(bytes)}`;
}
