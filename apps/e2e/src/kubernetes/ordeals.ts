import { setTimeout as delay } from "node:timers/promises";
import { check } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";
import { checkNumbers } from "../numbers/check-numbers.ts";
import { allReady } from "./install.ts";
import { isReady, type Kubernetes } from "./kubernetes.ts";
import { connectFromOutside } from "./outside.ts";
import { CHART, RELEASE_PODS, type Step, type StepContext, TEST_VALUES } from "./steps.ts";
import { underLoad } from "./under-load.ts";

const REPLACED_MS_MAX = 8 * 60_000;

/** Every pod is replaced by one with another annotation, and again by the rollback. */
export const upgrade: Step = {
  name: "upgrade",
  what: "helm upgrade that replaces every pod, then helm rollback, under load",
  needs: "release",
  run: (context: StepContext) =>
    underLoad("upgrade", context, async () => {
      const { kubernetes, say } = context;
      await replaced(kubernetes, async () => {
        await kubernetes.helm(["upgrade", kubernetes.release, CHART, ...TEST_VALUES, "--set-string", `podAnnotations.roll=${Date.now()}`]);
      });
      say("upgraded: every pod is another one");
      await replaced(kubernetes, async () => {
        await kubernetes.helm(["rollback", kubernetes.release]);
      });
      say("rolled back: every pod is another one again");
    }),
};

/** A node is drained as for maintenance, and comes back. */
export const drain: Step = {
  name: "drain",
  what: "kubectl drain of a broker's node and uncordon, under load",
  needs: "release",
  run: (context: StepContext) =>
    underLoad("drain", context, async () => {
      const { kubernetes, say } = context;
      // Not the node of Redis, whose volume cannot follow here: that is a step of its own.
      const redis = (await kubernetes.pods("redis"))[0]?.spec.nodeName;
      const node = (await kubernetes.pods("broker")).map(({ spec }) => spec.nodeName).find((name) => name !== redis);
      check(node !== undefined, "all brokers are on one node");
      await kubernetes.kubectl([
        "drain",
        node,
        "--ignore-daemonsets",
        "--delete-emptydir-data",
        "--force",
        "--timeout",
        "180s",
        "--pod-selector",
        "app.kubernetes.io/instance=millrace",
      ]);
      say(`${node} is drained`);
      await delay(5_000);
      await kubernetes.kubectl(["uncordon", node]);
      await allReady(kubernetes, RELEASE_PODS);
    }),
};

/** Each kind of pod is killed without a word. */
export const kill: Step = {
  name: "kill",
  what: "SIGKILL of a broker, the leading coordinator, an executor and Redis, one after another, under load",
  needs: "release",
  run: (context: StepContext) =>
    underLoad("kill", context, async () => {
      const { kubernetes, random, say } = context;
      for (const component of ["broker", "coordinator", "executor", "redis"]) {
        const pods = await kubernetes.pods(component);
        const victim = pods[random.integer(pods.length)];
        check(victim !== undefined, `there is no ${component}`);
        await kubernetes.kubectl(["delete", "pod", victim.metadata.name, "--grace-period", "0", "--force", "--wait=false"]);
        await waitFor(`another pod in place of ${victim.metadata.name}`, REPLACED_MS_MAX, async () => {
          await delay(500);
          const now = await kubernetes.pods(component);
          return now.length === pods.length && now.every((pod) => pod.metadata.uid !== victim.metadata.uid && isReady(pod))
            ? true
            : undefined;
        });
        say(`${victim.metadata.name} killed, and replaced`);
      }
    }),
};

/** The release goes, its claims stay, and another release finds its data. */
export const reinstall: Step = {
  name: "reinstall",
  what: "helm uninstall and install again: topics, records and the Redis password are those of before",
  needs: "release",
  async run(context: StepContext) {
    const { kubernetes, say } = context;
    let topic = "";
    const figures = await underLoad("kept", context, (name) => {
      topic = name;
      return Promise.resolve();
    });
    await kubernetes.helm(["uninstall", kubernetes.release, "--wait"]);
    await waitFor("no pod left", REPLACED_MS_MAX, async () => ((await kubernetes.pods()).length === 0 ? true : undefined));
    say("uninstalled");
    const startMs = performance.now();
    await kubernetes.helm(["install", kubernetes.release, CHART, ...TEST_VALUES]);
    await allReady(kubernetes, RELEASE_PODS);
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    const { client, close } = await connectFromOutside(kubernetes);
    try {
      const { partitions } = await client.admin().describeTopic(topic);
      let records = 0;
      for (const { partition } of partitions) {
        const [latest] = await client.listOffsets([{ topic, partition, at: "latest" }]);
        await checkNumbers(client, { topic, partition, start: 0, end: latest?.offset ?? 0 });
        records += latest?.offset ?? 0;
      }
      check(records === figures["records"], `${figures["records"] ?? 0} records were written, ${records} are there`);
      return { records, readySeconds: seconds };
    } finally {
      await close();
    }
  },
};

/** Runs what replaces pods, and waits until none of the former ones of this chart is left and all others are ready. */
async function replaced(kubernetes: Kubernetes, replace: () => Promise<void>): Promise<void> {
  const before = new Set((await kubernetes.pods()).map(({ metadata }) => metadata.uid));
  await replace();
  await waitFor("every pod replaced and ready", REPLACED_MS_MAX, async () => {
    await delay(500);
    const pods = (await kubernetes.pods()).filter(({ status }) => status.phase === "Running" || status.phase === "Pending");
    return pods.length === RELEASE_PODS && pods.every((pod) => isReady(pod) && !before.has(pod.metadata.uid)) ? true : undefined;
  });
}
