import { AppError, toAppError } from "@millrace/model";
import { askKubernetes } from "@millrace/service-kit";

type Environment = Readonly<Record<string, string | undefined>>;

const ZONE_LABEL = "topology.kubernetes.io/zone";

/** How a node's labels are asked for; replaced in specs. */
export type AskNode = (name: string) => Promise<unknown>;

/**
 * Settings of a broker that depend on where its pod runs: with RACK_FROM_NODE the zone of its node, and with EXTERNAL_KAFKA_PORT and EXTERNAL_GRPC_PORT the addresses that
 * clients outside reach it by. A port is that of broker 0 where EXTERNAL_PORT_PER_BROKER is set, and everyone's otherwise; in EXTERNAL_HOST `{id}` stands for the
 * broker's number.
 */
export async function discoverSettings(env: Environment, askNode: AskNode = askApiServer): Promise<Readonly<Record<string, string>>> {
  return { ...(await rackOf(env, askNode)), ...externalAddresses(env) };
}

async function rackOf(env: Environment, askNode: AskNode): Promise<Readonly<Record<string, string>>> {
  const node = env["RACK_FROM_NODE"] ?? "";
  if (node === "") return {};
  const zone = zoneIn(await askNode(node));
  if (zone === undefined)
    throw discoveryError(`the node has no label ${ZONE_LABEL}: label the nodes, or set broker.rack.fromNodeZone to false`, { node });
  return { rack: zone };
}

function zoneIn(answer: unknown): string | undefined {
  const labels = (answer as { metadata?: { labels?: Readonly<Record<string, unknown>> } } | null)?.metadata?.labels;
  const zone = labels?.[ZONE_LABEL];
  return typeof zone === "string" && zone !== "" ? zone : undefined;
}

function externalAddresses(env: Environment): Readonly<Record<string, string>> {
  const host = env["EXTERNAL_HOST"] ?? "";
  if (host === "") return {};
  const id = numberIn(env, "MILLRACE_BROKER_ID");
  const step = env["EXTERNAL_PORT_PER_BROKER"] === "true" ? id : 0;
  const name = host.replaceAll("{id}", String(id));
  const bracketed = name.includes(":") ? `[${name}]` : name;
  return {
    kafkaExternalAdvertisedAddress: `${bracketed}:${numberIn(env, "EXTERNAL_KAFKA_PORT") + step}`,
    externalAdvertisedAddress: `${bracketed}:${numberIn(env, "EXTERNAL_GRPC_PORT") + step}`,
  };
}

function numberIn(env: Environment, name: string): number {
  const value = Number(env[name]);
  if (env[name] === undefined || env[name] === "" || !Number.isInteger(value))
    throw discoveryError("a number is missing in the environment", { variable: name, value: env[name] });
  return value;
}

/** The node as the API server describes it, asked with the pod's own account. */
async function askApiServer(name: string): Promise<unknown> {
  const { status, body } = await askKubernetes(`/api/v1/nodes/${encodeURIComponent(name)}`).catch((cause: unknown) => {
    throw discoveryError("the API server cannot be asked about the node", { node: name, detail: toAppError(cause).message });
  });
  if (status === 200) return body;
  const message = "the API server does not tell about the node: give the broker's account the right to read nodes";
  throw discoveryError(message, { node: name, status });
}

function discoveryError(message: string, context: Readonly<Record<string, string | number | undefined>>): AppError {
  return new AppError({ kind: "unavailable", code: "discovery-failed", message, context });
}
