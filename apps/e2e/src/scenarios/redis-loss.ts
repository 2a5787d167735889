import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { checkEpochs } from "../chaos/epoch-log.ts";
import { replaceRedis, rollBackRedis, snapshotRedis } from "../chaos/redis-data.ts";
import { median } from "../replicated/progress-watch.ts";
import { allInSync, runReplicatedNumbers } from "../replicated/replicated-numbers.ts";
import { check, type Scenario, type ScenarioContext } from "../scenario.ts";
import type { Cluster } from "../system/cluster.ts";
import { waitFor } from "../system/wait-for.ts";

const ROUNDS_DEFAULT = 1;
const REBUILT_MS_MAX = 120_000;
const KNOWN_MS_MAX = 60_000;
const BETWEEN_MS = 2_000;

interface Loss {
  readonly name: string;
  /** What the store had before is not all there afterwards. */
  readonly losesData: boolean;
  inflict(cluster: Cluster, snapshot: string): Promise<void>;
}

const LOSSES: readonly Loss[] = [
  {
    name: "killed",
    losesData: false,
    inflict: async ({ redis }) => {
      await redis.process.kill();
      await delay(BETWEEN_MS);
      await redis.process.start();
    },
  },
  { name: "restored from an older snapshot", losesData: true, inflict: ({ redis }, snapshot) => rollBackRedis(redis, snapshot) },
  {
    name: "emptied",
    losesData: true,
    inflict: async ({ redis }) => {
      const connection = new Redis(redis.url);
      await connection.flushall();
      connection.disconnect();
    },
  },
  { name: "replaced", losesData: true, inflict: ({ redis }) => replaceRedis(redis) },
];

/** Acceptance 5 of replication: whatever becomes of Redis, data is served, the loss is found within seconds, and the cluster is whole again by itself. */
export const redisLoss: Scenario = {
  name: "redis-loss",
  what: "three replicas under load; Redis is killed, restored from an older snapshot, emptied and replaced (--kills: rounds); nothing may be lost",
  run: (context) =>
    runReplicatedNumbers(
      {
        async run(cluster, watch) {
          const rounds = context.flags.kills ?? ROUNDS_DEFAULT;
          const foundMs: number[] = [];
          const rebuiltMs: number[] = [];
          const stallsMs: number[] = [];
          for (let round = 0; round < rounds; round++) {
            for (const [index, loss] of LOSSES.entries()) {
              watch.reset();
              const took = await lose(loss, cluster, { context, topic: `after-${round}-${index}` });
              const stallMs = Math.round(Math.max(...watch.longestMs));
              stallsMs.push(stallMs);
              if (took !== undefined) {
                foundMs.push(took.foundMs);
                rebuiltMs.push(took.rebuiltMs);
              }
              const told = took === undefined ? "" : `, found after ${took.foundMs} ms, rebuilt after ${took.rebuiltMs} ms`;
              context.say(`redis ${loss.name}${told}; a partition stood still for ${stallMs} ms at most`);
            }
          }
          const epochs = checkEpochs(cluster);
          const figures = { foundWorstMs: Math.max(...foundMs), rebuiltWorstMs: Math.max(...rebuiltMs) };
          return { rounds, ...figures, stallMedianMs: median(stallsMs), stallWorstMs: Math.max(...stallsMs), ...epochs };
        },
      },
      context,
    ),
};

/** One loss; afterwards the cluster knows all topics, made before and after the snapshot, and takes new ones. Returns when it was found and mended, in milliseconds. */
async function lose(
  loss: Loss,
  cluster: Cluster,
  { context, topic }: { readonly context: ScenarioContext; readonly topic: string },
): Promise<{ readonly foundMs: number; readonly rebuiltMs: number } | undefined> {
  const snapshot = join(context.folder, "redis-snapshot");
  snapshotRedis(cluster.redis, snapshot);
  await delay(BETWEEN_MS);
  // Made after the snapshot: a store that goes back does not have it.
  await cluster.client.admin().createTopic({ name: topic, partitions: 3, replicationFactor: 3 });
  const found = countOf(cluster, "coordinator.rebuild-begun");
  const rebuilt = countOf(cluster, "coordinator.rebuilt");
  const startMs = performance.now();
  await loss.inflict(cluster, snapshot);
  let took;
  if (loss.losesData) {
    const when = async (event: string, before: number): Promise<number> => {
      await waitFor(`${event} after redis was ${loss.name}`, REBUILT_MS_MAX, () =>
        Promise.resolve(countOf(cluster, event) > before ? true : undefined),
      );
      return Math.round(performance.now() - startMs);
    };
    const foundMs = await when("coordinator.rebuild-begun", found);
    took = { foundMs, rebuiltMs: await when("coordinator.rebuilt", rebuilt) };
  }
  await allInSync(cluster.client);
  await waitFor(`the cluster takes changes after redis was ${loss.name}`, KNOWN_MS_MAX, () => takesChanges(cluster, topic));
  const known = await cluster.client.admin().listTopics();
  check(
    [topic, `${topic}-next`].every((name) => known.some((each) => each.name === name)),
    `a topic is gone after redis was ${loss.name}: ${known.map(({ name }) => name).join(" ")}`,
  );
  return took;
}

async function takesChanges({ client }: Cluster, topic: string): Promise<true | undefined> {
  return client
    .admin()
    .createTopic({ name: `${topic}-next`, partitions: 3, replicationFactor: 3, ifNotExists: true })
    .then(
      () => true as const,
      () => undefined,
    );
}

function countOf({ coordinators }: Cluster, event: string): number {
  return coordinators.reduce((sum, { process }) => sum + process.log().split(`"${event}"`).length - 1, 0);
}
