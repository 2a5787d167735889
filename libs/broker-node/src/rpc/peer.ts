import { type BrokerPeerService, errorToWire, type ServiceHandlers, type TransactionMarker } from "@millrace/contracts";
import { producerEpoch, producerIdFromWire, timestampMs } from "@millrace/model";
import { describePositions } from "../groups/describe-positions.ts";
import type { Replication } from "../replication/replication.ts";
import { ReplicaSession } from "../replication/replica-session.ts";
import { readReplica } from "./read-replica.ts";
import type { RpcContext } from "./rpc-context.ts";

/** What brokers ask of each other. */
export function peerHandlers(
  context: RpcContext,
  replication: Pick<Replication, "inSync" | "throttle">,
): ServiceHandlers<typeof BrokerPeerService> {
  return {
    replicaFetch: (requests, call) => new ReplicaSession(context, replication).serve(requests, call),
    describePositions: (request) => Promise.resolve().then(() => describePositions(request, context.replicas)),
    readReplica: (request) => Promise.resolve().then(() => readReplica(request, context)),
    async writeTransactionMarkers({ markers }) {
      const results = await Promise.all(markers.flatMap((marker) => writeMarker(marker, context)));
      return { results };
    },
    async verifyTransaction({ transactionalId, producerId, producerEpoch: epoch, partitions }) {
      const owner = { transactionalId, producerId: producerIdFromWire(producerId), producerEpoch: producerEpoch(epoch) };
      return { transactionNumber: BigInt(await context.coordinators.verify(owner, partitions)) };
    },
  };
}

function writeMarker(wire: TransactionMarker, { replicas, ports }: RpcContext) {
  const { producerEpoch: epoch, commit, coordinatorEpoch } = wire;
  const marker = {
    producerId: producerIdFromWire(wire.producerId),
    producerEpoch: producerEpoch(epoch),
    coordinatorEpoch,
    outcome: commit ? ("commit" as const) : ("abort" as const),
    transactionNumber: Number(wire.transactionNumber),
  };
  return wire.partitions.map(async ({ topic, partition }) => {
    const result = { producerId: wire.producerId, topic, partition };
    try {
      await replicas.requireLeader(topic, partition).appendMarker(marker, timestampMs(ports.clock.wallMs())).stored;
      return result;
    } catch (error) {
      return { ...result, error: errorToWire(error) };
    }
  });
}
