import { median } from "../replicated/progress-watch.ts";
import { allInSync, runReplicatedNumbers } from "../replicated/replicated-numbers.ts";
import type { Scenario } from "../scenario.ts";

const ROUNDS_DEFAULT = 1;

/** Promise P12: every service is restarted in turn, as an upgrade does. */
export const rollingRestart: Scenario = {
  name: "rolling-restart",
  what: "three replicas, acks=all; each broker and coordinator is stopped and started in turn under load; no write may fail (--kills: rounds)",
  run: (context) =>
    runReplicatedNumbers(
      {
        async run(cluster, watch) {
          const rounds = context.flags.kills ?? ROUNDS_DEFAULT;
          const stallsMs: number[] = [];
          for (let round = 0; round < rounds; round++) {
            for (const { process } of [...cluster.brokers, ...cluster.coordinators]) {
              watch.reset();
              await process.stop();
              await process.start();
              await allInSync(cluster.client);
              stallsMs.push(Math.round(Math.max(...watch.longestMs)));
              context.say(`${process.name} restarted: a partition stood still for ${stallsMs.at(-1) ?? 0} ms at most`);
            }
          }
          return { restarts: stallsMs.length, stallMedianMs: median(stallsMs), stallWorstMs: Math.max(...stallsMs), failedWrites: 0 };
        },
      },
      context,
    ),
};
