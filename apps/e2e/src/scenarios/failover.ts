import { median } from "../replicated/progress-watch.ts";
import { allInSync, leaderOf, PARTITIONS, runReplicatedNumbers } from "../replicated/replicated-numbers.ts";
import { check, type Scenario } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";

const KILLS_DEFAULT = 5;
const WORST_MS_MAX = 5_000;
const MOVES_MS_MAX = 30_000;

/** Promise P11: the leader is killed under load, again and again. */
export const failover: Scenario = {
  name: "failover",
  what: "three replicas, acks=all; the broker that leads is killed under load (--kills times), and nothing may be lost, doubled or reordered",
  run: (context) =>
    runReplicatedNumbers(
      {
        async run(cluster, watch) {
          const kills = context.flags.kills ?? KILLS_DEFAULT;
          const outagesMs: number[] = [];
          for (let kill = 0; kill < kills; kill++) {
            const { partitions } = await cluster.client.admin().describeTopic("numbers");
            const victimIndex = await leaderOf(cluster.client, Math.floor(context.random.next() * PARTITIONS));
            const victim = cluster.brokers[victimIndex];
            check(victim !== undefined, "the leader is a broker of this cluster");
            const led = partitions.flatMap(({ partition, leader }) => (leader === victimIndex + 1 ? [partition] : []));
            const before = watch.acknowledged;
            watch.reset();
            await victim.process.kill();
            await waitFor("every partition acknowledges again", MOVES_MS_MAX, () =>
              Promise.resolve(watch.acknowledged.every((count, partition) => count > (before[partition] ?? 0) + 200) ? true : undefined),
            );
            const outageMs = Math.round(Math.max(...led.map((partition) => watch.longestMs[partition] ?? 0)));
            outagesMs.push(outageMs);
            context.say(
              `kill ${kill + 1} of ${kills}: ${victim.process.name} led ${led.length} partitions, unavailable for ${outageMs} ms`,
            );
            await victim.process.start();
            await allInSync(cluster.client);
          }
          const worstMs = Math.max(...outagesMs);
          check(worstMs < WORST_MS_MAX, `a partition was unavailable for ${worstMs} ms`);
          return { kills, unavailableMedianMs: median(outagesMs), unavailableWorstMs: worstMs };
        },
      },
      context,
    ),
};
