import type { JobGraph as WireJobGraph, JobService, ServiceHandlers, SubmitJobRequest } from "@millrace/contracts";
import { AppError, BUCKET_COUNT, type JobGraph } from "@millrace/model";
import { sleep } from "@millrace/ports";
import { canonicalGraph, parseJobGraph, planJob } from "@millrace/planner";
import { ENDED_STATES, type JobRecord } from "@millrace/scheduling";
import { createDeferred } from "@millrace/stdx";
import { declaredJob } from "@millrace/streams";
import { graphMalformed } from "./graph-ends.ts";
import { graphFromWire } from "./graph-from-wire.ts";
import { statusOf } from "./job-status.ts";
import { changesOfForgottenJob, changesOfNewJob, JOBS_PREFIX, type StoredJob } from "./job-store.ts";
import type { JobRunner } from "./job-runner.ts";
import type { Jobs } from "./jobs-part.ts";
import { BUNDLE_BYTES_MAX, ENDED_JOBS_MAX, WATCH_INTERVAL_MS } from "./limits.ts";
import { assertRunning, rescaleHandler } from "./rescale-handler.ts";
import { assertTopicsExist } from "./resolve-sources.ts";
import { stateHandler } from "./state-handler.ts";
import { transferHandlers } from "./transfer-handlers.ts";
import { fromSavepoint, savepointHandlers, type StateOrigin } from "./savepoints.ts";

/** The service that users call. Jobs are named by id or name; a name means its newest job. */
export function createJobHandlers(jobs: Jobs): ServiceHandlers<typeof JobService> {
  return {
    async submitJob(request) {
      jobs.assertLoaded();
      return submit(jobs, request);
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
      if (!request.savepoint) {
        await runner.requestStop({ drain: request.drain });
        return { status: statusOf(runner) };
      }
      assertRunning(runner, "there is nothing to save");
      const { savepointId, stored } = jobs.beginSavepoint(runner); // Asked for first: the stop then ends on it.
      await runner.requestStop({ drain: true });
      await stored;
      await runner.untilEnded();
      return { status: statusOf(runner), savepointId };
    },
    async createSavepoint(request) {
      const runner = await findAsync(jobs, request.job);
      assertRunning(runner, "there is nothing to save");
      const { savepointId, stored } = jobs.beginSavepoint(runner);
      return { savepointId, batch: BigInt(await stored) };
    },
    ...savepointHandlers(jobs),
    ...runningJobHandlers(jobs),
    ...transferHandlers(jobs),
  };
}

function runningJobHandlers(jobs: Jobs): Pick<ServiceHandlers<typeof JobService>, "rescaleJob" | "readJobState"> {
  return { ...rescaleHandler(jobs), ...stateHandler(jobs) };
}

async function submit(jobs: Jobs, submitted: SubmitJobRequest) {
  const request = submitted.graph === undefined ? submitted : withoutModule(submitted, submitted.graph, jobs);
  const graph = parseJobGraph(request.graphJson);
  assertWellFormed(request, graph, jobs);
  const { warnings } = planJob(graph); // What it refuses is not stored.
  const running = runningOf(request, jobs);
  if (running !== undefined && isSameAs(running, request))
    return { jobId: running.jobId, warnings: [...warnings, "this very job runs already: nothing was changed"], state: [] };
  assertNameFree(request, running, jobs);
  assertTopicsExist(graph, jobs.ports.cluster);
  if (request.bundle.length === 0) declaredJob(graph, jobs.settings.expressions); // Nor is an expression that does not fit.
  if (request.dryRun) return dryRun(jobs, request, { graph, warnings });
  if (!jobs.reserve(request.name)) throw jobExists(request.name, "being submitted");
  try {
    return await store(jobs, request, { graph, warnings });
  } finally {
    jobs.release(request.name);
  }
}

