import { type BrokerEpoch, brokerEpoch, type BrokerId, brokerId, type PartitionState } from "@millrace/model";
import { SeededRandom } from "@millrace/testkit";
import {
  applyChange,
  type ClusterEvent,
  type ClusterState,
  createClusterState,
  decodeClusterState,
  encodeChange,
  handle,
  type PlacementContext,
  type PlacementSettings,
} from "../src/index.ts";

const SETTINGS: PlacementSettings = {
  partitionsDefault: 1,
  replicationFactorDefault: 1,
  internalTopicPartitions: 2,
  internalTopicReplicas: 3,
  replicasAddedAtOnce: 2,
};

/** A cluster for specs: brokers that start, are lost and catch up by a word. */
export class TestCluster {
  state: ClusterState = createClusterState("c");
  readonly context: PlacementContext;
  /** Who has registered since the coordinator took over; cleared, it is another's first moment. */
  readonly came = new Set<BrokerId>();

  constructor(settings: Partial<PlacementSettings> = {}) {
    this.context = { settings: { ...SETTINGS, ...settings }, random: new SeededRandom(1), came: this.came };
  }

  run<E extends ClusterEvent>(event: E) {
    const decision = handle(this.state, event, this.context);
    for (const change of decision.changes) applyChange(this.state, change);
    return decision.response;
  }

  start(id: number, rack = "", disk: { isSuspect?: boolean; isEmpty?: boolean; cleanStopEpoch?: number } = {}): void {
    const { isSuspect = false, isEmpty = false, cleanStopEpoch = 0 } = disk;
    const logs = [...this.state.topics.values()].flatMap(({ topicId, partitions }) =>
      isEmpty ? [] : partitions.map(({ partition }) => ({ topicId, partition, isSuspect })),
    );
    const registration = {
      incarnationId: `i${this.epochOf(id)}`,
      folderId: `f${id}`,
      address: `b${id}`,
      kafkaAddress: "",
      rack,
      logs,
      cleanStopEpoch,
    };
    this.come(id);
    this.run({ kind: "register-broker", brokerId: brokerId(id), ...registration });
    this.run({ kind: "broker-caught-up", brokerId: brokerId(id), brokerEpoch: this.epochOf(id) });
  }

  /** A process that goes on as it was, with another coordinator. */
  come(id: number): void {
    this.came.add(brokerId(id));
  }

  lose(id: number): void {
    this.run({ kind: "broker-lost", brokerId: brokerId(id), brokerEpoch: this.epochOf(id) });
  }

  epochOf(id: number): BrokerEpoch {
    return this.state.brokers.get(brokerId(id))?.brokerEpoch ?? brokerEpoch(0);
  }

  createTopic(name: string, of: { partitions?: number; replicationFactor?: number; configs?: { [key: string]: string } } = {}): void {
    const { partitions = 1, replicationFactor = 1, configs = {} } = of;
    this.run({ kind: "create-topic", name, partitions, replicationFactor, configs, ifNotExists: false });
  }

  partition(name = "t", partition = 0): PartitionState {
    const found = [...this.state.topics.values()].find((topic) => topic.name === name)?.partitions[partition];
    if (found === undefined) throw new Error(`no partition ${name}-${partition}`);
    return found;
  }

  partitions(): readonly PartitionState[] {
    return [...this.state.topics.values()].flatMap(({ partitions }) => partitions);
  }

  move(target: readonly number[] | undefined, of: { topic?: string; partition?: number; keepReplicationFactor?: boolean } = {}) {
    const { topic = "t", partition = 0, keepReplicationFactor = false } = of;
    const asked = { topic, partition, target: target?.map((id) => brokerId(id)) };
    const { outcomes } = this.run({ kind: "reassign-partitions", reassignments: [asked], keepReplicationFactor });
    return outcomes[0]?.error?.code;
  }

  advance(): void {
    this.run({ kind: "advance-reassignments" });
  }

  /** The leader sees these brokers in sync. */
  inSync(members: readonly number[], { topicId, partition } = this.partition()): void {
    const at = this.state.topics.get(topicId)?.partitions[partition];
    if (at?.leader === undefined) throw new Error("no leader");
    const wish = {
      topicId,
      partition,
      leaderEpoch: at.leaderEpoch,
      partitionEpoch: at.partitionEpoch,
      members: members.map((id) => ({ brokerId: brokerId(id), brokerEpoch: this.epochOf(id) })),
    };
    this.run({ kind: "alter-partitions", brokerId: at.leader, brokerEpoch: this.epochOf(at.leader), wishes: [wish] });
  }

  /** All replicas that are due catch up, until nothing moves any more. */
  settle(): void {
    for (let round = 0; round < 1_000 && this.state.reassigningTopics.size > 0; round++) {
      this.advance();
      for (const partition of this.partitions()) if (partition.leader !== undefined) this.inSync(this.live(partition.replicas), partition);
      this.advance();
    }
  }

  live(ids: readonly BrokerId[]): readonly BrokerId[] {
    return ids.filter((id) => this.state.brokers.get(id)?.status === "live");
  }

  /** What a coordinator that takes over reads from the store. */
  reloaded(): ClusterState | undefined {
    const changes = [
      { kind: "cluster" as const, identity: this.state.identity },
      ...[...this.state.brokers.values()].map((broker) => ({ kind: "broker" as const, broker })),
      ...[...this.state.topics.values()].map((topic) => ({ kind: "topic" as const, topic })),
    ];
    const entries = changes.flatMap((change) => encodeChange(change));
    return decodeClusterState(entries.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }])));
  }
}
