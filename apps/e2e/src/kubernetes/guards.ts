import { check } from "../scenario.ts";
import { CommandFailed, type Kubernetes, run } from "./kubernetes.ts";
import { CHART, type Step, type StepContext, TEST_VALUES } from "./steps.ts";

const EXTERNAL_METRICS = "v1beta1.external.metrics.k8s.io";
const SECRET = "half-a-certificate";

/** Mistakes that only show beside what is in the cluster. Nothing is changed: helm asks the API server, and renders. */
export const guards: Step = {
  name: "guards",
  what: "an upgrade is refused that would turn TLS on, takes a Secret without an authority, or a second server of external metrics",
  needs: "release",
  async run({ kubernetes, say }: StepContext) {
    const expectRefusal = async (set: readonly string[], says: readonly string[]): Promise<void> => {
      const flags = set.flatMap((value) => ["--set", value]);
      const words = await kubernetes.helm(["upgrade", kubernetes.release, CHART, ...TEST_VALUES, ...flags, "--dry-run=server"]).then(
        () => undefined,
        (error: unknown) => (error instanceof CommandFailed ? error.stderr : String(error)),
      );
      check(words !== undefined, `${set.join(" ")} was not refused`);
      for (const word of says) check(words.includes(word), `${set.join(" ")} was refused without "${word}":\n${words}`);
      say(words.trim());
    };
    await expectRefusal(["tls.enabled=true"], ["would have it on", "helm uninstall"]);
    await withHalfSecret(kubernetes, () =>
      expectRefusal(
        ["tls.enabled=true", "tls.from=secret", `tls.secrets.services=${SECRET}`, `tls.secrets.clients=${SECRET}`],
        [SECRET, "has no ca.crt"],
      ),
    );
    await withOtherAdapter(() => expectRefusal(["metricsAdapter.enabled=true"], ["elsewhere/other", "there can be one server"]));
    return { refused: 3 };
  },
};

async function withHalfSecret(kubernetes: Kubernetes, use: () => Promise<void>): Promise<void> {
  await kubernetes.kubectl(["create", "secret", "generic", SECRET, "--from-literal=tls.crt=x", "--from-literal=tls.key=x"]);
  try {
    await use();
  } finally {
    await kubernetes.kubectl(["delete", "secret", SECRET]);
  }
}

/** As if KEDA were there. A cluster that has a server of these metrics keeps it: then it is not for this test. */
async function withOtherAdapter(use: () => Promise<void>): Promise<void> {
  const spec = {
    group: "external.metrics.k8s.io",
    version: "v1beta1",
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
    service: { name: "other", namespace: "elsewhere" },
  };
  const object = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", metadata: { name: EXTERNAL_METRICS }, spec };
  await run("kubectl", ["create", "--filename", "-"], JSON.stringify(object));
  try {
    await use();
  } finally {
    await run("kubectl", ["delete", "apiservice", EXTERNAL_METRICS]);
  }
}
