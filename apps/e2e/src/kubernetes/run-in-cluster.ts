import type { Kubernetes } from "./kubernetes.ts";

const IMAGE = "docker.io/millrace/cli:k8s-test";
const ENDED_SECONDS_MAX = 540;

/** Runs the command line once in a pod of this name, as people do who have no way to coordinators; what it said. */
export async function runInCluster(kubernetes: Kubernetes, name: string, args: readonly string[]): Promise<string> {
  await kubernetes.kubectl(["delete", "pod", name, "--ignore-not-found", "--wait=true"]);
  await kubernetes.kubectl(["apply", "--filename", "-"], JSON.stringify(toolPod(name, await imageOf(kubernetes), args)));
  await kubernetes
    .kubectl(["wait", `pod/${name}`, "--for", "jsonpath={.status.phase}=Succeeded", "--timeout", `${ENDED_SECONDS_MAX}s`])
    .catch(async (error: unknown) => {
      throw new Error(await kubernetes.kubectl(["logs", name]), { cause: error });
    });
  return kubernetes.kubectl(["logs", name]);
}

/** That of the release's own test where it has run. */
async function imageOf(kubernetes: Kubernetes): Promise<string> {
  const pod = await kubernetes
    .json<{ spec: { containers: { image: string }[] } }>(["get", "pod", "millrace-selftest"])
    .catch(() => undefined);
  return pod?.spec.containers[0]?.image ?? IMAGE;
}

function toolPod(name: string, image: string, args: readonly string[]): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "cli",
          image,
          args,
          env: [{ name: "MILLRACE_ADDRESS", value: "millrace-bootstrap:9190" }],
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
}
