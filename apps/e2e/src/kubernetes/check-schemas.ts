import { check } from "../scenario.ts";
import { inCheckout } from "../system/sources.ts";
import { CommandFailed, type Kubernetes, run } from "./kubernetes.ts";
import { pythonWith } from "./python-venv.ts";
import { renderings } from "./renderings.ts";
import { CHART, type Step, type StepContext } from "./steps.ts";

const FOLDER = inCheckout("apps/e2e/src/kubernetes/schemas");
/** Those that the chart is for: its `kubeVersion`, and the newest that it was tried on. */
const OLDEST = "1.28";
const NEWEST = "1.34";
const VERSIONS = [OLDEST, "1.29", "1.30", "1.31", "1.32", "1.33", NEWEST];
const FOREIGN = ["monitoring.coreos.com/v1", "cert-manager.io/v1"];

/** What the checks find in a manifest. */
interface Verdict {
  readonly objects: number;
  readonly pods: number;
  readonly unknown: readonly string[];
  readonly findings: readonly string[];
}

/** Renderings that need types of others, too, which have no schema here: pods and known kinds in them are checked all the same. */
const foreign = {
  operators: [
    "monitoring.serviceMonitor.enabled=true",
    "monitoring.alerts.enabled=true",
    "tls.enabled=true",
    "tls.from=cert-manager",
    "tls.certManager.issuer.name=i",
  ].flatMap((value) => ["--set", value]),
};

/** What must be found, lest the checks see nothing: a change of a manifest, and words of the finding. */
const planted: readonly (readonly [from: RegExp, to: string, finding: string])[] = [
  [/^ {2}replicas: \d+$/m, "  replicas: three", "replicas"],
  [/^ {2}serviceName: /m, "  serviceNames: ", "serviceName"],
  [/allowPrivilegeEscalation: false/, "allowPrivilegeEscalation: true", "allowPrivilegeEscalation is not false"],
  [/drop: \[ALL\]/, "drop: [NET_RAW]", "capabilities are not dropped"],
  [/runAsNonRoot: true/, "runAsNonRoot: false", "runAsNonRoot is not true"],
  [/type: RuntimeDefault/, "type: Unconfined", "no seccompProfile"],
  [/emptyDir: \{sizeLimit: 64Mi\}/, "hostPath: {path: /}", "of the kind hostPath"],
];

/** Without a cluster: every rendering for every version that the chart supports. */
export const schemas: Step = {
  name: "schemas",
  what: `every rendering against the schemas of Kubernetes ${OLDEST} to ${NEWEST}, its pods against the profile restricted; no cluster needed`,
  needs: "nothing",
  async run({ kubernetes, say }: StepContext) {
    const python = await pythonWith("schemas", [`${FOLDER}/requirements.txt`]);
    const judge = async (manifest: string, versions: readonly string[]): Promise<Verdict> =>
      JSON.parse(await run(python, [`${FOLDER}/check_manifests.py`, ...versions], manifest)) as Verdict;
    let [objects, pods] = [0, 0];
    for (const [name, flags] of Object.entries({ ...renderings, ...foreign })) {
      // What is rendered hangs on the version only by `kubeVersion`, which must take the oldest.
      const verdict = await judge(await template(kubernetes, flags, OLDEST), VERSIONS);
      check(verdict.findings.length === 0, `${name}:\n${verdict.findings.slice(0, 10).join("\n")}`);
      const unknown = verdict.unknown.length === 0 ? "" : `; not checked, as types of others: ${verdict.unknown.join(", ")}`;
      say(`${name}: ${verdict.objects} objects and ${verdict.pods} pods in order for ${VERSIONS.length} versions${unknown}`);
      check(name in foreign || verdict.unknown.length === 0, `${name}: no schema is known of ${verdict.unknown.join(", ")}`);
      objects += verdict.objects;
      pods += verdict.pods;
    }
    const whole = await template(kubernetes, renderings["ha"] ?? [], NEWEST);
    for (const [from, to, finding] of planted) {
      check(from.test(whole), `nothing to plant a mistake into: ${String(from)}`);
      const { findings } = await judge(whole.replace(from, to), [NEWEST]);
      check(
        findings.some((words) => words.includes(finding)),
        `"${to.trim()}" was not found; found: ${findings.join("; ")}`,
      );
    }
    say(`${planted.length} planted mistakes found`);
    return { versions: VERSIONS.length, objects, pods, planted: planted.length };
  },
};

async function template(kubernetes: Kubernetes, flags: readonly string[], version: string): Promise<string> {
  const apis = FOREIGN.flatMap((api) => ["--api-versions", api]);
  try {
    return await kubernetes.helm(["template", kubernetes.release, CHART, "--kube-version", version, ...apis, ...flags]);
  } catch (error) {
    throw error instanceof CommandFailed ? new Error(`for Kubernetes ${version}: ${error.stderr}`, { cause: error }) : error;
  }
}
