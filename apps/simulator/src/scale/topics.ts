import { ClusterService, type PartitionState, PlacementService, type Topic, TopicService } from "@millrace/contracts";
import { simulatedTransport } from "../world/transport.ts";
import { type ChangeCost, costOf } from "./change-cost.ts";
import type { ScaleCluster } from "./scale-cluster.ts";

/** many: topics of 10 partitions each. wide: 10 topics, whatever the number of partitions. */
export type Shape = "many" | "wide";

const REPLICAS = 3;
const PARTITIONS_PER_SMALL_TOPIC = 10;
const WIDE_TOPICS = 10;
const CREATED_AT_ONCE = 16;

/** Makes topics, or partitions of them, until there are so many. */
export async function growTo(cluster: ScaleCluster, shape: Shape, partitions: number): Promise<void> {
  const service = cluster.client(TopicService);
  const { view } = cluster.witness;
  const topics = [...view.topics].length;
  const wanted = shape === "many" ? partitions / PARTITIONS_PER_SMALL_TOPIC : WIDE_TOPICS;
  const each = partitions / wanted;
  if (shape === "wide" && topics > 0) {
    for (let index = 0; index < wanted; index++) await cluster.during(service.createPartitions({ name: nameOf(index), totalCount: each }));
  } else {
    for (let index = topics; index < wanted; index += CREATED_AT_ONCE) {
      const names = Array.from({ length: Math.min(CREATED_AT_ONCE, wanted - index) }, (_, offset) => nameOf(index + offset));
      const made = names.map((name) => service.createTopic({ name, partitions: each, replicationFactor: REPLICAS }));
      await cluster.during(Promise.all(made));
    }
  }
  await cluster.until(
    "the witness knows all topics",
    () => [...view.topics].length === wanted && view.topic(nameOf(wanted - 1))?.partitions.length === each,
  );
}

export function nameOf(index: number): string {
  return `topic-${String(index).padStart(6, "0")}`;
}

/** A topic more, of the small kind; it is deleted again, so that the size stays. */
export async function createAndDelete(cluster: ScaleCluster, index: number): Promise<ChangeCost> {
  const name = `probe-${String(index).padStart(6, "0")}`;
  const service = cluster.client(TopicService);
  const { view } = cluster.witness;
  const request = { name, partitions: PARTITIONS_PER_SMALL_TOPIC, replicationFactor: REPLICAS };
  const cost = await costOf(
    cluster,
    () => service.createTopic(request),
    () => view.topic(name) !== undefined,
  );
  await cluster.during(service.deleteTopic({ name }));
  await cluster.until("the topic is gone", () => view.topic(name) === undefined);
  return cost;
}

/** The partition's leader asks for this in-sync set, as it does when a follower falls behind or has caught up. */
export async function changeInSync(
  cluster: ScaleCluster,
  topic: Topic,
  partition: number,
  members: readonly number[],
): Promise<ChangeCost> {
  const { view } = cluster.witness;
  const before = partitionOf(cluster, topic.name, partition);
  return costOf(
    cluster,
    () => wish(cluster, before.leader ?? 0, [{ topic, state: before, members }]),
    () => (view.partition(topic.name, partition)?.partitionEpoch ?? 0) > before.partitionEpoch,
  );
}

export interface Wish {
  readonly topic: Topic;
  readonly state: PartitionState;
  readonly members: readonly number[];
}

/** One request of a leader, for any number of its partitions. */
export async function wish(cluster: ScaleCluster, leader: number, wishes: readonly Wish[]): Promise<void> {
  const broker = cluster.brokers[leader - 1];
  if (broker === undefined) throw new Error(`no broker ${leader}`);
  const { view } = cluster.witness;
  const transport = simulatedTransport(broker.process, cluster.network);
  await transport.client(ClusterService, `${cluster.active.name}:9191`).alterPartitions({
    brokerId: leader,
    brokerEpoch: BigInt(broker.brokerEpoch),
    wishes: wishes.map(({ topic: { topicId }, state: { partition, leaderEpoch, partitionEpoch }, members }) => ({
      ...{ topicId, partition, leaderEpoch, partitionEpoch },
      members: members.map((brokerId) => ({ brokerId, brokerEpoch: view.broker(brokerId)?.brokerEpoch ?? 0n })),
    })),
  });
}

/** Leadership of one partition goes back to its first replica. */
export async function electPreferred(cluster: ScaleCluster, topic: string, partition: number): Promise<ChangeCost> {
  const before = partitionOf(cluster, topic, partition);
  return costOf(
    cluster,
    () => cluster.client(PlacementService).electLeaders({ partitions: [{ topic, partition }] }),
    () => partitionOf(cluster, topic, partition).leaderEpoch > before.leaderEpoch,
  );
}

export function partitionOf(cluster: ScaleCluster, topic: string, partition: number): PartitionState {
  return cluster.witness.view.requirePartition(topic, partition);
}

export function* partitionsOf(
  cluster: ScaleCluster,
): Generator<{ readonly topic: Topic; readonly state: PartitionState }, void, undefined> {
  for (const topic of cluster.witness.view.topics) for (const state of topic.partitions) yield { topic, state };
}
