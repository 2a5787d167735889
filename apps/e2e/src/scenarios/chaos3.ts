import { tmpdir } from "node:os";
import { join } from "node:path";
import { JobState } from "@millrace/contracts";
import { systemClock } from "@millrace/service-kit";
import { CHAOS_CREW } from "../chaos/chaos-crew.ts";
import { type ChaosRig, someOf } from "../chaos/chaos-fault.ts";
import { ChaosRun } from "../chaos/chaos-run.ts";
import { checkEpochs } from "../chaos/epoch-log.ts";
import { HostNetwork } from "../chaos/host-network.ts";
import { NETWORK_FAULTS } from "../chaos/network-faults.ts";
import { PROCESS_FAULTS } from "../chaos/process-faults.ts";
import { REDIS_FAULTS } from "../chaos/redis-faults.ts";
import { Timeline } from "../chaos/timeline.ts";
import { produceInput, submit, verify } from "../flights/run-flights.ts";
import { installWorkers } from "../foreign/install-workers.ts";
import { judgeCrew } from "../foreign/judge-crew.ts";
import { mergeHistory } from "../foreign/merge-history.ts";
import { RollingCrew } from "../foreign/rolling-crew.ts";
import { checkNumbers } from "../numbers/check-numbers.ts";
import { NumberWriter } from "../numbers/number-writer.ts";
import { median, ProgressWatch } from "../replicated/progress-watch.ts";
import { allInSync } from "../replicated/replicated-numbers.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";

const MINUTES_DEFAULT = 3;
const NUMBERS = { topic: "numbers", partitions: 6, pace: { recordsPerTurnMax: 12, turnMs: 20 } };
const TOPICS = ["chaos", "chaos-out", "chaos-plain"] as const;
const TOPIC_PARTITIONS = 4;
const REPLICAS = 3;
const IN_SYNC = { "min.insync.replicas": "2" };
const SIZE = { coordinators: 2, brokers: REPLICAS, executors: 2 };
const FLIGHTS_DEFAULT = 60_000;
/** So many batches that the job is under way for most of the time. */
const BATCHES_PER_MINUTE = 400;
const JOB_MS_MAX = 15 * 60_000;
const FAULTS = [...PROCESS_FAULTS, ...REDIS_FAULTS, ...NETWORK_FAULTS];

/** Acceptance 3 of replication: random faults of processes, network and Redis under writers, transactions, groups and a stateful job. */
export const chaos3: Scenario = {
  name: "chaos3",
  what: "three brokers, three replicas, two in sync: random faults of processes, links and Redis for --minutes; one history, one checker",
  run: async (context) => {
    const opened = HostNetwork.open();
    const network = typeof opened === "string" ? undefined : opened;
    context.say(typeof opened === "string" ? `no faults of the network: ${opened}` : "each process has a host of its own");
    const place = network === undefined ? {} : { place: (name: string) => network.host(name) };
    const cluster = await startCluster(context.folder, { ...SIZE, ...place });
    try {
      return await suffer(cluster, network, context);
    } finally {
      await cluster.stop();
      network?.remove();
    }
  },
};

async function suffer(cluster: Cluster, network: HostNetwork | undefined, context: ScenarioContext): Promise<Figures> {
  const { client } = cluster;
  const { say, random, flags } = context;
  const durationMs = (flags.minutes ?? MINUTES_DEFAULT) * 60_000;
  for (const name of TOPICS)
    await client.admin().createTopic({ name, partitions: TOPIC_PARTITIONS, replicationFactor: REPLICAS, configs: IN_SYNC });
  await client.admin().createTopic({ name: NUMBERS.topic, partitions: NUMBERS.partitions, replicationFactor: REPLICAS, configs: IN_SYNC });
  const workers = await installWorkers(context.folder);
  const run = { recordCount: flags.records ?? FLIGHTS_DEFAULT, replicas: REPLICAS, batches: BATCHES_PER_MINUTE * (durationMs / 60_000) };
  const expected = await produceInput(cluster, run, context);
  const writer = new NumberWriter(client, NUMBERS, { clock: systemClock, random });
  await writer.start();
  const watch = new ProgressWatch(() => writer.acknowledged);
  const job = await submit(cluster, run, context);
  const timeline = new Timeline(() => writer.acknowledgedTotal);
  const target = { address: cluster.address, kafkaAddress: cluster.kafkaAddress, killBroker: () => Promise.resolve() };
  const crew = new RollingCrew(
    { target, crew: CHAOS_CREW, workers, topics: TOPICS, partitions: TOPIC_PARTITIONS, isOrdeal: true },
    context,
  );
  const chaos = new ChaosRun(rigOf(cluster, network, context), { faults: FAULTS, watch, timeline, say });
  let finale;
  try {
    // The last reader comes when the last fault is over.
    finale = await crew.run(durationMs, chaos.until(durationMs));
  } finally {
    timeline.stop();
    watch.stop();
    report(timeline, context);
  }
  check(timeline.faults.length > 0, "no fault came to its end");
  await allInSync(client, NUMBERS.topic);
  await writer.finish();
  say("no more faults; reading everything");
  for (let partition = 0; partition < NUMBERS.partitions; partition++)
    await checkNumbers(client, { topic: NUMBERS.topic, partition, start: 0, end: writer.acknowledged[partition] ?? 0 });
  const history = judgeCrew(await mergeHistory(crew.parts), finale, { ...context, crew });
  const { restarts } = await job.until("the end of the job", { withinMs: JOB_MS_MAX }, ({ state }) => state === JobState.FINISHED);
  job.stop();
  const windows = await verify(cluster, expected);
  const epochs = checkEpochs(cluster);
  const outages = timeline.faults.flatMap(({ unavailableMs }) => unavailableMs ?? []);
  const outage = outages.length === 0 ? {} : { unavailableMedianMs: median(outages), unavailableWorstMs: Math.max(...outages) };
  const figures = {
    ...{ faults: timeline.faults.length, kinds: timeline.counts().size, leaderKills: outages.length, ...outage },
    ...{ numbers: writer.acknowledgedTotal, lost: 0, doubled: 0, reordered: 0, ...history, windows, jobRestarts: restarts, ...epochs },
  };
  timeline.write(reportPath(context), { ...figures, seed: context.seed, counts: Object.fromEntries(timeline.counts()) });
  return figures;
}

function rigOf(cluster: Cluster, network: HostNetwork | undefined, { random }: ScenarioContext): ChaosRig {
  const leaders = async (): Promise<readonly (number | undefined)[]> => {
    const described = await cluster.client
      .admin()
      .describeTopic(NUMBERS.topic)
      .catch(() => undefined);
    return described?.partitions.map(({ leader }) => leader) ?? [];
  };
  return {
    cluster,
    network,
    random,
    leaders,
    someLeader: async () => {
      const known = await leaders();
      const leader = known.length === 0 ? undefined : someOf(known, random);
      return cluster.brokers.find(({ id }) => id === leader) ?? someOf(cluster.brokers, random);
    },
    activeCoordinator: () => cluster.activeCoordinator().catch(() => someOf(cluster.coordinators, random)),
  };
}

/** Kept whatever comes of the run. */
function report(timeline: Timeline, context: ScenarioContext): void {
  timeline.write(reportPath(context), { seed: context.seed, counts: Object.fromEntries(timeline.counts()) });
  context.say(`report: ${reportPath(context)}.json, .txt and .svg`);
}

function reportPath({ seed }: ScenarioContext): string {
  return join(tmpdir(), `millrace-chaos3-${seed}`);
}
