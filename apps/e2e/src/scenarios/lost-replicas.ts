import { rmSync } from "node:fs";
import { join } from "node:path";
import type { PartitionState } from "@millrace/contracts";
import type { ProgressWatch } from "../replicated/progress-watch.ts";
import { allInSync, BROKERS, runReplicatedNumbers, TOPIC } from "../replicated/replicated-numbers.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import type { BrokerMember, Cluster } from "../system/cluster.ts";
import { runCli } from "../system/run-cli.ts";
import { waitFor } from "../system/wait-for.ts";

const MOVES_MS_MAX = 30_000;
/** Readiness must not wait for leaders that nobody can be (docs/operations/install.md). */
const READY_MS_MAX = 20_000;
const UNCLEAN_TOPIC = "one-copy-is-enough";
const RECORDS_PER_STEP = 100;

/** Rules R10 to R13 of replication: who may lead after disks are lost, who may not, and what the way out is. */
export const lostReplicas: Scenario = {
  name: "lost-replicas",
  what: "three replicas; brokers die one after another and the last one's disk is lost: an eligible replica leads and nothing acknowledged is lost; unclean election takes the longest log",
  run: (context) =>
    runReplicatedNumbers(
      {
        run: async (cluster, watch) => ({
          ...(await eligibleLeads(cluster, watch, context)),
          ...(await longestLogLeads(cluster, context)),
        }),
      },
      context,
    ),
};

/** Broker 3 leaves while two remain, 2 leaves 1 alone, and 1 loses its disk: only 2 has all that was acknowledged, and only 2 may lead. */
async function eligibleLeads({ brokers, client }: Cluster, watch: ProgressWatch, { folder, say }: ScenarioContext): Promise<Figures> {
  const [first, second, third] = brokers;
  check(first !== undefined && second !== undefined && third !== undefined, "three brokers");
  const partitionsAre = (what: string, holds: (state: PartitionState) => boolean): Promise<unknown> =>
    waitFor(what, MOVES_MS_MAX, async () => {
      const described = await client
        .admin()
        .describeTopic(TOPIC)
        .catch(() => undefined); // the client's broker may have gone
      return described?.partitions.every(holds) === true ? true : undefined;
    });
  await third.process.kill();
  await partitionsAre("broker 3 is out of sync", ({ inSyncSet, leader }) => leader !== undefined && !inSyncSet.includes(3));
  await second.process.kill();
  await partitionsAre("broker 1 leads alone", ({ inSyncSet, leader, eligibleLeaders }) => {
    return leader === 1 && inSyncSet.length === 1 && eligibleLeaders.includes(2);
  });
  await first.process.kill();
  rmSync(join(folder, "broker-1"), { recursive: true });
  const readyMs = Math.max(await first.process.start(), await third.process.start());
  check(readyMs < READY_MS_MAX, `brokers of partitions that nobody leads were ready after ${Math.round(readyMs)} ms`);
  const { partitions } = await client.admin().describeTopic(TOPIC);
  check(
    partitions.every(({ leader }) => leader === undefined),
    "a broker leads that lacks what was acknowledged",
  );
  say(`brokers 1, emptied, and 3, behind, are up and ready (${Math.round(readyMs)} ms) and lead nothing`);
  const startedMs = performance.now();
  const before = watch.acknowledged;
  second.process.launch();
  await partitionsAre("broker 2 leads", ({ leader }) => leader === 2);
  const eligibleLeadsMs = Math.round(performance.now() - startedMs);
  await waitFor("every partition acknowledges again", MOVES_MS_MAX, () =>
    Promise.resolve(watch.acknowledged.every((count, partition) => count > (before[partition] ?? 0) + 200) ? true : undefined),
  );
  await second.process.ready();
  await allInSync(client);
  say(`broker 2, eligible, led all ${partitions.length} partitions ${eligibleLeadsMs} ms after its start`);
  return { readyWithoutLeadersMs: Math.round(readyMs), eligibleLeadsMs };
}

/** With one copy acknowledged no other replica is eligible: the disk of the last one in sync is lost, and a person decides. */
async function longestLogLeads({ brokers, client, address }: Cluster, { folder, say }: ScenarioContext): Promise<Figures> {
  const admin = client.admin();
  const topic = UNCLEAN_TOPIC;
  await admin.createTopic({ name: topic, partitions: 1, replicationFactor: BROKERS, configs: { "min.insync.replicas": "1" } });
  await allInSync(client, topic);
  const state = async (): Promise<PartitionState> => {
    const [partition] = (await admin.describeTopic(topic)).partitions;
    check(partition !== undefined, "the topic has a partition");
    return partition;
  };
  const [leading, short, long] = (await state()).replicas.map((id) => brokers.find((broker) => broker.id === id));
  check(leading !== undefined && short !== undefined && long !== undefined, "a replica on each broker");
  const producer = client.producer({ acks: "all" });
  const write = async (): Promise<void> => {
    for (let i = 0; i < RECORDS_PER_STEP; i++) producer.send(topic, { value: new TextEncoder().encode(`record ${i}`) });
    await producer.flush();
  };
  const isOut = (broker: BrokerMember): Promise<unknown> =>
    waitFor("out of sync", MOVES_MS_MAX, async () => {
      const { inSyncSet, leader } = await state().catch(() => ({ inSyncSet: [broker.id], leader: undefined })); // the client's broker may have gone
      return leader !== undefined && !inSyncSet.includes(broker.id) ? true : undefined;
    });
  await producer.open([topic]);
  await write();
  for (const broker of [short, long]) {
    await broker.process.kill();
    await isOut(broker);
    await write();
  }
  await producer.close();
  await leading.process.kill();
  rmSync(join(folder, leading.process.name), { recursive: true });
  for (const broker of [short, long, leading]) await broker.process.start();
  check((await state()).leader === undefined, "a replica leads that lacks what was acknowledged");
  const shown = await runCli(["partition", "elect", topic, "--unclean", "--address", address]);
  check(
    shown.exit === 0 && shown.stdout.includes("with the most records would lead"),
    `partition elect says ${shown.stdout}${shown.stderr}`,
  );
  const executed = await runCli(["partition", "elect", topic, "--unclean", "--execute", "--address", address]);
  check(executed.exit === 0, `partition elect --execute says ${executed.stdout}${executed.stderr}`);
  const { leader } = await state();
  check(leader === long.id, `broker ${leader} leads, but broker ${long.id} had more records`);
  const [latest] = await client.listOffsets([{ topic, partition: 0, at: "latest" }]);
  const kept = latest?.offset ?? 0;
  check(kept === 2 * RECORDS_PER_STEP, `broker ${long.id} had ${2 * RECORDS_PER_STEP} records, the partition has ${kept}`);
  await allInSync(client, topic);
  say(`unclean election: broker ${long.id} with ${kept} records leads, not broker ${short.id} with ${RECORDS_PER_STEP}`);
  return { uncleanKeptRecords: kept, uncleanLostRecords: RECORDS_PER_STEP };
}
