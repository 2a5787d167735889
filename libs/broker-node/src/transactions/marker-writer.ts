import { BrokerPeerService, errorFromWire } from "@millrace/contracts";
import { type TopicPartition, timestampMs, topicPartitionKey } from "@millrace/model";
import { sleep } from "@millrace/ports";
import type { WriteMarkers } from "@millrace/transactions";
import type { ClusterView } from "../cluster-view.ts";
import { FORWARD_TIMEOUT_MS, MARKER_RETRY_MS_FIRST, MARKER_RETRY_MS_MAX } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { Replicas } from "../partitions/replicas.ts";

interface MarkerContext {
  readonly brokerId: number;
  readonly view: ClusterView;
  readonly replicas: Replicas;
  readonly ports: BrokerPorts;
}

/**
 * Puts the marker of a decided transaction into every partition of it, on whichever broker leads; repeated until it is there, for ever: readers of committed
 * records wait for it. Partitions of topics that were deleted need none. Rejects only when `signal` says that another broker coordinates now.
 */
export async function writeMarkers(
  effect: WriteMarkers,
  of: { coordinatorEpoch: number; signal: AbortSignal },
  context: MarkerContext,
): Promise<void> {
  let open: readonly TopicPartition[] = effect.partitions;
  for (let attempt = 1; ; attempt++) {
    open = open.filter(({ topic, partition }) => !context.view.isKnown || context.view.partition(topic, partition) !== undefined);
    open = await writeOnce(effect, open, of.coordinatorEpoch, context);
    if (open.length === 0) return;
    if (attempt % 10 === 0) {
      context.ports.logger.warn("transaction markers are not written yet", {
        transactionalId: effect.transactionalId,
        partitions: open.length,
        attempt,
      });
    }
    await sleep(context.ports.clock, Math.min(MARKER_RETRY_MS_FIRST * 2 ** Math.min(attempt, 16), MARKER_RETRY_MS_MAX), of.signal);
  }
}

/** One try at each partition; those that have no marker yet. */
async function writeOnce(
  effect: WriteMarkers,
  partitions: readonly TopicPartition[],
  coordinatorEpoch: number,
  context: MarkerContext,
): Promise<TopicPartition[]> {
  const byLeader = new Map<number, TopicPartition[]>();
  const failed: TopicPartition[] = [];
  for (const target of partitions) {
    const leader = context.view.partition(target.topic, target.partition)?.leader;
    if (leader === undefined) failed.push(target);
    else byLeader.set(leader, [...(byLeader.get(leader) ?? []), target]);
  }
  await Promise.all(
    [...byLeader].map(async ([leader, targets]) => {
      try {
        if (leader === context.brokerId) failed.push(...(await writeHere(effect, targets, coordinatorEpoch, context)));
        else failed.push(...(await writeThere(effect, { leader, targets, coordinatorEpoch }, context)));
      } catch (error) {
        context.ports.logger.debug("markers refused", { leader, error });
        failed.push(...targets);
      }
    }),
  );
  return failed;
}

async function writeHere(
  effect: WriteMarkers,
  targets: readonly TopicPartition[],
  coordinatorEpoch: number,
  context: MarkerContext,
): Promise<TopicPartition[]> {
  const { producerId, producerEpoch, transactionNumber, commit } = effect;
  const marker = {
    producerId,
    producerEpoch,
    coordinatorEpoch,
    outcome: commit ? ("commit" as const) : ("abort" as const),
    transactionNumber,
  };
  const now = timestampMs(context.ports.clock.wallMs());
  const attempts = targets.map(
    async ({ topic, partition }) => context.replicas.requireLeader(topic, partition).appendMarker(marker, now).stored,
  );
  const results = await Promise.allSettled(attempts);
  return targets.filter((_, index) => {
    const result = results[index];
    if (result?.status === "rejected")
      context.ports.logger.debug("marker refused", { transactionalId: effect.transactionalId, error: result.reason });
    return result?.status === "rejected";
  });
}

async function writeThere(
  effect: WriteMarkers,
  to: { leader: number; targets: readonly TopicPartition[]; coordinatorEpoch: number },
  context: MarkerContext,
): Promise<TopicPartition[]> {
  const address = context.view.brokerAddress(to.leader);
  if (address === undefined) return [...to.targets];
  const { producerId, producerEpoch, transactionNumber, commit } = effect;
  const partitions = [...to.targets];
  const marker = {
    producerId: BigInt(producerId),
    producerEpoch,
    commit,
    coordinatorEpoch: to.coordinatorEpoch,
    transactionNumber: BigInt(transactionNumber),
    partitions,
  };
  const { results } = await context.ports.transport
    .client(BrokerPeerService, address)
    .writeTransactionMarkers({ markers: [marker] }, { timeoutMs: FORWARD_TIMEOUT_MS });
  const written = new Set(
    results.filter((result) => result.error === undefined).map(({ topic, partition }) => topicPartitionKey(topic, partition)),
  );
  for (const { error } of results)
    if (error !== undefined) context.ports.logger.debug("marker refused", { leader: to.leader, error: errorFromWire(error) });
  return to.targets.filter(({ topic, partition }) => !written.has(topicPartitionKey(topic, partition)));
}
