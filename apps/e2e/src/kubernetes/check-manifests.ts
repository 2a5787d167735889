import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "../scenario.ts";
import { inCheckout } from "../system/sources.ts";
import { run } from "./kubernetes.ts";
import type { Step, StepContext } from "./steps.ts";

const BASES = ["base", "base-ha"] as const;
const OVERLAYS = ["dev", "prod"] as const;

/** The manifests for those without helm are what the chart renders now, and the API server takes the overlays. */
export const manifests: Step = {
  name: "manifests",
  what: "k8s/base and k8s/base-ha equal the chart; kustomize overlays taken by the API server in a dry run",
  needs: "cluster",
  async run({ kubernetes, folder, say }: StepContext) {
    const fresh = join(folder, "manifests");
    mkdirSync(fresh, { recursive: true });
    await run("bash", [inCheckout("k8s/render.sh"), fresh]);
    for (const base of BASES) {
      const [committed = "", rendered = ""] = [inCheckout("k8s"), fresh].map((place) =>
        readFileSync(join(place, base, "millrace.yaml"), "utf8"),
      );
      check(committed === rendered, `k8s/${base}/millrace.yaml is not what the chart renders: run k8s/render.sh`);
    }
    let objects = 0;
    for (const overlay of OVERLAYS) {
      const built = await run("kubectl", ["kustomize", inCheckout(`k8s/overlays/${overlay}`)]);
      // The namespace of the manifests is not there in a dry run; that of the test is.
      const here = built.replaceAll(/namespace: millrace$/gm, `namespace: ${kubernetes.namespace}`);
      const answer = await kubernetes.kubectl(["apply", "--dry-run=server", "--warnings-as-errors", "--filename", "-"], here);
      const lines = answer.split("\n").filter((line) => line.includes("server dry run"));
      say(`${overlay}: ${lines.length} objects accepted`);
      objects += lines.length;
    }
    return { bases: BASES.length, overlays: OVERLAYS.length, objects };
  },
};
