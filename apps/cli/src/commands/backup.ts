import type { Command } from "commander";
import { configNames, wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `backup create`. */
export interface BackupCreateOptions {
  readonly to: string;
  readonly topics?: readonly string[];
}

/** Options of `backup restore`. */
export interface BackupRestoreOptions {
  readonly from: string;
  readonly backup?: number;
  readonly topics?: readonly string[];
  readonly replicationFactor?: number;
  readonly allowNonEmpty?: boolean;
}

/** Options of `backup verify` and `backup list`. */
export interface BackupReadOptions {
  readonly from: string;
  readonly backup?: number;
}

/** `millrace backup create|restore|verify|list` */
export function addBackupCommands(program: Command, world: CliWorld): void {
  const backup = program
    .command("backup")
    .summary("topics, offsets and jobs in a folder: create, restore, verify, list")
    .description(
      "Saves a running cluster to a folder, as of one moment: topics with their records at their offsets, offsets of groups, jobs with their state. The next backup into the folder adds what is new.",
    );
  addCreate(backup, world);
  addRestore(backup, world);
  addReading(backup, world);
}

function addCreate(backup: Command, world: CliWorld): void {
  const create = backup
    .command("create")
    .description(
      "Saves the cluster. Killed, it goes on where it was with the next call; until it has finished, the backup before it is the last.",
    )
    .requiredOption("--to <folder>", "folder of backups of this cluster; made if it is missing")
    .option("--topics <names>", "only these topics and offsets in them, without jobs", configNames);
  onRun<BackupCreateOptions>(create, async (_, options) => {
    await (await import("../actions/backup-create.ts")).createBackupIn(options, world);
  });
  examples(create, ["millrace backup create --to /backups/main", "millrace backup create --to /backups/orders --topics orders,payments"]);
}

function addRestore(backup: Command, world: CliWorld): void {
  const restore = backup
    .command("restore")
    .description("Brings a backup back into an empty cluster: the same offsets, groups and jobs. Killed, it goes on with the next call.")
    .requiredOption("--from <folder>", "folder of backups")
    .option("--backup <number>", "which one (default: the last)", wholeNumber(1))
    .option("--topics <names>", "only these topics and offsets in them, without jobs", configNames)
    .option("--replication-factor <count>", "replicas of each topic (default: as many as it had)", wholeNumber(1))
    .option("--allow-non-empty", "beside what the cluster has; topics that exist are refused all the same");
  onRun<BackupRestoreOptions>(restore, async (_, options) => {
    await (await import("../actions/backup-restore.ts")).restoreBackupFrom(options, world);
  });
  examples(restore, [
    "millrace backup restore --from /backups/main",
    "millrace backup restore --from /backups/main --backup 3 --topics orders --allow-non-empty",
  ]);
}

function addReading(backup: Command, world: CliWorld): void {
  const verify = backup
    .command("verify")
    .description("Reads every byte of a backup and checks it. Needs no cluster.")
    .requiredOption("--from <folder>", "folder of backups")
    .option("--backup <number>", "which one (default: the last)", wholeNumber(1));
  onRun<BackupReadOptions>(verify, async (_, options) => {
    await (await import("../actions/backup-verify.ts")).verifyBackupIn(options, world);
  });
  examples(verify, ["millrace backup verify --from /backups/main"]);

  const list = backup
    .command("list")
    .description("Lists the finished backups of a folder. Needs no cluster.")
    .requiredOption("--from <folder>", "folder of backups");
  onRun<BackupReadOptions>(list, async (_, options) => {
    await (await import("../actions/backup-list.ts")).listBackupsIn(options, world);
  });
  examples(list, ["millrace backup list --from /backups/main"]);
}
