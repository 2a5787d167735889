import type { JobService, ServiceHandlers } from "@millrace/contracts";
import { errors } from "../errors.ts";
import type { Term } from "../term/term.ts";

type Handlers = ServiceHandlers<typeof JobService>;

/** Jobs: each call goes to the jobs part of the current term. */
export function jobHandlers(term: () => Term): Handlers {
  const jobs = (): Handlers => {
    const part = term().jobs;
    if (part === undefined) throw errors.jobsUnavailable();
    return part.handlers;
  };
  return {
    submitJob: async (request, context) => jobs().submitJob(request, context),
    listJobs: async (request, context) => jobs().listJobs(request, context),
    getJob: async (request, context) => jobs().getJob(request, context),
    async *watchJob(request, context) {
      yield* jobs().watchJob(request, context);
    },
    stopJob: async (request, context) => jobs().stopJob(request, context),
    rescaleJob: async (request, context) => jobs().rescaleJob(request, context),
    createSavepoint: async (request, context) => jobs().createSavepoint(request, context),
    listSavepoints: async (request, context) => jobs().listSavepoints(request, context),
    deleteSavepoint: async (request, context) => jobs().deleteSavepoint(request, context),
    readJobState: async (request, context) => jobs().readJobState(request, context),
    getCheckpoint: async (request, context) => jobs().getCheckpoint(request, context),
    async *exportJobs(request, context) {
      yield* jobs().exportJobs(request, context);
    },
    importJob: async (request, context) => jobs().importJob(request, context),
    getJobBundle: async (request, context) => jobs().getJobBundle(request, context),
  };
}
