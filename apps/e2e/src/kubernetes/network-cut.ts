import { setTimeout as delay } from "node:timers/promises";
import { check } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";
import { allReady } from "./install.ts";
import { type Kubernetes, run } from "./kubernetes.ts";
import { connectFromOutside } from "./outside.ts";
import { RELEASE_PODS, type Step, type StepContext } from "./steps.ts";
import { underLoad } from "./under-load.ts";

const CUT_SECONDS = 60;

/** A node loses its network, and gets it back: nobody there can be reached, neither by its peers, nor by clients, nor by the API server. */
export const networkCut: Step = {
  name: "cut",
  what: `a broker's node hears nobody for ${CUT_SECONDS} s (by the program of --network), under load`,
  needs: "release",
  async run(context: StepContext) {
    const { kubernetes, network, random, say } = context;
    const [program, ...args] = network ?? [];
    check(program !== undefined, "how a node is cut off is the cluster's secret: give --network PROGRAM");
    // Not the node of Redis, whose absence is a step of its own.
    const redis = (await kubernetes.pods("redis"))[0]?.spec.nodeName;
    const brokers = (await kubernetes.pods("broker")).filter(({ spec }) => spec.nodeName !== redis);
    const broker = brokers[random.integer(brokers.length)];
    const node = broker?.spec.nodeName;
    check(broker !== undefined && node !== undefined, "all brokers are on one node");
    const brokerId = Number(broker.metadata.name.slice(broker.metadata.name.lastIndexOf("-") + 1));
    return underLoad("cut", context, async (topic) => {
      check((await ledBy(kubernetes, { topic, brokerId })) > 0, `broker ${brokerId} leads nothing: its cut would not be felt`);
      try {
        await run(program, [...args, "cut", node]);
        const startMs = performance.now();
        say(`${node} is cut off, with broker ${brokerId}`);
        await waitFor("other leaders: is the node really cut off?", CUT_SECONDS * 1_000, async () =>
          (await ledBy(kubernetes, { topic, brokerId })) === 0 ? true : undefined,
        );
        await delay(CUT_SECONDS * 1_000 - (performance.now() - startMs));
      } finally {
        await run(program, [...args, "heal", node]);
      }
      say(`${node} is back`);
      await allReady(kubernetes, RELEASE_PODS);
    });
  },
};

/** Partitions of the load that this broker leads, as the others have it. */
async function ledBy(kubernetes: Kubernetes, { topic, brokerId }: { topic: string; brokerId: number }): Promise<number> {
  const { client, close } = await connectFromOutside(kubernetes);
  try {
    return (await client.admin().describeTopic(topic)).partitions.filter(({ leader }) => leader === brokerId).length;
  } finally {
    await close();
  }
}
