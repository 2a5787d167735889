import { checkDuration } from "./checks.ts";
import type { CsvRow } from "./csv-row.ts";
import type { Duration } from "./duration.ts";
import { jobError } from "./errors.ts";
import type { Source } from "./kafka.ts";
import { FILES_PER_BATCH_DEFAULT, FILES_PER_BATCH_MAX } from "./limits.ts";

/** What the files hold: an object per line of JSON, a line, an object per row under the names of the first row, or of a Parquet file. */
export interface FolderOptions {
  readonly format: "json" | "text" | "csv" | "parquet";
  /** A file is taken when it has not been changed for so long, for writers that cannot rename. Default: at once. */
  readonly quietFor?: Duration;
  /** Default: 100. */
  readonly filesPerBatchMax?: number;
}

const FORMATS: readonly FolderOptions["format"][] = ["json", "text", "csv", "parquet"];

/**
 * Files that appear in a folder that all executors share, or below it, each read once and whole, exactly once: which files a batch reads is recorded with it, and the names of
 * those that were read are part of the job's state. A file must appear complete (written under a name that starts with a dot or an underscore, or elsewhere on the same disk, then
 * renamed), must not change afterwards, and must stay until a checkpoint covers the batch that read it.
 */
export function folder(path: string, options: FolderOptions & { readonly format: "text" }): Source<string>;
export function folder(path: string, options: FolderOptions & { readonly format: "csv" }): Source<CsvRow>;
export function folder<T>(path: string, options: FolderOptions & { readonly format: "json" | "parquet" }): Source<T>;
export function folder(path: string, options: FolderOptions): Source<never> {
  return anyFolder(path, options);
}

/** The same for a format that is not known yet. */
export function anyFolder(path: string, options: FolderOptions): Source<never> {
  const { format, quietFor, filesPerBatchMax = FILES_PER_BATCH_DEFAULT } = options;
  if (path === "") throw jobError("invalid-operator-setting", "a folder source needs the path of a folder", { operator: "folder" });
  if (!FORMATS.includes(format)) {
    const message = `the format of a folder source must be one of ${FORMATS.join(", ")}`;
    throw jobError("invalid-operator-setting", message, { operator: "folder", format });
  }
  if (quietFor !== undefined) checkDuration(quietFor, "quietFor of a folder source");
  if (!Number.isSafeInteger(filesPerBatchMax) || filesPerBatchMax < 1 || filesPerBatchMax > FILES_PER_BATCH_MAX) {
    const message = `filesPerBatchMax must be a whole number from 1 to ${FILES_PER_BATCH_MAX}`;
    throw jobError("invalid-operator-setting", message, { operator: "folder", filesPerBatchMax });
  }
  const quiet = quietFor === undefined ? {} : { quietMs: quietFor };
  return {
    source: {
      type: "connector",
      connector: "folder",
      options: { path, format, ...quiet },
      splits: 1, // The names that were read are remembered in one place.
      promise: "exactly-once",
      stepsPerBatchMax: filesPerBatchMax,
    },
  };
}
