import { setTimeout as delay } from "node:timers/promises";
import { check } from "../scenario.ts";
import { waitFor } from "../system/wait-for.ts";
import { allReady } from "./install.ts";
import { isReady, type Kubernetes, type Pod } from "./kubernetes.ts";
import { CHART, RELEASE_PODS, type Step, type StepContext, TEST_VALUES } from "./steps.ts";
import { underLoad } from "./under-load.ts";

const NO_SUCH_TAG = "no-such-version";
const STUCK_MS_MAX = 5 * 60_000;
/** Longer than a roll needs from one broker to the next: it must stop at the first. */
const STOPPED_MS = 20_000;

/** An upgrade to an image that is nowhere stops at the first broker, and a rollback ends it: nobody outside notices either. */
export const rollback: Step = {
  name: "rollback",
  what: "helm upgrade to a version that does not start, which stops at one broker, then helm rollback, under load",
  needs: "release",
  run: (context: StepContext) =>
    underLoad("rollback", context, async () => {
      const { kubernetes, say } = context;
      const sets = ["broker", "coordinator", "executor"].flatMap((component) => ["--set", `${component}.image.tag=${NO_SUCH_TAG}`]);
      await kubernetes.helm(["upgrade", kubernetes.release, CHART, ...TEST_VALUES, ...sets]);
      await waitFor("a broker of the version that does not start", STUCK_MS_MAX, async () => {
        await delay(500);
        return (await waitingBrokers(kubernetes)).length > 0 ? true : undefined;
      });
      await delay(STOPPED_MS);
      const waiting = await waitingBrokers(kubernetes);
      check(
        waiting.length === 1,
        `the roll did not stop at one broker: ${waiting.map(({ metadata }) => metadata.name).join(", ")} do not start`,
      );
      for (const component of ["coordinator", "executor"]) {
        const ready = (await kubernetes.pods(component)).filter(isReady);
        check(ready.length === 2, `${ready.length} of 2 pods of ${component} are ready`);
      }
      say(`the roll stands still at ${waiting[0]?.metadata.name ?? ""}; the others serve`);
      await kubernetes.helm(["rollback", kubernetes.release]);
      await waitFor("no pod of that version", STUCK_MS_MAX, async () => {
        await delay(500);
        return (await kubernetes.pods()).every((pod) => !isOfThatVersion(pod)) ? true : undefined;
      });
      await allReady(kubernetes, RELEASE_PODS);
      say("rolled back");
    }),
};

async function waitingBrokers(kubernetes: Kubernetes): Promise<readonly Pod[]> {
  return (await kubernetes.pods("broker")).filter((pod) => isOfThatVersion(pod) && !isReady(pod));
}

function isOfThatVersion({ spec }: Pod): boolean {
  return spec.containers.some(({ image }) => image.endsWith(`:${NO_SUCH_TAG}`));
}
