import { ClusterService, JobService, type JobStatus, JobState, type ServiceClient, type Topic, TopicService } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { sleep } from "@millrace/ports";
import type { Admin } from "./admin-api.ts";
import { createBackupAdmin } from "./backup-admin.ts";
import type { ClientPorts } from "./api.ts";
import { deleteRecords } from "./delete-records.ts";
import { changeToWire, settingsOf } from "./topic-settings.ts";
import { createGroupAdmin } from "./group-admin.ts";
import { createTransactionAdmin } from "./transaction-admin.ts";
import { clientErrors } from "./errors.ts";
import { SAVED_MS_MAX } from "./limits.ts";
import type { Metadata } from "./metadata.ts";
import { createPlacementAdmin } from "./placement-admin.ts";
import { backoffMs, isTransient, retrying } from "./retry.ts";

export interface AdminContext {
  readonly ports: ClientPorts;
  readonly metadata: Metadata;
  readonly retryForMs: number;
  readonly requestTimeoutMs: number;
}

const ENDED: readonly JobState[] = [JobState.FINISHED, JobState.STOPPED, JobState.FAILED];

/** Calls of administration. They are repeated while brokers or the coordinator are away or moving; what the cluster refuses is thrown. */
export function createAdmin(context: AdminContext): Admin {
  const { ports, metadata } = context;
  const options = { timeoutMs: context.requestTimeoutMs };
  const untilSaved = { timeoutMs: SAVED_MS_MAX };
  const topics = <T>(run: (service: ServiceClient<typeof TopicService>) => Promise<T>): Promise<T> =>
    metadata.anyBrokerRetrying((address) => run(ports.transport.client(TopicService, address)));
  const coordinator = createCoordinatorCaller(context);
  const jobs = <T>(run: (service: ServiceClient<typeof JobService>) => Promise<T>): Promise<T> =>
    coordinator((address) => run(ports.transport.client(JobService, address)));

  return {
    async createTopic(spec) {
      const request = {
        ...spec,
        partitions: spec.partitions ?? 0,
        replicationFactor: spec.replicationFactor ?? 0,
        configs: { ...spec.configs },
      };
      const { topic } = await topics((service) => service.createTopic(request, options));
      return spec.validateOnly === true ? wholeTopic(topic) : untilServed(wholeTopic(topic), context);
    },
    async deleteTopic(name) {
      await topics((service) => service.deleteTopic({ name }, options));
    },
    async createPartitions(name, totalCount, { validateOnly = false } = {}) {
      const { topic } = await topics((service) => service.createPartitions({ name, totalCount, validateOnly }, options));
      return validateOnly ? wholeTopic(topic) : untilServed(wholeTopic(topic), context);
    },
    async alterTopicConfigs(name, changes, { validateOnly = false } = {}) {
      const request = { name, changes: changes.map(changeToWire), validateOnly };
      return wholeTopic((await topics((service) => service.alterTopicConfigs(request, options))).topic);
    },
    async describeTopicConfigs(name) {
      const { configs } = wholeTopic((await topics((service) => service.describeTopic({ name }, options))).topic);
      return settingsOf(configs);
    },
    async listTopics({ includeInternal = false } = {}) {
      return (await topics((service) => service.listTopics({ includeInternal }, options))).topics;
    },
    async describeTopic(name) {
      return wholeTopic((await topics((service) => service.describeTopic({ name }, options))).topic);
    },
    deleteRecords: (deletions) => deleteRecords(deletions, context),
    ...createGroupAdmin(context),
    ...createTransactionAdmin(context),
    ...createPlacementAdmin(context),
    ...createBackupAdmin(context, coordinator),
    describeCluster: () => coordinator((address) => ports.transport.client(ClusterService, address).describeCluster({}, options)),
    submitJob: (job) =>
      jobs((service) => {
        const { savepointId = "", failIfExists = false, dryRun = false, allowDroppedState = false } = job;
        return service.submitJob({ ...job, savepointId, failIfExists, dryRun, allowDroppedState }, options);
      }),
    listJobs: async () => (await jobs((service) => service.listJobs({}, options))).jobs,
    getJob: (job) => jobs((service) => service.getJob({ job }, options)),
    watchJob: (job, watch = {}) => watchJob(job, context, watch.signal),
    stopJob: (job, { drain = false, savepoint = false } = {}) =>
      jobs((service) => service.stopJob({ job, drain, savepoint }, drain || savepoint ? untilSaved : options)),
    rescaleJob: async (job, workers) => wholeStatus((await jobs((service) => service.rescaleJob({ job, workers }, options))).status),
    readJobState: (job, { operator = "", keysJson = [], keyPrefix = "", limit = 0 } = {}) =>
      jobs((service) => service.readJobState({ job, operator, keysJson: [...keysJson], keyPrefix, limit }, options)),
    getCheckpoint: (of) => jobs((service) => service.getCheckpoint({ savepointId: "", job: "", ...of }, options)),
    createSavepoint: (job) => jobs((service) => service.createSavepoint({ job }, untilSaved)),
    listSavepoints: async (job = "") => (await jobs((service) => service.listSavepoints({ job }, options))).savepoints,
    deleteSavepoint: async (savepointId) => {
      await jobs((service) => service.deleteSavepoint({ savepointId }, options));
    },
  };
}

