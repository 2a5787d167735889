import type { JobSettings } from "@millrace/model";
import { planError } from "./errors.ts";
import {
  BATCH_INTERVAL_MS_MAX,
  BATCH_INTERVAL_MS_MIN,
  CHECKPOINT_PATH_CHARS_MAX,
  MAX_RECORDS_PER_BATCH_MAX,
  RESTARTS_MAX_MAX,
  SLOTS_MAX,
} from "./limits.ts";

/** Refuses settings outside their ranges. */
export function checkSettings(settings: JobSettings): void {
  checkRange("batchIntervalMs", settings.batchIntervalMs, { min: BATCH_INTERVAL_MS_MIN, max: BATCH_INTERVAL_MS_MAX });
  checkRange("slotCount", settings.slotCount, { min: 1, max: SLOTS_MAX });
  checkRange("maxRecordsPerBatch", settings.maxRecordsPerBatch, { min: 1, max: MAX_RECORDS_PER_BATCH_MAX });
  checkRange("restartsMax", settings.restartsMax, { min: 0, max: RESTARTS_MAX_MAX });
  if (settings.checkpointPath !== undefined) checkPath(settings.checkpointPath);
  if (settings.checkpointIntervalMs === "off") return;
  checkRange("checkpointIntervalMs", settings.checkpointIntervalMs, { min: BATCH_INTERVAL_MS_MIN, max: BATCH_INTERVAL_MS_MAX });
}

function checkRange(setting: keyof JobSettings, value: number, range: { readonly min: number; readonly max: number }): void {
  if (Number.isSafeInteger(value) && value >= range.min && value <= range.max) return;
  throw planError("invalid-job-setting", `${setting} must be a whole number from ${range.min} to ${range.max}`, { setting, value });
}

/** An absolute folder, since a relative one would be another one for each executor, or a bucket by its name, and what names in it begin with. */
function checkPath(path: string): void {
  const [, place] = /^(?:file:\/\/|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[^/]*)*)$/.exec(path) ?? [];
  const folders = place?.split("/").slice(1);
  const isNamed = folders !== undefined && (folders.length > 0 || path.startsWith("s3:"));
  const isPlain = isNamed && !/[?#%\\\s]/.test(path) && !folders.some((folder) => ["", ".", ".."].includes(folder));
  if (isPlain && path.length <= CHECKPOINT_PATH_CHARS_MAX) return;
  const message =
    "checkpointPath must be file:/// and an absolute folder, which is the same one on every executor, or s3:// and a bucket, without .., spaces, ? # % and \\, such as file:///mnt/checkpoints or s3://our-bucket/checkpoints";
  throw planError("checkpoint-path-invalid", message, { path: path.slice(0, CHECKPOINT_PATH_CHARS_MAX) });
}
