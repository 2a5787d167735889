import { ElectionKind, errorFromWire, type PartitionOutcome, PlacementService, type ServiceClient } from "@millrace/contracts";
import type { Admin, PartitionResult } from "./admin-api.ts";
import type { AdminContext } from "./create-admin.ts";

type PlacementAdmin = Pick<
  Admin,
  "describeBrokers" | "drainBroker" | "addBroker" | "reassignPartitions" | "listReassignments" | "electLeaders"
>;

/** Where replicas are and who leads them: asked of any broker, which asks the coordinator. Repeated calls do no harm: moves name where replicas are to be. */
export function createPlacementAdmin({ ports, metadata, requestTimeoutMs }: AdminContext): PlacementAdmin {
  const options = { timeoutMs: requestTimeoutMs };
  const ask = <T>(run: (service: ServiceClient<typeof PlacementService>) => Promise<T>): Promise<T> =>
    metadata.anyBrokerRetrying((address) => run(ports.transport.client(PlacementService, address)));
  return {
    describeBrokers: async () => (await ask((service) => service.describeBrokers({}, options))).brokers,
    drainBroker: async (brokerId, { validateOnly = false } = {}) =>
      (await ask((service) => service.drainBroker({ brokerId, validateOnly }, options))).partitionsMoved,
    addBroker: async (brokerId, { validateOnly = false } = {}) =>
      (await ask((service) => service.addBroker({ brokerId, validateOnly }, options))).partitionsMoved,
    async reassignPartitions(moves) {
      const reassignments = moves.map(({ topic, partition, replicas }) => ({
        topic,
        partition,
        ...(replicas === undefined ? {} : { target: { brokerIds: [...replicas] } }),
      }));
      return (await ask((service) => service.alterPartitionReassignments({ reassignments }, options))).outcomes.map(resultOf);
    },
    listReassignments: async (topics = []) =>
      (await ask((service) => service.listPartitionReassignments({ topics: [...topics] }, options))).reassignments,
    async electLeaders(kind, partitions = []) {
      const request = {
        kind: kind === "unclean" ? ElectionKind.UNCLEAN : ElectionKind.PREFERRED,
        partitions: partitions.map(({ topic, partition }) => ({ topic, partition })),
      };
      return (await ask((service) => service.electLeaders(request, options))).outcomes.map(resultOf);
    },
  };
}

function resultOf({ topic, partition, error }: PartitionOutcome): PartitionResult {
  return { topic, partition, error: error === undefined ? undefined : errorFromWire(error) };
}
