import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type JobService,
  type OperatorStateFateSchema,
  type ServiceHandlers,
  type SubmitJobRequest,
  StateFate as WireFate,
} from "@millrace/contracts";
import { AppError, type JobGraph, type SourceDescriptor } from "@millrace/model";
import { compareState, type StateFate } from "@millrace/planner";
import { type CheckpointManifest, ENDED_STATES } from "@millrace/scheduling";
import type { JobRunner } from "./job-runner.ts";
import { changesOfDeletedSavepoint, decodeCheckpoint, savepointKey, type StoredJob } from "./job-store.ts";
import type { Jobs } from "./jobs-part.ts";
import { partToWire } from "./worker-messages.ts";

/** A job that starts from a savepoint, and what is to be said about it. */
export interface StateOrigin {
  readonly job: StoredJob;
  readonly warnings: readonly string[];
  readonly state: readonly MessageInitShape<typeof OperatorStateFateSchema>[];
}

type SavepointStart = Pick<SubmitJobRequest, "savepointId" | "dryRun" | "allowDroppedState">;

const FATES: Readonly<Record<StateFate["fate"], WireFate>> = {
  kept: WireFate.KEPT,
  new: WireFate.NEW,
  dropped: WireFate.DROPPED,
  refused: WireFate.REFUSED,
};

const LATEST = "latest";

/**
 * The same job from a savepoint: its sources, grid and state. Marks start anew, so what the former incarnation wrote after the savepoint is written again, which is
 * said (DESIGN idea 5). State that the new graph would read as something else is refused, operator by operator; so are other sources.
 */
export async function fromSavepoint(
  { savepointId, dryRun, allowDroppedState }: SavepointStart,
  fresh: StoredJob,
  jobs: Jobs,
): Promise<StateOrigin> {
  const { origin, manifest } = await findSavepoint(savepointId, fresh.record.name, jobs);
  assertSameSources(origin.stored.graph, fresh.graph, savepointId);
  const { sources, zeroTimeMs } = origin.machine.record;
  const parts = new Set(manifest.parts.map(({ operatorId }) => operatorId));
  const fates = compareState(origin.stored.graph, fresh.graph, parts);
  if (!dryRun) assertNotRefused(fates, savepointId);
  if (!dryRun && !allowDroppedState) assertNotDropped(fates, savepointId);
  const known = new Set(fates.flatMap(({ operatorId, fate }) => (fate === "kept" ? [operatorId] : [])));
  const checkpoint = { ...manifest, marksEndOffset: 0, parts: manifest.parts.filter(({ operatorId }) => known.has(operatorId)) };
  const job = { ...fresh, record: { ...fresh.record, sources, zeroTimeMs }, checkpoint };
  return { job, warnings: warningsOf(origin, manifest), state: fates.map((fate) => fateToWire(fate, manifest)) };
}

/** Listing and deleting. */
export function savepointHandlers(
  jobs: Jobs,
): Pick<ServiceHandlers<typeof JobService>, "listSavepoints" | "deleteSavepoint" | "getCheckpoint"> {
  return {
    async getCheckpoint({ savepointId, job }) {
      jobs.assertLoaded();
      const { origin, manifest } = await (savepointId === "" ? lastCheckpoint(job, jobs) : findSavepoint(savepointId, "", jobs));
      const { batch, timeMs, parts } = manifest;
      const { graphJson } = origin.stored;
      return { jobId: origin.jobId, batch: BigInt(batch), timeMs: BigInt(timeMs), parts: parts.map(partToWire), graphJson };
    },
    listSavepoints({ job }) {
      jobs.assertLoaded();
      const wanted = (jobId: string): boolean => job === "" || jobId === job || jobs.runners.get(jobId)?.machine.record.name === job;
      const own = [...jobs.savepoints].filter(([savepointId]) => wanted(jobIdOf(savepointId)));
      return Promise.resolve({
        savepoints: own.map(([savepointId, manifest]) => ({
          savepointId,
          jobId: jobIdOf(savepointId),
          batch: BigInt(manifest.batch),
          timeMs: BigInt(manifest.timeMs),
          ...weightOf(manifest, () => true),
        })),
      });
    },
    async deleteSavepoint({ savepointId }) {
      jobs.assertLoaded();
      if (!jobs.savepoints.has(savepointId)) throw unknownSavepoint(savepointId);
      await jobs.ports.store.commit(changesOfDeletedSavepoint(savepointId));
      jobs.savepoints.delete(savepointId);
      return {};
    },
  };
}

async function findSavepoint(
  savepointId: string,
  name: string,
  jobs: Jobs,
): Promise<{ readonly origin: JobRunner; readonly manifest: CheckpointManifest }> {
  if (savepointId === LATEST) {
    const [origin] = jobs.named(name);
    const manifest = origin?.machine.checkpoint;
    if (origin === undefined || manifest === undefined) throw unknownSavepoint(savepointId);
    return { origin, manifest };
  }
  const entry = await jobs.ports.store.read(savepointKey(savepointId));
  const origin = jobs.runners.get(jobIdOf(savepointId));
  if (entry === undefined || origin === undefined) throw unknownSavepoint(savepointId);
  return { origin, manifest: decodeCheckpoint(entry.value) };
}

