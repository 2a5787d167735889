import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BatchPlanSchema, StoredCheckpointSchema } from "@millrace/contracts";
import { AppError, type JobGraph } from "@millrace/model";
import type { Change, Entry } from "@millrace/ports";
import type { BatchPlan, CheckpointManifest, JobChange, JobRecord } from "@millrace/scheduling";
import { BUNDLE_CHUNK_BYTES } from "./limits.ts";
import { partFromWire, partToWire, planFromWire, planToWire, watermarkFromWire, watermarkToWire } from "./worker-messages.ts";

/** A job as the store has it. */
export interface StoredJob {
  readonly record: JobRecord;
  readonly graphJson: string;
  readonly graph: JobGraph;
  readonly bundle: Uint8Array;
  readonly checkpoint: CheckpointManifest | undefined;
  readonly plans: readonly BatchPlan[];
}

/** Of a job's entries, in its record; what was written before there were versions is of the first. */
const JOB_FORMAT_VERSION = 1;
/** Of checkpoint and savepoint manifests. */
const CHECKPOINT_FORMAT_VERSION = 1;

const PREFIX = "job/";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Batch numbers sort as text in the order of numbers. */
const padded = (value: number): string => String(value).padStart(16, "0");
const keys = {
  record: (jobId: string) => `${PREFIX}${jobId}`,
  graph: (jobId: string) => `${PREFIX}${jobId}/graph`,
  bundle: (jobId: string, chunk: number) => `${PREFIX}${jobId}/bundle/${padded(chunk)}`,
  plan: (jobId: string, batch: number) => `${PREFIX}${jobId}/batch/${padded(batch)}`,
  checkpoint: (jobId: string, batch: number) => `${PREFIX}${jobId}/checkpoint/${padded(batch)}`,
  savepoint: (jobId: string, savepointId: string) => `${PREFIX}${jobId}/savepoint/${savepointId}`,
};

/** Entries of a job that is new: definition, bundle, and the checkpoint it starts from if there is one. */
export function changesOfNewJob(job: StoredJob): Change[] {
  const { jobId } = job.record;
  const changes: Change[] = [put(keys.record(jobId), encodeRecord(job.record)), put(keys.graph(jobId), encoder.encode(job.graphJson))];
  for (let start = 0, chunk = 0; start < job.bundle.length; start += BUNDLE_CHUNK_BYTES, chunk++) {
    changes.push(put(keys.bundle(jobId, chunk), job.bundle.slice(start, start + BUNDLE_CHUNK_BYTES)));
  }
  if (job.checkpoint !== undefined) changes.push(put(keys.checkpoint(jobId, job.checkpoint.batch), encodeCheckpoint(job.checkpoint)));
  return changes;
}

/** What a decision of the job machine changes in the store. The epoch's fence makes "any" safe: there is one writer. */
export function changesOfJob(jobId: string, changes: readonly JobChange[]): Change[] {
  return changes.map((change) => {
    switch (change.kind) {
      case "put-record":
        return put(keys.record(jobId), encodeRecord(change.record));
      case "put-plan":
        return put(keys.plan(jobId, change.plan.batch), toBinary(BatchPlanSchema, create(BatchPlanSchema, planToWire(change.plan))));
      case "delete-plan":
        return remove(keys.plan(jobId, change.batch));
      case "put-checkpoint":
        return put(keys.checkpoint(jobId, change.manifest.batch), encodeCheckpoint(change.manifest));
      case "delete-checkpoint":
        return remove(keys.checkpoint(jobId, change.batch));
      case "put-savepoint":
        return put(keys.savepoint(jobId, change.savepointId), encodeCheckpoint(change.manifest));
    }
  });
}

/** Deletions of everything a job has in the store. */
export function changesOfForgottenJob(jobId: string, entries: readonly Entry[]): Change[] {
  return entries.filter((entry) => jobIdOf(entry.key) === jobId).map((entry) => remove(entry.key));
}

export function changesOfDeletedSavepoint(savepointId: string): Change[] {
  return [remove(savepointKey(savepointId))];
}

/** Entries as a backup keeps them, by job: keys below the job's. */
export function entriesByJob(
  entries: readonly Entry[],
): ReadonlyMap<string, readonly { readonly key: string; readonly value: Uint8Array }[]> {
  return new Map(
    [...Map.groupBy(entries, (entry) => jobIdOf(entry.key))].map(([jobId, own]) => [
      jobId,
      own.map(({ key, value }) => ({ key: key.slice(keys.record(jobId).length), value })),
    ]),
  );
}

/** The same back. */
export function changesOfImport(jobId: string, entries: readonly { readonly key: string; readonly value: Uint8Array }[]): Change[] {
  return entries.map(({ key, value }) => put(`${keys.record(jobId)}${key}`, value));
}

