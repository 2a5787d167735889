import type { ImportJobRequest, JobEntry, JobService, ServiceHandlers } from "@millrace/contracts";
import { AppError, toAppError } from "@millrace/model";
import { COMMIT_BYTES_MAX, COMMIT_CHANGES_MAX, type Entry } from "@millrace/ports";
import { type CheckpointManifest, ENDED_STATES } from "@millrace/scheduling";
import { changesOfImport, decodeJobs, decodeSavepoints, entriesByJob, JOBS_PREFIX, RECORD_ENTRY, type StoredJob } from "./job-store.ts";
import type { Jobs } from "./jobs-part.ts";
import { EXPORT_BYTES_MAX } from "./limits.ts";

type Entries = readonly Pick<JobEntry, "key" | "value">[];

/** Jobs as the store has them, out and in again: for backups. A restored job goes on from its checkpoint with the plans that were recorded after it. */
export function transferHandlers(jobs: Jobs): Pick<ServiceHandlers<typeof JobService>, "exportJobs" | "importJob" | "getJobBundle"> {
  return {
    async *exportJobs() {
      jobs.assertLoaded();
      for (const [jobId, entries] of entriesByJob(await jobs.ports.store.readAll(JOBS_PREFIX))) {
        const { name = "" } = jobs.runners.get(jobId)?.machine.record ?? {};
        for (const portion of portionsOf(entries)) yield { jobId, name, entries: [...portion] };
      }
    },
    getJobBundle: ({ jobId }) =>
      Promise.resolve().then(() => {
        const { graphJson, bundle, record } = jobs.find(jobId).stored;
        return { graphJson, bundle, digest: record.digest };
      }),
    async importJob(request) {
      jobs.assertLoaded();
      assertEntries(request);
      if (jobs.runners.has(request.jobId)) return { exists: true };
      const whole = request.entries.some(({ key }) => key === RECORD_ENTRY) ? await importable(request, jobs) : undefined;
      await jobs.ports.store.commit(changesOfImport(request.jobId, request.entries));
      if (whole !== undefined) takeUp(whole, jobs);
      return { exists: false };
    },
  };
}

/** Entries in their order, as many as a message should hold; a single one may be larger. */
function* portionsOf(entries: Entries): Generator<Entries> {
  let portion: Pick<JobEntry, "key" | "value">[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (portion.length > 0 && (bytes + entry.value.length > EXPORT_BYTES_MAX || portion.length >= COMMIT_CHANGES_MAX)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(entry);
    bytes += entry.value.length;
  }
  yield portion;
}

function assertEntries({ jobId, entries }: ImportJobRequest): void {
  const bytes = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  const isFit = entries.length <= COMMIT_CHANGES_MAX && bytes < COMMIT_BYTES_MAX;
  if (/^[a-zA-Z0-9._-]{1,120}$/.test(jobId) && isFit && entries.every(({ key }) => key === RECORD_ENTRY || key.startsWith("/"))) return;
  throw new AppError({
    kind: "invalid",
    code: "invalid-request",
    message: "a job is imported by its id, with entries as they were exported, in messages that fit a commit",
    context: { job: jobId.slice(0, 120), entries: entries.length, bytes },
  });
}

interface Importable {
  readonly jobs: readonly StoredJob[];
  readonly savepoints: ReadonlyMap<string, CheckpointManifest>;
}

/** The job as it will be stored: before it is, as a coordinator that takes over loads every job, or none. */
async function importable({ jobId, entries }: ImportJobRequest, jobs: Jobs): Promise<Importable> {
  const prefix = `${JOBS_PREFIX}${jobId}`;
  const before = (await jobs.ports.store.readAll(prefix)).filter(({ key }) => key === prefix || key.startsWith(`${prefix}/`));
  const added = entries.map(({ key, value }): Entry => ({ key: `${prefix}${key}`, value, version: 1 }));
  const keys = new Set(added.map(({ key }) => key));
  const all = [...before.filter(({ key }) => !keys.has(key)), ...added].sort((a, b) => (a.key < b.key ? -1 : 1));
  let found: Importable;
  try {
    found = { jobs: decodeJobs(all), savepoints: decodeSavepoints(all) };
  } catch (error) {
    throw damaged(jobId, error);
  }
  for (const { record } of found.jobs) assertNameFree(record.name, jobs);
  return found;
}

function assertNameFree(name: string, jobs: Jobs): void {
  const running = jobs.named(name).find(({ machine }) => !ENDED_STATES.includes(machine.record.state));
  if (running === undefined) return;
  const message = "a job of this name is running: stop it first, with `millrace job stop`";
  throw new AppError({ kind: "conflict", code: "job-exists", message, context: { name, job: running.jobId } });
}

function takeUp({ jobs: stored, savepoints }: Importable, jobs: Jobs): void {
  for (const job of stored) jobs.add(job).setExecutors(jobs.ports.registry.live());
  for (const [savepointId, manifest] of savepoints) jobs.savepoints.set(savepointId, manifest);
}

function damaged(jobId: string, cause: unknown): AppError {
  const message = "the entries of the job do not fit together: it was not imported";
  const reason = cause === undefined ? {} : { reason: toAppError(cause).message };
  return new AppError({ kind: "corrupt", code: "job-incomplete", message, context: { job: jobId, ...reason }, cause });
}
