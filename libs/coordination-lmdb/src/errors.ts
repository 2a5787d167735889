import { AppError } from "@millrace/model";

/** Every error of this lib; each code has a page in docs/errors. */
export const errors = {
  folderInUse: (folder: string, pid: number): AppError =>
    new AppError({
      kind: "conflict",
      code: "folder-in-use",
      message: "data folder is in use by another process: stop it or choose another folder",
      context: { folder, pid },
    }),
  formatNewer: (folder: string, format: number, known: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "folder-format-newer",
      message: "data folder was written by a newer version: use that version or another folder",
      context: { folder, format, known },
    }),
  commitTooLarge: (changes: number, bytes: number): AppError =>
    new AppError({
      kind: "exhausted",
      code: "commit-too-large",
      message: "commit is over its bound: split it",
      context: { changes, bytes },
    }),
  failed: (folder: string, cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "store-failed",
      message: `embedded store cannot be used: ${cause instanceof Error ? cause.message : String(cause)}; check the disk and its free space`,
      context: { folder },
      cause,
    }),
} as const;