/** Key, below the job's, of the entry that makes it a job. */
export const RECORD_ENTRY = "";

/** All jobs among the entries under `job/`. A job whose parts do not fit together is corrupt: it is never half-loaded. */
export function decodeJobs(entries: readonly Entry[]): StoredJob[] {
  const byJob = Map.groupBy(entries, (entry) => jobIdOf(entry.key));
  return [...byJob].flatMap(([jobId, own]) => {
    const recordEntry = own.find((entry) => entry.key === keys.record(jobId));
    const graphEntry = own.find((entry) => entry.key === keys.graph(jobId));
    if (recordEntry === undefined && graphEntry === undefined) return []; // Only savepoints are left of it.
    if (recordEntry === undefined || graphEntry === undefined) throw corrupt(jobId);
    const under = (part: string): Entry[] => own.filter((entry) => entry.key.startsWith(`${keys.record(jobId)}/${part}/`));
    const graphJson = decoder.decode(graphEntry.value);
    const plans = under("batch").map((entry) => planFromWire(fromBinary(BatchPlanSchema, entry.value)));
    const newest = under("checkpoint").at(-1);
    const job: StoredJob = {
      record: decodeRecord(recordEntry.value),
      graphJson,
      graph: JSON.parse(graphJson) as JobGraph,
      bundle: concat(under("bundle").map((entry) => entry.value)),
      checkpoint: newest === undefined ? undefined : decodeCheckpoint(newest.value),
      plans,
    };
    return [job];
  });
}

/** Savepoints among the entries under `job/`, by id. */
export function decodeSavepoints(entries: readonly Entry[]): Map<string, CheckpointManifest> {
  const savepoints = entries.filter((entry) => entry.key.slice(PREFIX.length).split("/")[1] === "savepoint");
  return new Map(savepoints.map((entry) => [entry.key.slice(entry.key.lastIndexOf("/") + 1), decodeCheckpoint(entry.value)]));
}

export const JOBS_PREFIX = PREFIX;

/** A savepoint by its id, which begins with the id of its job: `<job id>.<number>`. */
export function savepointKey(savepointId: string): string {
  return keys.savepoint(savepointId.slice(0, savepointId.lastIndexOf(".")), savepointId);
}

export function decodeCheckpoint(bytes: Uint8Array): CheckpointManifest {
  const stored = fromBinary(StoredCheckpointSchema, bytes);
  const { formatVersion = 1, ...rest } = JSON.parse(stored.json) as Versioned<Omit<CheckpointManifest, "parts" | "lastWatermarks">>;
  if (formatVersion > CHECKPOINT_FORMAT_VERSION) throw newer("checkpoint", formatVersion, CHECKPOINT_FORMAT_VERSION);
  return { ...rest, parts: stored.parts.map(partFromWire), lastWatermarks: stored.lastWatermarks.map(watermarkFromWire) };
}

function encodeCheckpoint(manifest: CheckpointManifest): Uint8Array {
  const { parts, lastWatermarks, ...rest } = manifest;
  const stored = {
    json: JSON.stringify({ formatVersion: CHECKPOINT_FORMAT_VERSION, ...rest }),
    parts: parts.map(partToWire),
    lastWatermarks: lastWatermarks.map(watermarkToWire),
  };
  return toBinary(StoredCheckpointSchema, create(StoredCheckpointSchema, stored));
}

function jobIdOf(key: string): string {
  return key.slice(PREFIX.length).split("/", 1)[0] ?? "";
}

function corrupt(jobId: string): AppError {
  const message = "the coordination store has only part of a job: restore it from a backup";
  return new AppError({ kind: "corrupt", code: "job-incomplete", message, context: { job: jobId } });
}

type Versioned<T> = T & { readonly formatVersion?: number };

function encodeRecord(record: JobRecord): Uint8Array {
  return encodeJson({ formatVersion: JOB_FORMAT_VERSION, ...record });
}

function decodeRecord(bytes: Uint8Array): JobRecord {
  const { formatVersion = 1, ...record } = JSON.parse(decoder.decode(bytes)) as Versioned<JobRecord>;
  if (formatVersion > JOB_FORMAT_VERSION) throw newer("job", formatVersion, JOB_FORMAT_VERSION);
  return record;
}

function newer(entry: string, formatVersion: number, supported: number): AppError {
  const message = "the coordination store was written to by a newer version: start that version";
  return new AppError({ kind: "invalid", code: "store-newer-format", message, context: { entry, formatVersion, supported } });
}

function put(key: string, value: Uint8Array): Change {
  return { key, expect: "any", value };
}

function remove(key: string): Change {
  return { key, expect: "any", value: undefined };
}

function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}
