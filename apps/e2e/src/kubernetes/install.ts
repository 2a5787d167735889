import { setTimeout as delay } from "node:timers/promises";
import { check } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";
import { isReady, type Kubernetes } from "./kubernetes.ts";
import { CHART, RELEASE_PODS, type Step, type StepContext, TEST_VALUES } from "./steps.ts";

const READY_SECONDS_GOAL = 90;
const READY_MS_MAX = 10 * 60_000;

/** The chart with values-ha, until every pod is ready. */
export const install: Step = {
  name: "install",
  what: `helm install with values-ha.yaml: three brokers in three zones, all ready (goal ${READY_SECONDS_GOAL} s)`,
  needs: "cluster",
  async run({ kubernetes, say }: StepContext) {
    const startMs = performance.now();
    const notes = await kubernetes.helm(["install", kubernetes.release, CHART, ...TEST_VALUES]);
    check(notes.includes("helm test millrace"), "the notes do not say what to type next");
    await allReady(kubernetes, RELEASE_PODS);
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    const brokerNodes = new Set((await kubernetes.pods("broker")).map(({ spec }) => spec.nodeName));
    check(brokerNodes.size === 3, `brokers run on ${brokerNodes.size} nodes, not 3`);
    const racks = await racksOf(kubernetes);
    check(new Set(racks).size === 3, `racks of the brokers are ${racks.join(", ")}: their nodes are in three zones`);
    if (seconds > READY_SECONDS_GOAL) say(`ready after ${seconds} s, goal ${READY_SECONDS_GOAL} s: is the machine busy?`);
    return { readySeconds: seconds, racks: racks.join("+") };
  },
};

/** `helm test`: produce, a job, consume. */
export const helmTest: Step = {
  name: "helm-test",
  what: "helm test: records in, a job over them, results compared",
  needs: "release",
  async run({ kubernetes, say }: StepContext) {
    const startMs = performance.now();
    await kubernetes.helm(["test", kubernetes.release, "--timeout", "5m"]).catch(async (error: unknown) => {
      say(await kubernetes.kubectl(["logs", "millrace-selftest"]).catch(() => ""));
      throw error;
    });
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    say((await kubernetes.kubectl(["logs", "millrace-selftest"])).trim());
    return { seconds };
  },
};

/** Waits until so many pods of the release are there, every one ready; for a moment longer than a probe's period, so that none was about to fall. */
export async function allReady(kubernetes: Kubernetes, count: number): Promise<void> {
  await waitFor(`${count} pods ready`, READY_MS_MAX, async () => {
    await delay(500);
    const pods = (await kubernetes.pods()).filter(({ status }) => status.phase !== "Succeeded" && status.phase !== "Failed");
    return pods.length === count && pods.every(isReady) ? true : undefined;
  });
}

/** As the brokers' init containers found them. */
async function racksOf(kubernetes: Kubernetes): Promise<readonly string[]> {
  const racks: string[] = [];
  for (const { metadata } of await kubernetes.pods("broker")) {
    const script = 'process.stdout.write(String(JSON.parse(require("fs").readFileSync("/run/millrace/settings.json", "utf8")).rack))';
    racks.push(await kubernetes.kubectl(["exec", metadata.name, "--container", "broker", "--", "/usr/local/bin/node", "--eval", script]));
  }
  return racks;
}
