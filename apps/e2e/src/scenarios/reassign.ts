import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../compat/run-command.ts";
import { installWorkers, type Workers } from "../foreign/install-workers.ts";
import { NumberedLoad } from "../reassign/numbered-load.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import { runCli } from "../system/run-cli.ts";
import { waitFor } from "../system/wait-for.ts";

const TOPIC = "moving";
const BROKERS = 4;
const PARTITIONS = 12;
const REPLICAS = 3;
const DRAINED = 2;
const WITHIN_MS = 150_000;
const WORST_MS_MAX = 5_000;

/** Replicas move under load: by a Kafka client's admin, by draining a broker and by adding it again. */
export const reassign: Scenario = {
  name: "reassign",
  what: "four brokers, acks=all by librdkafka; kafkajs moves partitions, a broker is drained, stopped, started and added: nothing lost, doubled or reordered",
  run: async (context) => {
    const workers = await installWorkers(context.folder);
    const cluster = await startCluster(context.folder, { coordinators: 2, brokers: BROKERS, executors: 0 });
    try {
      await cluster.client
        .admin()
        .createTopic({ name: TOPIC, partitions: PARTITIONS, replicationFactor: REPLICAS, configs: { "min.insync.replicas": "2" } });
      const logFile = join(context.folder, "numbered-load.log");
      const load = new NumberedLoad(workers, { address: cluster.kafkaAddress, topic: TOPIC, partitions: PARTITIONS, logFile });
      try {
        await load.goesOn();
        return await moveAbout({ workers, cluster, load, context });
      } finally {
        await load.stop();
      }
    } finally {
      await cluster.stop();
    }
  },
};

interface Moving {
  readonly workers: Workers;
  readonly cluster: Cluster;
  readonly load: NumberedLoad;
  readonly context: ScenarioContext;
}

async function moveAbout(moving: Moving): Promise<Figures> {
  const figures: Record<string, number> = {};
  const phase = async (name: string, run: () => Promise<Figures | undefined>): Promise<void> => {
    moving.load.takeWorstMs();
    const more = await run();
    await moving.load.goesOn();
    const worstMs = moving.load.takeWorstMs();
    figures[`${name}WorstMs`] = worstMs;
    Object.assign(figures, more);
    moving.context.say(`${name}: ${JSON.stringify(more ?? {})}, a partition stood still for ${worstMs} ms at most`);
  };
  await phase("move", () => moveByKafka(moving, 1));
  await phase("moveBack", () => moveByKafka(moving, 0));
  await phase("cancel", () => cancelMoves(moving));
  await phase("drain", () => drain(moving));
  await phase("restartDrained", () => restartDrained(moving));
  await phase("add", () => addAgain(moving));
  await phase("handOver", () => handOver(moving));
  const worstMs = Math.max(...Object.entries(figures).map(([name, value]) => (name.endsWith("WorstMs") ? value : 0)));
  check(worstMs < WORST_MS_MAX, `a partition stood still for ${worstMs} ms`);
  return { ...figures, worstMs, ...(await moving.load.finish()) };
}

/** Every partition to the brokers that follow its own in the ring, by kafkajs. */
async function moveByKafka({ workers, cluster, context }: Moving, shift: number): Promise<Figures> {
  const targets = Array.from({ length: PARTITIONS }, (_, partition) =>
    Array.from({ length: REPLICAS }, (_each, index) => ((partition + index + shift) % BROKERS) + 1),
  );
  const args = [join(workers.folder, "reassign.mjs"), cluster.kafkaAddress, TOPIC, JSON.stringify(targets)];
  const out = await runCommand({ program: process.execPath, args, folder: workers.folder, withinMs: WITHIN_MS });
  const { movedMs, seen } = JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as { movedMs: number; seen: number };
  const { partitions, topicId } = await cluster.client.admin().describeTopic(TOPIC);
  for (const { partition, replicas, inSyncSet } of partitions) {
    check(
      replicas.join() === targets[partition]?.join(),
      `partition ${partition} is on ${replicas.join()}, not on ${targets[partition]?.join() ?? ""}`,
    );
    check(inSyncSet.length >= 2, `partition ${partition} has ${inSyncSet.length} in sync`);
  }
  await logsAsAssigned(topicId, { cluster, folder: context.folder });
  return { [`moved${shift}Ms`]: movedMs, [`seenMoving${shift}`]: seen };
}

