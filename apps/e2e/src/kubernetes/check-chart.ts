import { check } from "../scenario.ts";
import { CommandFailed, type Kubernetes, run } from "./kubernetes.ts";
import { refusals } from "./refusals.ts";
import { checkStartupProbes } from "./startup-probes.ts";
import { renderings } from "./renderings.ts";
import { CHART, type Step, type StepContext } from "./steps.ts";

/** `helm lint`, and every rendering accepted by the API server, in a namespace that enforces the restricted profile. */
export const dryRun: Step = {
  name: "dry-run",
  what: "helm lint; every rendering taken by the API server in a dry run, without a warning",
  needs: "cluster",
  async run({ kubernetes, say }: StepContext) {
    let objects = 0;
    for (const [name, flags] of Object.entries(renderings)) {
      await kubernetes.helm(["lint", "--strict", CHART, ...flags]);
      const manifest = await kubernetes.helm(["template", kubernetes.release, CHART, ...flags]);
      checkStartupProbes(manifest);
      const accepted = await dryRunOf(kubernetes, manifest);
      say(`${name}: linted, ${accepted} objects accepted`);
      objects += accepted;
    }
    return { renderings: Object.keys(renderings).length, objects };
  },
};

/** How many objects the API server would take. Those that belong into another namespace are shown to it by themselves: kubectl knows one at a time. */
async function dryRunOf(kubernetes: Kubernetes, manifest: string): Promise<number> {
  const elsewhere = /^ {2}namespace: (\S+)$/m;
  const byNamespace = Map.groupBy(manifest.split(/^---$/m), (object) => elsewhere.exec(object)?.[1] ?? kubernetes.namespace);
  let accepted = 0;
  for (const [namespace, objects] of byNamespace) {
    const args = ["--namespace", namespace, "apply", "--dry-run=server", "--warnings-as-errors", "--filename", "-"];
    const answer = await run("kubectl", args, objects.join("---"));
    accepted += answer.split("\n").filter((line) => line.includes("server dry run")).length;
  }
  return accepted;
}

/** Wrong values are refused, in words. */
export const refuse: Step = {
  name: "refusals",
  what: "wrong values are refused with words that say what would be right",
  needs: "nothing",
  async run({ kubernetes, say }: StepContext) {
    for (const { what, set, says } of refusals) {
      const flags = set.flatMap((value) => ["--set", value]);
      const words = await kubernetes.helm(["template", kubernetes.release, CHART, ...flags]).then(
        () => undefined,
        (error: unknown) => (error instanceof CommandFailed ? error.stderr : String(error)),
      );
      check(words !== undefined, `${what} (${set.join(" ")}) was not refused`);
      for (const word of says) check(words.includes(word), `${what} (${set.join(" ")}) was refused without "${word}":\n${words}`);
      say(
        `${what}: ${words.split("\n").find((line) => /^(Error|- )/.test(line) && !line.endsWith("schema(s) in the following chart(s):")) ?? words}`,
      );
    }
    return { refused: refusals.length };
  },
};
