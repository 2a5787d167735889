import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SILENT_LOGGER } from "@millrace/ports";
import { NO_TLS, openTlsIdentity, type OpenTlsIdentity } from "@millrace/service-kit";
import { check } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { askKafkaOverTls, type ClientMaterial } from "../system/kafka-over-tls.ts";
import { waitFor } from "../system/wait-for.ts";
import { allReady, helmTest } from "./install.ts";
import { Kubernetes } from "./kubernetes.ts";
import { outsideAddresses } from "./outside.ts";
import { CHART, type Step, type StepContext, TEST_VALUES } from "./steps.ts";
import { underLoad } from "./under-load.ts";

/** Beside those of the plain release. */
const PORTS = { kafkaBootstrap: 32392, kafkaFirst: 32400, grpcBootstrap: 32490, grpcFirst: 32500 };
const BROKERS = 3;
const PODS = BROKERS + 2 + 1 + 1;
/** The kubelet looks at Secrets once a minute or so, and processes at their files every ten seconds. */
const RELOADED_MS_MAX = 5 * 60_000;
const REFUSED_WITHIN_MS = 3_000;
const ADDED_NAME = "added.example.com";

/** A release of its own whose every connection is mutual TLS, since pods with and without it do not hear each other. */
export const tls: Step = {
  name: "tls",
  what: "a release of its own with mutual TLS: helm test, plain text refused, certificates replaced under load without a restart",
  needs: "cluster",
  async run(context: StepContext) {
    const { kubernetes, folder, say } = context;
    const plain = new Kubernetes(`${kubernetes.namespace}-tls`);
    await plain.createNamespace();
    let identity: OpenTlsIdentity | undefined;
    try {
      const hosts = (await outsideAddresses(kubernetes)).grpc.map((address) => address.slice(0, address.lastIndexOf(":")));
      await plain.helm(["install", plain.release, CHART, ...valuesWith(hosts)]);
      await allReady(plain, PODS);
      say("ready");
      const material = await clientFiles(plain, folder);
      identity = openTlsIdentity(
        { ...NO_TLS, tlsCaFile: join(folder, "ca.crt"), tlsCertFile: join(folder, "tls.crt"), tlsKeyFile: join(folder, "tls.key") },
        SILENT_LOGGER,
      );
      check(identity !== undefined, "no identity of the client");
      const doors = { grpcBootstrapPort: PORTS.grpcBootstrap, kafkaBootstrapPort: PORTS.kafkaBootstrap, tls: identity };
      const own = { ...context, kubernetes: new Kubernetes(plain.namespace, doors) };
      await helmTest.run(own);
      await checkRefusals(own.kubernetes, { material, folder });
      say("plain text, and a client without a certificate, are refused at both doors");
      return await underLoad("tls", own, () => replaceCertificates(own, { hosts, material }));
    } finally {
      identity?.close();
      await plain.deleteNamespace();
    }
  },
};

function valuesWith(names: readonly string[]): readonly string[] {
  const ports = Object.entries(PORTS).map(([name, port]) => `broker.external.nodePorts.${name}=${port}`);
  const set = ["tls.enabled=true", "executor.replicas=1", ...ports, `tls.names={${names.join(",")}}`];
  return [...TEST_VALUES, ...set.flatMap((value) => ["--set", value])];
}

/** Files of clients, as the notes say how to get them. */
async function clientFiles(kubernetes: Kubernetes, folder: string): Promise<Required<ClientMaterial>> {
  const { data } = await kubernetes.json<{ data: Readonly<Record<string, string>> }>(["get", "secret", "millrace-client-tls"]);
  const [ca, cert, key] = ["ca.crt", "tls.crt", "tls.key"].map((name) => {
    const bytes = Buffer.from(data[name] ?? "", "base64");
    writeFileSync(join(folder, name), bytes);
    return bytes;
  }) as [Buffer, Buffer, Buffer];
  return { ca, cert, key };
}

async function checkRefusals(
  kubernetes: Kubernetes,
  { material, folder }: { readonly material: ClientMaterial; readonly folder: string },
): Promise<void> {
  const { grpc, kafka } = await outsideAddresses(kubernetes);
  const stranger = openTlsIdentity({ ...NO_TLS, tlsCaFile: join(folder, "ca.crt") }, SILENT_LOGGER);
  try {
    for (const [who, identity] of [["plain text", undefined] as const, ["no certificate", stranger] as const]) {
      const { client, close } = connectClient(grpc, { tls: identity, retryForMs: REFUSED_WITHIN_MS });
      const listed = await client
        .admin()
        .listTopics()
        .then(
          () => true,
          () => false,
        )
        .finally(close);
      check(!listed, `gRPC with ${who} was not refused`);
    }
  } finally {
    stranger?.close();
  }
  const answered = await askKafkaOverTls(kafka[0] ?? "", { ca: material.ca }).then(
    () => true,
    () => false,
  );
  check(!answered, "a Kafka client without a certificate was not refused");
}

/** An upgrade adds a name, so every certificate is signed anew; each broker must show it, each process say that it has taken it, and no pod be another. */
async function replaceCertificates(
  context: StepContext,
  { hosts, material }: { readonly hosts: readonly string[]; readonly material: ClientMaterial },
): Promise<void> {
  const { kubernetes, say } = context;
  const before = await lives(kubernetes);
  await kubernetes.helm(["upgrade", kubernetes.release, CHART, ...valuesWith([...hosts, ADDED_NAME])]);
  const startMs = performance.now();
  for (let broker = 0; broker < BROKERS; broker++) {
    await waitFor(`the new certificate of broker ${broker}`, RELOADED_MS_MAX, async () => {
      await delay(500);
      const { certificate } = await askKafkaOverTls(`${hosts[0] ?? ""}:${PORTS.kafkaFirst + broker}`, material);
      return certificate.subjectaltname?.includes(ADDED_NAME) === true ? true : undefined;
    });
  }
  for (const { metadata } of (await kubernetes.pods()).filter(({ metadata: { name } }) => !name.includes("-redis-")))
    await waitFor(`${metadata.name} to take the new certificate`, RELOADED_MS_MAX, async () => {
      await delay(500);
      return (await kubernetes.kubectl(["logs", metadata.name])).includes("tls.reloaded") ? true : undefined;
    });
  say(`every process has the new certificate after ${Math.round((performance.now() - startMs) / 1_000)} s`);
  await helmTest.run(context);
  check(JSON.stringify(await lives(kubernetes)) === JSON.stringify(before), "a pod was replaced or restarted");
}

/** Every pod with its restarts. */
async function lives(kubernetes: Kubernetes): Promise<readonly string[]> {
  const pods = await kubernetes.pods();
  return pods.map(({ metadata, status }) => `${metadata.uid} ${status.containerStatuses?.[0]?.restartCount ?? 0}`).sort();
}