/** Moves that are cancelled at once leave everything where it was. */
async function cancelMoves({ cluster, context }: Moving): Promise<undefined> {
  const admin = cluster.client.admin();
  const before = await admin.describeTopic(TOPIC);
  const other = ({ replicas }: { replicas: readonly number[] }): number => [1, 2, 3, 4].find((id) => !replicas.includes(id)) ?? 0;
  const moves = before.partitions.map((state) => ({
    topic: TOPIC,
    partition: state.partition,
    replicas: [other(state), ...state.replicas.slice(1)],
  }));
  const asked = await admin.reassignPartitions(moves);
  check(
    asked.every(({ error }) => error === undefined),
    "a move was refused",
  );
  await admin.reassignPartitions(moves.map(({ topic, partition }) => ({ topic, partition, replicas: undefined })));
  const left = await admin.listReassignments();
  check(left.length === 0, `${left.length} moves are left after they were cancelled`);
  const after = await admin.describeTopic(TOPIC);
  const cancelled = after.partitions.filter(
    ({ replicas }, partition) => replicas.join() === before.partitions[partition]?.replicas.join(),
  ).length;
  context.say(`${cancelled} of ${PARTITIONS} moves were cancelled before they had completed`);
  check(cancelled > 0, "no move was cancelled in time");
  await logsAsAssigned(after.topicId, { cluster, folder: context.folder });
  return undefined;
}

async function drain({ cluster, context }: Moving): Promise<Figures> {
  const startedMs = performance.now();
  const { exit, stdout, stderr } = await runCli(["broker", "drain", String(DRAINED), "--json", "--address", cluster.address], {
    withinMs: WITHIN_MS,
  });
  check(exit === 0, `drain ended with ${exit}: ${stderr}`);
  const steps = stdout.trim().split("\n").length;
  const drainMs = Math.round(performance.now() - startedMs);
  const admin = cluster.client.admin();
  const load = (await admin.describeBrokers()).find(({ broker }) => broker?.brokerId === DRAINED);
  check(load?.replicas === 0 && load.leaders === 0, "the drained broker still has replicas");
  const refused = await runCli(["broker", "drain", "3", "--address", cluster.address]);
  check(
    refused.exit === 4 && refused.stderr.includes("cannot-drain"),
    `a drain that breaks replication was not refused: ${refused.stderr}`,
  );
  const { topicId } = await admin.describeTopic(TOPIC);
  await logsAsAssigned(topicId, { cluster, folder: context.folder });
  return { drainMs, drainSteps: steps };
}

async function restartDrained({ cluster }: Moving): Promise<undefined> {
  const member = cluster.brokers[DRAINED - 1];
  await member?.process.stop();
  await member?.process.start();
  return undefined;
}

async function addAgain({ cluster, context }: Moving): Promise<Figures> {
  const startedMs = performance.now();
  const { exit, stderr } = await runCli(["broker", "add", String(DRAINED), "--address", cluster.address], { withinMs: WITHIN_MS });
  check(exit === 0, `add ended with ${exit}: ${stderr}`);
  const admin = cluster.client.admin();
  await waitFor("moves to end", WITHIN_MS, async () => ((await admin.listReassignments()).length === 0 ? true : undefined));
  const counts = (await admin.describeBrokers()).map(({ replicas }) => replicas);
  check(Math.max(...counts) - Math.min(...counts) <= 3, `replicas are not spread: ${counts.join()}`);
  const { topicId } = await admin.describeTopic(TOPIC);
  await logsAsAssigned(topicId, { cluster, folder: context.folder });
  return { addMs: Math.round(performance.now() - startedMs) };
}

/** A broker that stops hands its leaders over first. */
async function handOver({ cluster }: Moving): Promise<Figures> {
  const member = cluster.brokers[0];
  const startedMs = performance.now();
  await member?.process.stop();
  const stopMs = Math.round(performance.now() - startedMs);
  await member?.process.start();
  const admin = cluster.client.admin();
  await waitFor("all in sync", WITHIN_MS, async () => {
    const { partitions } = await admin.describeTopic(TOPIC);
    return partitions.every(({ inSyncSet, replicas }) => inSyncSet.length === replicas.length) ? true : undefined;
  });
  const outcomes = await admin.electLeaders("preferred");
  check(
    outcomes.every(({ error }) => error === undefined || error.code === "preferred-leader-not-available"),
    `elections failed: ${outcomes.map(({ error }) => error?.code).join()}`,
  );
  return { stopMs, preferredElections: outcomes.length };
}

/** Logs of the topic are where its replicas are, and nowhere else. */
async function logsAsAssigned(topicId: string, { cluster, folder }: { cluster: Cluster; folder: string }): Promise<void> {
  await waitFor("logs only where replicas are", 30_000, async () => {
    const { partitions } = await cluster.client.admin().describeTopic(TOPIC);
    for (const { id } of cluster.brokers) {
      const expected = partitions.filter(({ replicas }) => replicas.includes(id)).map(({ partition }) => `${topicId}-${partition}`);
      const names = await readdir(join(folder, `broker-${id}`), { recursive: true, withFileTypes: true });
      const found = names.filter((entry) => entry.isDirectory() && entry.name.startsWith(`${topicId}-`)).map(({ name }) => name);
      if (found.toSorted().join() !== expected.toSorted().join()) return undefined;
    }
    return true;
  });
}
