import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

/** The error's number by name. Not by instanceof: in a test's realm Node's errors are of another Error. */
export function errnoOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** True if the error says that a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  const code = errnoOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

export function isExisting(error: unknown): boolean {
  return errnoOf(error) === "EEXIST";
}

/** An error of the file system in the words of the port: `disk-full`, `file-missing`, `too-many-files`, else `disk-failed`. */
export function translate(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  const errno = errnoOf(error);
  const init = { context: { path, errno }, cause: error };
  if (errno === "ENOSPC" || errno === "EDQUOT") {
    return new AppError({
      ...init,
      kind: "exhausted",
      code: "disk-full",
      message: "no space is left on the disk: free some, or lower retention",
    });
  }
  if (isMissing(error)) return new AppError({ ...init, kind: "not-found", code: "file-missing", message: "no such file" });
  if (errno === "EMFILE" || errno === "ENFILE") {
    return new AppError({
      ...init,
      kind: "exhausted",
      code: "too-many-files",
      message: "no more files can be opened: raise the limit (ulimit -n)",
    });
  }
  if (errno === "EACCES" || errno === "EPERM" || errno === "EROFS") {
    return new AppError({
      ...init,
      kind: "invalid",
      code: "folder-not-writable",
      message: "data folder cannot be written: change its owner or choose another",
    });
  }
  return new AppError({ ...init, kind: "unavailable", code: "disk-failed", message: "disk failed: check it, then restart" });
}

export function folderInUse(context: Context): AppError {
  return new AppError({
    kind: "conflict",
    code: "folder-in-use",
    message: "data folder is used by another process: stop it, or choose another folder",
    context,
  });
}

export function folderNewerFormat(context: Context): AppError {
  return new AppError({
    kind: "invalid",
    code: "folder-newer-format",
    message: "data folder was written by a newer version: start that version, or choose another folder",
    context,
  });
}

export function folderForeign(context: Context): AppError {
  return new AppError({
    kind: "invalid",
    code: "folder-foreign",
    message: "folder is not empty and not a data folder: choose an empty one",
    context,
  });
}

export function folderOtherCluster(context: Context): AppError {
  return new AppError({
    kind: "conflict",
    code: "folder-other-cluster",
    message: "data folder belongs to another cluster: choose another folder",
    context,
  });
}

export function folderDamaged(context: Context, cause?: unknown): AppError {
  return new AppError({
    kind: "corrupt",
    code: "folder-damaged",
    message: "millrace-folder.json cannot be read: restore it from a copy",
    context,
    cause,
  });
}

/** The world may put this right (a mount that comes), so a job tries again. */
export function checkpointPathUnusable(path: string, reason: string, cause?: unknown): AppError {
  const message = `the checkpoint path cannot be used: ${reason}; create or mount the same folder on every executor, writable for it`;
  return new AppError({ kind: "unavailable", code: "checkpoint-path-unusable", message, context: { path }, cause });
}

export function checkpointFileMissing(path: string, file: string, cause?: unknown): AppError {
  const message =
    "a file of the checkpoint is not in the checkpoint path: mount the folder that it was written to, on every executor, or start from another savepoint";
  return new AppError({ kind: "unavailable", code: "checkpoint-file-missing", message, context: { path, file }, cause });
}
