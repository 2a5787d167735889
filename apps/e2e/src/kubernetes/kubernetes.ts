import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TlsIdentity } from "@millrace/ports";

const COMMAND_MS_MAX = 10 * 60_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** How clients outside reach the release: ports of every node, and who they are where it wants to know. */
export interface Doors {
  readonly grpcBootstrapPort: number;
  readonly kafkaBootstrapPort: number;
  readonly tls?: TlsIdentity;
}

/** Those of the chart's default values. */
const PLAIN_DOORS: Doors = { grpcBootstrapPort: 32190, kafkaBootstrapPort: 32092 };

/** A cluster that KUBECONFIG names, with one release in one namespace. */
export class Kubernetes {
  readonly namespace: string;
  readonly release = "millrace";
  readonly doors: Doors;

  constructor(namespace: string, doors: Doors = PLAIN_DOORS) {
    this.namespace = namespace;
    this.doors = doors;
  }

  /** Makes the namespace. Pods must be of the restricted profile: one that is not is refused, not warned about. */
  async createNamespace(): Promise<void> {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted" };
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace, labels } };
    await run("kubectl", ["create", "--filename", "-"], JSON.stringify(namespace));
  }

  /** With the release: what it has outside of the namespace would stay. */
  async deleteNamespace(): Promise<void> {
    await this.helm(["uninstall", this.release, "--ignore-not-found"]);
    await run("kubectl", ["delete", "namespace", this.namespace, "--ignore-not-found", "--wait=false"]);
  }

  kubectl(args: readonly string[], input?: string): Promise<string> {
    return run("kubectl", ["--namespace", this.namespace, ...args], input);
  }

  helm(args: readonly string[]): Promise<string> {
    return run("helm", ["--namespace", this.namespace, ...args]);
  }

  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl([...args, "--output", "json"])) as T;
  }

  /** Pods of one component, or of all that serve. */
  async pods(component?: string): Promise<readonly Pod[]> {
    const key = "app.kubernetes.io/component";
    const selector = `app.kubernetes.io/instance=${this.release},${component === undefined ? `${key} notin (test,submit)` : `${key}=${component}`}`;
    return (await this.json<{ items: Pod[] }>(["get", "pods", "--selector", selector])).items;
  }

  async nodes(): Promise<readonly Node[]> {
    return (await this.json<{ items: Node[] }>(["get", "nodes"])).items;
  }
}

export interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

export interface Node {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: {
    readonly addresses: readonly { readonly type: string; readonly address: string }[];
    readonly conditions: readonly Condition[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

export function isReady({ status, metadata }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    (status.conditions ?? []).some((condition) => condition.type === "Ready" && condition.status === "True")
  );
}

/** Runs a program; throws what it said if it fails. */
export async function run(program: string, args: readonly string[], input?: string): Promise<string> {
  const running = promisify(execFile)(program, [...args], { timeout: COMMAND_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX });
  running.child.stdin?.end(input ?? "");
  try {
    return (await running).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new CommandFailed(`${program} ${args.join(" ")}\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}`, stderr, error);
  }
}

/** A program ended with an error. */
export class CommandFailed extends Error {
  /** All that it wrote to standard error. */
  readonly stderr: string;

  constructor(message: string, stderr: string, cause: unknown) {
    super(message, { cause });
    this.stderr = stderr;
  }
}