/** Only one that is stored: of another one parts may still be removed. */
function lastCheckpoint(job: string, jobs: Jobs): Promise<{ readonly origin: JobRunner; readonly manifest: CheckpointManifest }> {
  const origin = jobs.find(job);
  const manifest = origin.storedCheckpoint;
  if (manifest !== undefined) return Promise.resolve({ origin, manifest });
  const message = "the job has no checkpoint yet: it makes one every checkpointInterval, and `millrace job savepoint` one at once";
  throw new AppError({ kind: "not-found", code: "no-checkpoint", message, context: { job: origin.jobId } });
}

/** `<job id>.<number>` */
function jobIdOf(savepointId: string): string {
  return savepointId.slice(0, savepointId.lastIndexOf("."));
}

/** What must stay the same for positions to mean the same. */
function identityOf(source: SourceDescriptor): string {
  if (source.type === "topic") return source.topic;
  return `${source.connector} ${JSON.stringify(source.options)} in ${source.splits} splits`;
}

/** Positions are kept by source partition in their order: other sources would read from where these were. */
function assertSameSources(before: JobGraph, after: JobGraph, savepoint: string): void {
  const sourcesOf = (graph: JobGraph): string =>
    graph.operators
      .flatMap((operator) => (operator.kind === "source" ? [`${operator.id} from ${identityOf(operator.source)}`] : []))
      .join(", ");
  const was = sourcesOf(before);
  const is = sourcesOf(after);
  if (was !== is)
    throw mismatch("the savepoint is of a job with other sources: keep their ids and what they read, or submit without --savepoint", {
      savepoint,
      was,
      is,
    });
  const slotsWere = before.settings.slotCount;
  const slotsAre = after.settings.slotCount;
  if (slotsWere === slotsAre) return;
  throw mismatch("the savepoint is of a job with another number of slots: set it back, or submit without --savepoint", {
    savepoint,
    was: slotsWere,
    is: slotsAre,
  });
}

function assertNotRefused(fates: readonly StateFate[], savepoint: string): void {
  const refused = fates.filter(({ fate }) => fate === "refused");
  const [first] = refused;
  if (first === undefined) return;
  const others = refused.length > 1 ? ` (and ${refused.length - 1} more operators: --dry-run names them)` : "";
  throw mismatch(`state of operator ${first.operatorId} does not fit: ${first.note}${others}`, { savepoint, operator: first.operatorId });
}

/** State that nobody reads any more is gone with the next checkpoint: a renamed operator must not lose its own by mistake. */
function assertNotDropped(fates: readonly StateFate[], savepoint: string): void {
  const operators = fates.filter(({ fate }) => fate === "dropped").map(({ operatorId }) => operatorId);
  if (operators.length === 0) return;
  const message = "state of operators would be dropped: give them back their ids with .named(), or allow it with --allow-dropped-state";
  throw new AppError({ kind: "conflict", code: "state-dropped", message, context: { savepoint, operators: operators.join(", ") } });
}

function warningsOf(origin: JobRunner, manifest: CheckpointManifest): string[] {
  const { lastPlanned } = origin.machine.figures;
  const last = Math.max(lastPlanned, origin.machine.progress?.lastBatch ?? 0);
  const warnings: string[] = [];
  if (last > manifest.batch)
    warnings.push(
      `the savepoint is of batch ${manifest.batch} and the job ran up to batch ${last}: what it wrote after the savepoint is written again, by a new incarnation`,
    );
  if (!ENDED_STATES.includes(origin.machine.record.state))
    warnings.push(`job ${origin.jobId} still runs, and writes what this one will write`);
  return warnings;
}

function fateToWire(fate: StateFate, manifest: CheckpointManifest): MessageInitShape<typeof OperatorStateFateSchema> {
  const { operatorId, note } = fate;
  return { operatorId, fate: FATES[fate.fate], note, ...weightOf(manifest, (id) => id === operatorId) };
}

/** Keys as the last part of each task counts them, bytes of all. */
function weightOf(manifest: CheckpointManifest, wanted: (operatorId: string) => boolean): { keyCount: bigint; byteCount: bigint } {
  const parts = manifest.parts.filter(({ operatorId }) => wanted(operatorId));
  const keys = new Map(parts.map(({ operatorId, taskIndex, keyCount }) => [`${operatorId}/${taskIndex}`, keyCount]));
  const sum = (counts: Iterable<number>): bigint => BigInt([...counts].reduce((all, count) => all + count, 0));
  return { keyCount: sum(keys.values()), byteCount: sum(parts.map(({ byteCount }) => byteCount)) };
}

function mismatch(message: string, context: Readonly<Record<string, string | number>>): AppError {
  return new AppError({ kind: "conflict", code: "savepoint-mismatch", message, context });
}

function unknownSavepoint(savepoint: string): AppError {
  return new AppError({
    kind: "not-found",
    code: "unknown-savepoint",
    message: "no such savepoint, or its job is forgotten",
    context: { savepoint },
  });
}
