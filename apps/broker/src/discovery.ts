import { readFileSync } from "node:fs";
import { request } from "node:https";
import { AppError } from "@millrace/model";

type Environment = Readonly<Record<string, string | undefined>>;

const ZONE_LABEL = "topology.kubernetes.io/zone";
const ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
const API_TIMEOUT_MS = 10_000;
const NODE_BYTES_MAX = 4 * 1024 * 1024; // A node with hundreds of images is some 100 KiB.

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
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const headers = { authorization: `Bearer ${readFileSync(`${ACCOUNT_FOLDER}/token`, "utf8")}` };
  const ca = readFileSync(`${ACCOUNT_FOLDER}/ca.crt`);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
  const asked = request({ host, port, path, headers, ca, timeout: API_TIMEOUT_MS }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.length > NODE_BYTES_MAX) asked.destroy(new Error("answer too large"));
    });
    response.on("end", () => {
      if (response.statusCode === 200) resolve(JSON.parse(text));
      else
        reject(
          discoveryError("the API server does not tell about the node: give the broker's account the right to read nodes", {
            node: name,
            status: response.statusCode,
          }),
        );
    });
  });
  asked.on("timeout", () => asked.destroy(new Error(`no answer in ${API_TIMEOUT_MS} ms`)));
  asked.on("error", (cause) => {
    reject(discoveryError("the API server cannot be asked about the node", { node: name, detail: cause.message }));
  });
  asked.end();
  return promise;
}

function discoveryError(message: string, context: Readonly<Record<string, string | number | undefined>>): AppError {
  return new AppError({ kind: "unavailable", code: "discovery-failed", message, context });
}
