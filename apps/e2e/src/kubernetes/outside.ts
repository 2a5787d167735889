import { connectClient, type ClusterClient } from "../system/cluster-client.ts";
import { check } from "../scenario.ts";
import type { Kubernetes } from "./kubernetes.ts";

/** Addresses of every node, where clients outside of the cluster begin. */
export async function outsideAddresses(
  kubernetes: Kubernetes,
): Promise<{ readonly grpc: readonly string[]; readonly kafka: readonly string[] }> {
  const hosts = (await kubernetes.nodes()).flatMap(({ status }) =>
    status.addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => address),
  );
  check(hosts.length > 0, "the cluster's nodes have no addresses");
  const { grpcBootstrapPort, kafkaBootstrapPort } = kubernetes.doors;
  return { grpc: hosts.map((host) => `${host}:${grpcBootstrapPort}`), kafka: hosts.map((host) => `${host}:${kafkaBootstrapPort}`) };
}

/** Millrace's own client from outside, by node ports: whatever brokers tell it must be addresses that it reaches. */
export async function connectFromOutside(kubernetes: Kubernetes): Promise<ClusterClient> {
  return connectClient((await outsideAddresses(kubernetes)).grpc, { tls: kubernetes.doors.tls });
}
