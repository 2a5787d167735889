import { createRedisStore } from "@millrace/coordination-redis";
import { ClusterService, type DescribeClusterResponse, JobService, JobState, type RpcTransport, TopicService } from "@millrace/contracts";
import { type CommitResult, SILENT_LOGGER } from "@millrace/ports";
import { createRpcTransport } from "@millrace/rpc";
import { systemClock, systemRandom } from "@millrace/service-kit";
import type { JobWatch } from "../flights/job-watch.ts";
import { produceInput, submit, verify } from "../flights/run-flights.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { type Cluster, type Member, startCluster } from "../system/cluster.ts";
import { waitFor } from "../system/wait-for.ts";

const RECORDS_DEFAULT = 60_000;
const TAKEOVER_MS_MAX = 30_000;
const PROGRESS_MS_MAX = 15_000;
const FINISH_MS_MAX = 5 * 60_000;
const CALLS = 20;
/** The coordinator's default. */
const CLUSTER_NAME = "millrace";
/** The paused coordinator answers these only when it goes on. */
const CALL_MS_MAX = 60_000;

/** Acceptance 5: a coordinator paused past its lease, and resumed, cannot write. */
export const pausedCoordinator: Scenario = {
  name: "paused-coordinator",
  what: "the active coordinator is paused past its lease and resumed: it cannot write, and the cluster works on",
  run: async (context) => {
    const run = { recordCount: context.flags.records ?? RECORDS_DEFAULT };
    const cluster = await startCluster(context.folder, { coordinators: 2, brokers: 2, executors: 2 });
    const transport = createRpcTransport();
    try {
      const expected = await produceInput(cluster, run, context);
      const watch = await submit(cluster, run, context);
      const share = BigInt(Math.round(run.recordCount * (0.1 + 0.3 * context.random.next())));
      await watch.until("some flights processed", { withinMs: FINISH_MS_MAX }, (status) => status.recordsIn >= share);
      const figures = await pauseAndResume(cluster, { watch, transport, context });
      await watch.until("the end of the job", { withinMs: FINISH_MS_MAX }, (status) => status.state === JobState.FINISHED);
      return { ...figures, flights: run.recordCount, windows: await verify(cluster, expected) };
    } finally {
      await transport.close();
      await cluster.stop();
    }
  },
};

interface Parts {
  readonly watch: JobWatch;
  readonly transport: RpcTransport;
  readonly context: ScenarioContext;
}

async function pauseAndResume(cluster: Cluster, { watch, transport, context }: Parts): Promise<Figures> {
  const { say } = context;
  const admin = cluster.client.admin();
  const before = await admin.describeCluster();
  const former = await cluster.activeCoordinator();
  const direct = transport.client(TopicService, former.address);
  await direct.listTopics({}); // connected: the calls below wait in its socket
  const standby = cluster.coordinators.find((member) => member !== former);
  check(standby !== undefined && watch.last !== undefined, "there is no standby or no job");
  const { jobId, lastBatchPlanned } = watch.last;
  former.process.pause();
  const pausedMs = performance.now();
  const sincePauseMs = (): number => Math.round(performance.now() - pausedMs);
  // Asked directly: how long others take to find out is their figure.
  const after = await waitFor("the standby leads", TAKEOVER_MS_MAX, async () => {
    const now = await transport.client(ClusterService, standby.address).describeCluster({});
    return now.coordinatorEpoch > before.coordinatorEpoch ? now : undefined;
  });
  const takeoverMs = sincePauseMs();
  await waitFor("progress without it", TAKEOVER_MS_MAX, async () => {
    const { status } = await transport.client(JobService, standby.address).getJob({ job: jobId });
    return status !== undefined && status.lastBatchDone >= lastBatchPlanned + 2n ? status : undefined;
  });
  const progressMs = sincePauseMs();
  await watch.until("the client hears of it", { withinMs: TAKEOVER_MS_MAX }, (status) => status.lastBatchDone >= lastBatchPlanned + 2n);
  const clientMs = sincePauseMs();
  say(
    `${former.process.name} paused in epoch ${before.coordinatorEpoch}; ${after.coordinatorId} led after ${takeoverMs} ms, the job went on after ${progressMs} ms, clients heard of it after ${clientMs} ms`,
  );
  check(progressMs < PROGRESS_MS_MAX, `progress took ${progressMs} ms, more than ${PROGRESS_MS_MAX} ms`);

  const calls = Array.from({ length: CALLS }, (_, i) =>
    direct.createTopic({ name: `from-the-past-${i}`, partitions: 1 }, { timeoutMs: CALL_MS_MAX }),
  );
  const outcomes = Promise.allSettled(calls);
  former.process.resume();
  const accepted = (await outcomes).filter((outcome) => outcome.status === "fulfilled").length;
  check(accepted === 0, `the resumed coordinator accepted ${accepted} of ${CALLS} topics`);
  await checkFormer(cluster, { former, before, after });
  say(`resumed: it refused all ${CALLS} writes that waited for it, stepped down, and its epoch is fenced in Redis`);
  return {
    takeoverMs,
    progressMs,
    clientMs,
    refusedWrites: CALLS,
    formerEpoch: Number(before.coordinatorEpoch),
    epoch: Number(after.coordinatorEpoch),
  };
}

async function checkFormer(
  cluster: Cluster,
  { former, before, after }: { readonly former: Member; readonly before: DescribeClusterResponse; readonly after: DescribeClusterResponse },
): Promise<void> {
  await waitFor(
    "its log says that the term is over",
    TAKEOVER_MS_MAX,
    () => /"epoch":\d+,"reason":[^\n]*"event":"coordinator\.term-over"/.exec(former.process.log()) ?? undefined,
  );
  const commit = await commitAs(cluster.redis.url, before);
  check(
    commit.kind === "fenced" && commit.epoch === Number(after.coordinatorEpoch),
    `a write with the former epoch was answered with ${JSON.stringify(commit)}`,
  );
  const admin = cluster.client.admin();
  await admin.createTopic({ name: "after-the-pause", partitions: 1 });
  const names = (await admin.listTopics()).map((topic) => topic.name);
  check(names.includes("after-the-pause") && !names.some((name) => name.startsWith("from-the-past")), `the topics are ${names.join(", ")}`);
  const now = await admin.describeCluster();
  check(
    now.coordinatorEpoch === after.coordinatorEpoch,
    `the epoch moved on from ${after.coordinatorEpoch} to ${now.coordinatorEpoch} when the former leader came back`,
  );
}

/** What the store says to a write that carries a former leader's proof. */
async function commitAs(url: string, { coordinatorId, coordinatorEpoch, generation }: DescribeClusterResponse): Promise<CommitResult> {
  const ports = { clock: systemClock, random: systemRandom, logger: SILENT_LOGGER };
  const store = await createRedisStore(
    { url, cluster: CLUSTER_NAME, unsafeSettings: "refuse", connectTimeoutMs: 5_000, commandTimeoutMs: 5_000 },
    ports,
  );
  try {
    const fence = { holder: coordinatorId, epoch: Number(coordinatorEpoch), generation };
    return await store.commit(fence, systemRandom.hex(8), [{ key: "from-the-past", expect: "any", value: new Uint8Array(1) }]);
  } finally {
    await store.close();
  }
}
