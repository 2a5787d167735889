import { type CallContext, JobService, type ServiceClient, type ServiceHandlers } from "@millrace/contracts";
import { JOB_FORWARD_TIMEOUT_MS } from "../limits.ts";
import type { CoordinatorCalls } from "../session/coordinator-calls.ts";

type Client = ServiceClient<typeof JobService>;
type Options = NonNullable<Parameters<Client["getJob"]>[1]>;

/** Jobs, asked of the active coordinator: a client needs to know one broker only. Errors are the coordinator's. */
export function jobHandlers(coordinator: CoordinatorCalls): ServiceHandlers<typeof JobService> {
  const unary =
    <Request, Response>(run: (service: Client, request: Request, options: Options) => Promise<Response>) =>
    (request: Request, call: CallContext): Promise<Response> => {
      const options = { signal: call.signal, timeoutMs: Math.min(call.remainingMs(), JOB_FORWARD_TIMEOUT_MS) };
      return coordinator.call(JobService, (service) => run(service, request, options));
    };
  return {
    submitJob: unary((service, request, options) => service.submitJob(request, options)),
    listJobs: unary((service, request, options) => service.listJobs(request, options)),
    getJob: unary((service, request, options) => service.getJob(request, options)),
    async *watchJob(request, call) {
      const answers = await coordinator.call(JobService, async (service) => firstOf(service.watchJob(request, { signal: call.signal })));
      yield* answers;
    },
    stopJob: unary((service, request, options) => service.stopJob(request, options)),
    rescaleJob: unary((service, request, options) => service.rescaleJob(request, options)),
    createSavepoint: unary((service, request, options) => service.createSavepoint(request, options)),
    listSavepoints: unary((service, request, options) => service.listSavepoints(request, options)),
    deleteSavepoint: unary((service, request, options) => service.deleteSavepoint(request, options)),
    readJobState: unary((service, request, options) => service.readJobState(request, options)),
    getCheckpoint: unary((service, request, options) => service.getCheckpoint(request, options)),
    async *exportJobs(request, call) {
      yield* await coordinator.call(JobService, async (service) => firstOf(service.exportJobs(request, { signal: call.signal })));
    },
    importJob: unary((service, request, options) => service.importJob(request, options)),
    getJobBundle: unary((service, request, options) => service.getJobBundle(request, options)),
  };
}

/** A stream whose first message has come: that it was the wrong coordinator is known before anything is passed on. */
async function firstOf<T>(stream: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = stream[Symbol.asyncIterator]();
  const first = await iterator.next();
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
      } finally {
        await iterator.return?.();
      }
    },
  };
}