function wholeStatus(status: JobStatus | undefined): JobStatus {
  if (status === undefined) throw new AppError({ kind: "internal", code: "internal", message: "answer without a job" });
  return status;
}

function wholeTopic(topic: Topic | undefined): Topic {
  if (topic === undefined) throw new AppError({ kind: "internal", code: "internal", message: "answer without a topic" });
  return topic;
}

type CoordinatorCaller = <T>(run: (address: string) => Promise<T>) => Promise<T>;

/** Calls the active coordinator: the one brokers name, or the one that a passive coordinator names. */
function createCoordinatorCaller({ ports, metadata, retryForMs }: AdminContext): CoordinatorCaller {
  let hint: string | undefined;
  return (run) =>
    retrying(ports, { forMs: retryForMs }, async (attempt) => {
      const address = hint ?? (await metadata.coordinatorAddress({ fresh: attempt > 1 }));
      try {
        return await run(address);
      } catch (error) {
        hint = hintOf(error);
        throw hint === undefined ? leaderless(error, address) : error;
      }
    });
}

/** Nobody answers where the leader was, or a standby that knows of none does: that nobody leads is what the caller has to know. */
function leaderless(error: unknown, address: string): unknown {
  if (!(error instanceof AppError) || (error.code !== "not-active-coordinator" && error.code !== "unreachable")) return error;
  return clientErrors.noCoordinator({ coordinator: address, because: error.code }, error);
}

function hintOf(error: unknown): string | undefined {
  if (!(error instanceof AppError) || error.code !== "not-active-coordinator") return undefined;
  const address = error.context["leader"];
  return typeof address === "string" && address !== "" ? address : undefined;
}

/** Waits until the leaders of all partitions are known to brokers, so that a produce right after does not meet `unknown-topic`. */
async function untilServed(topic: Topic, { ports, metadata, retryForMs }: AdminContext): Promise<Topic> {
  await retrying(ports, { forMs: retryForMs }, async () => {
    const known = await metadata.topic(topic.name, { fresh: true }).catch((error: unknown) => {
      throw new AppError({
        kind: "retry",
        code: "topic-not-served",
        message: "brokers do not know the new topic yet",
        context: { topic: topic.name },
        cause: error,
      });
    });
    const hasAll = known.partitions.length >= topic.partitions.length;
    const served = hasAll && known.partitions.every(({ partition }) => metadata.leaderAddress(topic.name, partition) !== undefined);
    if (!served) {
      throw new AppError({
        kind: "retry",
        code: "leader-not-available",
        message: "not every partition of the new topic has a leader",
        context: { topic: topic.name },
      });
    }
  });
  return topic;
}

async function* watchJob(
  job: string,
  { ports, metadata, retryForMs }: AdminContext,
  signal?: AbortSignal,
): AsyncGenerator<JobStatus, void, undefined> {
  let failures = 0;
  let failingSinceMs = 0;
  let hint: string | undefined;
  const isAborted = (): boolean => signal?.aborted === true;
  while (!isAborted()) {
    try {
      const address = hint ?? (await metadata.coordinatorAddress({ fresh: failures > 0 }));
      for await (const { status } of ports.transport
        .client(JobService, address)
        .watchJob({ job }, signal === undefined ? {} : { signal })) {
        failures = 0;
        if (status === undefined) continue;
        yield status;
        if (ENDED.includes(status.state)) return;
      }
    } catch (error) {
      if (isAborted()) return;
      hint = hintOf(error);
      if (failures++ === 0) failingSinceMs = ports.clock.monotonicMs();
      if (!isTransient(error) || ports.clock.monotonicMs() > failingSinceMs + retryForMs) throw error;
    }
    await sleep(ports.clock, backoffMs(Math.max(1, failures), ports.random), signal).catch(() => undefined); // aborted: the loop ends
  }
}
