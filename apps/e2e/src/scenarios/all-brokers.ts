import { allInSync, runReplicatedNumbers } from "../replicated/replicated-numbers.ts";
import type { Scenario } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";

const KILLS_DEFAULT = 5;
const BACK_MS_MAX = 60_000;

/** Every broker is killed at the same moment under load. */
export const allBrokers: Scenario = {
  name: "all-brokers",
  what: "three replicas, acks=all; all brokers are killed at once under load (--kills times), and nothing acknowledged may be lost",
  run: (context) =>
    runReplicatedNumbers(
      {
        async run(cluster, watch) {
          const kills = context.flags.kills ?? KILLS_DEFAULT;
          let worstMs = 0;
          for (let kill = 0; kill < kills; kill++) {
            const before = watch.acknowledged;
            watch.reset();
            await Promise.all(cluster.brokers.map(({ process }) => process.kill()));
            await Promise.all(cluster.brokers.map(({ process }) => process.start()));
            await waitFor("every partition acknowledges again", BACK_MS_MAX, () =>
              Promise.resolve(watch.acknowledged.every((count, partition) => count > (before[partition] ?? 0) + 200) ? true : undefined),
            );
            const outageMs = Math.round(Math.max(...watch.longestMs));
            worstMs = Math.max(worstMs, outageMs);
            context.say(`kill ${kill + 1} of ${kills}: unavailable for ${outageMs} ms`);
            await allInSync(cluster.client);
          }
          return { kills, unavailableWorstMs: worstMs };
        },
      },
      context,
    ),
};
