import type { JobService, ServiceHandlers, SubmitJobRequest } from "@millrace/contracts";
import { AppError, BUCKET_COUNT, type JobGraph } from "@millrace/model";
import { sleep } from "@millrace/ports";
import { needsCheckpoint, parseJobGraph, planJob } from "@millrace/planner";
import { ENDED_STATES, type JobRecord } from "@millrace/scheduling";
import { createDeferred } from "@millrace/stdx";
import { statusOf } from "./job-status.ts";
import { changesOfForgottenJob, changesOfNewJob, decodeCheckpoint, JOBS_PREFIX, savepointKey, type StoredJob } from "./job-store.ts";
import type { JobRunner } from "./job-runner.ts";
import type { Jobs } from "./jobs-part.ts";
import { BUNDLE_BYTES_MAX, ENDED_JOBS_MAX, WATCH_INTERVAL_MS } from "./limits.ts";
import { assertTopicsExist } from "./resolve-sources.ts";

/** The service that users call. Jobs are named by id or name; a name means its newest job. */
export function createJobHandlers(jobs: Jobs): ServiceHandlers<typeof JobService> {
  return {
    async submitJob(request) {
      jobs.assertLoaded();
      const graph = parseJobGraph(request.graphJson);
      assertSubmittable(jobs, { name: request.name, graph, bundle: request.bundle, digest: request.digest, graphJson: request.graphJson });
      if (!jobs.reserve(request.name)) throw jobExists(request.name, "being submitted");
      try {
        return await store(jobs, request, graph);
      } finally {
        jobs.release(request.name);
      }
    },
    listJobs() {
      jobs.assertLoaded();
      const byAge = [...jobs.runners.values()].sort((a, b) => a.machine.record.submittedAtMs - b.machine.record.submittedAtMs);
      return Promise.resolve({ jobs: byAge.map(statusOf) });
    },
    getJob(request) {
      const runner = findAsync(jobs, request.job);
      return runner.then((found) => ({ status: statusOf(found), graphJson: found.stored.graphJson }));
    },
    async *watchJob(request, context) {
      const runner = jobs.find(request.job);
      let changed = createDeferred<void>();
      const stopWatching = runner.watch(() => changed.resolve());
      const onAbort = (): void => changed.resolve();
      context.signal.addEventListener("abort", onAbort, { once: true });
      try {
        while (!context.signal.aborted && !runner.isOver) {
          changed = createDeferred<void>();
          yield { status: statusOf(runner) };
          if (ENDED_STATES.includes(runner.machine.record.state)) return;
          await changed.promise;
          await sleep(jobs.ports.clock, WATCH_INTERVAL_MS, context.signal).catch(() => undefined);
        }
      } finally {
        context.signal.removeEventListener("abort", onAbort);
        stopWatching();
      }
    },
    async stopJob(request) {
      const runner = await findAsync(jobs, request.job);
      await runner.requestStop({ drain: request.drain });
      return { status: statusOf(runner) };
    },
    async createSavepoint(request) {
      const runner = await findAsync(jobs, request.job);
      assertRunning(runner);
      const savepointId = `${runner.jobId}.${jobs.ports.random.hex(4)}`;
      const batch = await runner.createSavepoint(savepointId);
      const saved = runner.machine.checkpoint;
      if (saved !== undefined) jobs.savepoints.set(savepointId, saved);
      return { savepointId, batch: BigInt(batch) };
    },
    async getJobBundle(request) {
      const { graphJson, bundle, record } = (await findAsync(jobs, request.jobId)).stored;
      return { graphJson, bundle, digest: record.digest };
    },
  };
}

/** The job becomes durable, then it is taken up. */
async function store(jobs: Jobs, request: SubmitJobRequest, graph: JobGraph): Promise<{ jobId: string; warnings: string[] }> {
  const { name, graphJson, bundle, digest, savepointId } = request;
  const { warnings } = planJob(graph);
  const stored = await newJob(jobs, name, { graph, graphJson, bundle, digest, savepointId });
  await jobs.ports.store.commit(changesOfNewJob(stored));
  const runner = jobs.add(stored);
  runner.setExecutors(jobs.ports.registry.live());
  await forgetOldJobs(jobs);
  return { jobId: stored.record.jobId, warnings: [...warnings, ...stateWarnings(stored)] };
}

/** What of a savepoint's state the new graph does not take, and which of its stateful operators start empty. */
function stateWarnings({ checkpoint, graph }: StoredJob): string[] {
  if (checkpoint === undefined) return [];
  const saved = new Set(checkpoint.parts.map((part) => part.operatorId));
  const known = new Set(graph.operators.map((operator) => operator.id));
  const dropped = [...saved].filter((id) => !known.has(id)).map((id) => `state of operator ${id} is dropped: the job has no such operator`);
  const empty = graph.operators.filter((operator) => needsCheckpoint(operator) && !saved.has(operator.id));
  return [...dropped, ...empty.map((operator) => `operator ${operator.id} starts without state: the savepoint has none for it`)];
}

function jobExists(name: string, job: string): AppError {
  const message = "a job of this name is running: stop it first, with `millrace job stop`, or take another name";
  return new AppError({ kind: "conflict", code: "job-exists", message, context: { name, job } });
}

function findAsync(jobs: Jobs, idOrName: string): Promise<JobRunner> {
  return Promise.resolve().then(() => jobs.find(idOrName));
}

