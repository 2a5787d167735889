import type { GetMetadataRequest } from "@millrace/contracts";
import { brokerErrors } from "../errors.ts";
import type { RpcContext } from "./rpc-context.ts";

/** The cluster as this broker knows it, without asking anyone. */
export function getMetadata(request: GetMetadataRequest, { view }: RpcContext) {
  if (!view.isKnown) throw brokerErrors.starting();
  const topics = request.topics.length === 0 ? [...view.topics] : request.topics.flatMap((name) => view.topic(name) ?? []);
  return {
    clusterId: view.clusterId,
    brokers: [...view.brokers],
    topics,
    coordinatorAddress: view.coordinatorAddress,
    metadataVersion: BigInt(view.version),
  };
}
