import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a backup finds wrong, and what to do. */
export const backupErrors = {
  missing: (context: Context): AppError =>
    new AppError({ kind: "not-found", code: "backup-missing", message: "there is no finished backup in this folder", context }),
  newerFormat: (context: Context): AppError =>
    new AppError({
      kind: "invalid",
      code: "backup-newer-format",
      message: "the file was written by a newer version: use that version, or a later one",
      context,
    }),
  damaged: (context: Context, cause?: unknown): AppError =>
    new AppError({
      kind: "corrupt",
      code: "backup-damaged",
      message: "a file of the backup is damaged: restore an earlier one, or take the file from a copy",
      context,
      cause,
    }),
  foreignFolder: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "backup-folder-foreign",
      message: "the folder holds something else than backups: name an empty one",
      context,
    }),
  otherCluster: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "backup-other-cluster",
      message: "the folder holds backups of another cluster: name another folder",
      context,
    }),
  diverged: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "backup-diverged",
      message: "the log of the cluster is not the one that was saved: records were lost or replaced; back up into another folder",
      context,
    }),
  overtaken: (context: Context): AppError =>
    new AppError({
      kind: "retry",
      code: "backup-overtaken",
      message: "records were deleted before they were copied: run the backup again",
      context,
    }),
  targetNotEmpty: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "restore-target-not-empty",
      message: "the cluster is not empty: restore into an empty one, or say --allow-non-empty to keep what is there beside it",
      context,
    }),
  targetExists: (context: Context): AppError =>
    new AppError({
      kind: "conflict",
      code: "restore-target-exists",
      message: "the cluster has this already: delete it first, or restore other topics with --topics",
      context,
    }),
  notRestored: (context: Context): AppError =>
    new AppError({
      kind: "unavailable",
      code: "restore-incomplete",
      message: "restored records did not reach every in-sync replica in time: run the same restore again, it goes on",
      context,
    }),
  unknownTopic: (context: Context): AppError =>
    new AppError({ kind: "not-found", code: "unknown-topic", message: "no such topic", context }),
};