function assertSubmittable(
  jobs: Jobs,
  job: { name: string; graph: JobGraph; graphJson: string; bundle: Uint8Array; digest: string },
): void {
  const { slotCount, batchIntervalMs } = job.graph.settings;
  if (!/^[a-zA-Z0-9._-]{1,100}$/.test(job.name)) {
    throw new AppError({
      kind: "invalid",
      code: "invalid-job-name",
      message: "job name must be 1 to 100 of a-z A-Z 0-9 . _ -",
      context: { name: job.name },
    });
  }
  if (slotCount < 1 || slotCount > BUCKET_COUNT || batchIntervalMs < 10) {
    const message = `job settings out of range: slotCount 1 to ${BUCKET_COUNT}, batchIntervalMs at least 10`;
    throw new AppError({ kind: "invalid", code: "invalid-job-settings", message, context: { slotCount, batchIntervalMs } });
  }
  if (job.bundle.length > BUNDLE_BYTES_MAX) {
    const message = `bundle is larger than ${BUNDLE_BYTES_MAX} bytes: keep data out of the job module`;
    throw new AppError({ kind: "exhausted", code: "bundle-too-large", message, context: { bytes: job.bundle.length } });
  }
  if (jobs.settings.sha256([job.graphJson, job.bundle]) !== job.digest) {
    throw new AppError({ kind: "corrupt", code: "digest-mismatch", message: "bundle or graph was damaged on its way: submit again" });
  }
  const running = [...jobs.runners.values()].find(
    ({ machine: { record } }) => record.name === job.name && !ENDED_STATES.includes(record.state),
  );
  if (running !== undefined) {
    throw jobExists(job.name, running.jobId);
  }
  assertTopicsExist(job.graph, jobs.ports.cluster);
}

async function newJob(
  jobs: Jobs,
  name: string,
  job: { graph: JobGraph; graphJson: string; bundle: Uint8Array; digest: string; savepointId: string },
): Promise<StoredJob> {
  const former = [...jobs.runners.values()].filter((runner) => runner.machine.record.name === name);
  const incarnation = Math.max(0, ...former.map((runner) => runner.machine.record.incarnation)) + 1;
  const record: JobRecord = {
    jobId: `${name}-${jobs.ports.random.hex(4)}`,
    name,
    incarnation,
    digest: job.digest,
    state: "waiting",
    jobEpoch: 0,
    submittedAtMs: jobs.ports.clock.wallMs(),
    endedAtMs: undefined,
    zeroTimeMs: undefined,
    sources: undefined,
    openTransactionalIds: [],
    restarts: 0,
    stop: undefined,
    error: undefined,
  };
  const { graph, graphJson, bundle } = job;
  const fresh: StoredJob = { record, graph, graphJson, bundle, checkpoint: undefined, plans: [] };
  return job.savepointId === "" ? fresh : fromSavepoint(jobs, fresh, job.savepointId);
}

/** The same job from a savepoint: its sources, grid and state; marks start anew, so output since an older savepoint repeats. */
async function fromSavepoint(jobs: Jobs, fresh: StoredJob, savepointId: string): Promise<StoredJob> {
  const entry = await jobs.ports.store.read(savepointKey(savepointId));
  const origin = jobs.runners.get(savepointId.slice(0, savepointId.lastIndexOf(".")));
  if (entry === undefined || origin === undefined) {
    throw new AppError({
      kind: "not-found",
      code: "unknown-savepoint",
      message: "no such savepoint, or its job is forgotten",
      context: { savepoint: savepointId },
    });
  }
  const { sources, zeroTimeMs } = origin.machine.record;
  const sourceIds = (graph: JobGraph): string =>
    graph.operators.flatMap((operator) => (operator.kind === "source" ? [operator.id] : [])).join();
  if (
    origin.stored.graph.settings.slotCount !== fresh.graph.settings.slotCount ||
    sourceIds(origin.stored.graph) !== sourceIds(fresh.graph)
  ) {
    const message = "savepoint is of a job with other sources or another slotCount: submit without --savepoint";
    throw new AppError({ kind: "conflict", code: "savepoint-mismatch", message, context: { savepoint: savepointId } });
  }
  const record = { ...fresh.record, sources, zeroTimeMs };
  return { ...fresh, record, checkpoint: { ...decodeCheckpoint(entry.value), marksEndOffset: 0 } };
}

function assertRunning(runner: JobRunner): void {
  const { state, jobId } = runner.machine.record;
  if (!ENDED_STATES.includes(state)) return;
  throw new AppError({
    kind: "conflict",
    code: "job-ended",
    message: "job has ended: there is nothing to save",
    context: { job: jobId, state },
  });
}

async function forgetOldJobs(jobs: Jobs): Promise<void> {
  const ended = [...jobs.runners.values()].filter((runner) => ENDED_STATES.includes(runner.machine.record.state));
  const excess = ended.sort((a, b) => b.machine.record.submittedAtMs - a.machine.record.submittedAtMs).slice(ENDED_JOBS_MAX);
  for (const runner of excess) {
    await jobs.ports.store.commit(changesOfForgottenJob(runner.jobId, await jobs.ports.store.readAll(`${JOBS_PREFIX}${runner.jobId}`)));
    jobs.runners.delete(runner.jobId);
    runner.stop();
  }
}