/** A job that is all in its graph, as if its client had sent canonical text and digest. */
function withoutModule(request: SubmitJobRequest, wire: WireJobGraph, { settings }: Jobs): SubmitJobRequest {
  if (request.graphJson !== "" || request.bundle.length > 0)
    throw graphMalformed("", "a job has a graph, or graph_json with a bundle, not both: leave out one of them");
  const graph = graphFromWire(wire);
  const graphJson = canonicalGraph(graph);
  return { ...request, name: graph.name, graphJson, digest: settings.sha256([graphJson, request.bundle]) };
}

/** The job becomes durable, then it is taken up. */
async function store(jobs: Jobs, request: SubmitJobRequest, planned: Planned) {
  const { job, origin } = await newJob(jobs, request, planned.graph);
  await jobs.ports.store.commit(changesOfNewJob(job));
  const runner = jobs.add(job);
  runner.setExecutors(jobs.ports.registry.live());
  await forgetOldJobs(jobs);
  return { jobId: job.record.jobId, ...answerOf(planned, origin) };
}

/** Everything but starting it. */
async function dryRun(jobs: Jobs, request: SubmitJobRequest, planned: Planned) {
  const { origin } = await newJob(jobs, request, planned.graph);
  return { jobId: "", ...answerOf(planned, origin) };
}

interface Planned {
  readonly graph: JobGraph;
  readonly warnings: readonly string[];
}

function answerOf({ warnings }: Planned, origin: StateOrigin | undefined) {
  return { warnings: [...warnings, ...(origin?.warnings ?? [])], state: [...(origin?.state ?? [])] };
}

function jobExists(name: string, job: string): AppError {
  const message =
    "a job of this name is running: stop it first, with `millrace job stop`, go on from its state with `millrace job upgrade`, or take another name";
  return new AppError({ kind: "conflict", code: "job-exists", message, context: { name, job } });
}

function findAsync(jobs: Jobs, idOrName: string): Promise<JobRunner> {
  return Promise.resolve().then(() => jobs.find(idOrName));
}

function assertWellFormed(request: SubmitJobRequest, graph: JobGraph, jobs: Jobs): void {
  const job = { ...request, graph };
  const { slotCount, batchIntervalMs } = graph.settings;
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
}

function runningOf({ name }: SubmitJobRequest, jobs: Jobs): JobRunner | undefined {
  return jobs.named(name).find(({ machine }) => !ENDED_STATES.includes(machine.record.state));
}

/** Whoever submits the same again, since an answer was lost or a release is rolled, has what they wanted. Who wants a new one, or a start from a savepoint, has not. */
function isSameAs({ machine }: JobRunner, { digest, dryRun: isDry, failIfExists, savepointId }: SubmitJobRequest): boolean {
  return machine.record.digest === digest && !isDry && !failIfExists && savepointId === "";
}

/** A dry run may be of a job that runs: it says what an upgrade would do. */
function assertNameFree({ name, dryRun: isDry, failIfExists }: SubmitJobRequest, running: JobRunner | undefined, jobs: Jobs): void {
  if (running !== undefined && !isDry) throw jobExists(name, running.jobId);
  const [ended] = jobs.named(name);
  if (!failIfExists || ended === undefined) return;
  const message = "a job of this name was there before: take another name, or submit without --new";
  throw new AppError({ kind: "conflict", code: "job-exists", message, context: { name, job: ended.jobId } });
}

async function newJob(
  jobs: Jobs,
  request: SubmitJobRequest,
  graph: JobGraph,
): Promise<{ readonly job: StoredJob; readonly origin: StateOrigin | undefined }> {
  const { name, graphJson, bundle, savepointId } = request;
  const incarnation = Math.max(0, ...jobs.named(name).map((runner) => runner.machine.record.incarnation)) + 1;
  const record: JobRecord = {
    jobId: `${name}-${jobs.ports.random.hex(4)}`,
    name,
    incarnation,
    digest: request.digest,
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
  const fresh: StoredJob = { record, graph, graphJson, bundle, checkpoint: undefined, plans: [] };
  if (savepointId === "") return { job: fresh, origin: undefined };
  const origin = await fromSavepoint(request, fresh, jobs);
  return { job: origin.job, origin };
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
