import { ZERO_UUID } from "@millrace/kafka-wire";
import type { ClusterView } from "../cluster-view.ts";

/** The name of a topic that a request gives by id; undefined for an id that is not known here (error 100). All zeros is no id. */
export function topicNameOf(view: ClusterView, topicId: string): string | undefined {
  return topicId === ZERO_UUID ? undefined : view.topicById(topicId)?.name;
}

export interface Endpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** Where Kafka clients reach a broker; undefined if it has no Kafka listener, or is not known. */
export function kafkaEndpointOf(view: ClusterView, brokerId: number): Endpoint | undefined {
  const address = view.broker(brokerId)?.kafkaAddress ?? "";
  if (address === "") return undefined;
  const colon = address.lastIndexOf(":");
  return { nodeId: brokerId, host: address.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port: Number(address.slice(colon + 1)) };
}
