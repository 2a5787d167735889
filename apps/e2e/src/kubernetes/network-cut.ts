import { setTimeout as delay } from "node:timers/promises";
import { check } from "../scenario.ts";
import { allReady } from "./install.ts";
import { run } from "./kubernetes.ts";
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
    const nodes = (await kubernetes.pods("broker")).flatMap(({ spec: { nodeName } }) =>
      nodeName === undefined || nodeName === redis ? [] : [nodeName],
    );
    const node = nodes[random.integer(nodes.length)];
    check(node !== undefined, "all brokers are on one node");
    return underLoad("cut", context, async () => {
      const heal = (): Promise<string> => run(program, [...args, "heal", node]);
      try {
        await run(program, [...args, "cut", node]);
        say(`${node} is cut off`);
        await delay(CUT_SECONDS * 1_000);
      } finally {
        await heal();
      }
      say(`${node} is back`);
      await allReady(kubernetes, RELEASE_PODS);
    });
  },
};
