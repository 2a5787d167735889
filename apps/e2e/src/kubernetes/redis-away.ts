import { setTimeout as delay } from "node:timers/promises";
import { check } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";
import { isReady, type Kubernetes } from "./kubernetes.ts";
import { connectFromOutside } from "./outside.ts";
import type { Step, StepContext } from "./steps.ts";
import { underLoad } from "./under-load.ts";

const REPLACED_MS_MAX = 5 * 60_000;

/** The pod of control state goes, and another one takes its volume: data flows on, no other pod restarts, and changes work again afterwards. */
export const redisAway: Step = {
  name: "redis",
  what: "the Redis pod is deleted, under load: no other pod restarts, and topics are made again afterwards",
  needs: "release",
  run: (context: StepContext) =>
    underLoad("redis", context, async () => {
      const { kubernetes, say } = context;
      const [before] = await kubernetes.pods("redis");
      check(before !== undefined, "there is no Redis pod");
      const others = await livesOfOthers(kubernetes);
      const startMs = performance.now();
      await kubernetes.kubectl(["delete", "pod", before.metadata.name, "--wait=false"]);
      await waitFor("another Redis pod", REPLACED_MS_MAX, async () => {
        await delay(200);
        const [now] = await kubernetes.pods("redis");
        return now !== undefined && now.metadata.uid !== before.metadata.uid && isReady(now) ? true : undefined;
      });
      say(`Redis was away for ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
      const { client, close } = await connectFromOutside(kubernetes);
      try {
        await client.admin().createTopic({ name: "after-redis", partitions: 1 });
      } finally {
        await close();
      }
      check(others === (await livesOfOthers(kubernetes)), "another pod was replaced or restarted");
    }),
};

/** Pods but that of Redis, with their restarts. */
async function livesOfOthers(kubernetes: Kubernetes): Promise<string> {
  const pods = (await kubernetes.pods()).filter(({ metadata }) => !metadata.name.includes("-redis-"));
  return pods
    .map(({ metadata, status }) => `${metadata.uid} ${status.containerStatuses?.[0]?.restartCount ?? 0}`)
    .sort()
    .join(", ");
}
