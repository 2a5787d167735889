import {
  type FetchedOffset,
  groupErrors,
  type GroupFigures,
  type GroupResponse,
  type GroupSettings,
  partitionOfGroup,
} from "@millrace/groups";
import { GROUP_OFFSETS_TOPIC, NO_LEADER_EPOCH, offset, type TopicId } from "@millrace/model";
import type { ClusterView } from "../cluster-view.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { mayBeDeposed } from "../reads/may-be-deposed.ts";
import type { GroupAsk } from "./group-ask.ts";
import { GroupCoordinator } from "./group-coordinator.ts";

/** What a group has of a partition that it never committed. */
const NO_COMMITTED_OFFSET = { offset: offset(-1), leaderEpoch: NO_LEADER_EPOCH, metadata: "" };

/** The group coordinators on this broker: one per partition of the group log that it leads. */
export class GroupCoordinators {
  readonly #brokerId: number;
  readonly #view: ClusterView;
  readonly #leadership: Parameters<typeof mayBeDeposed>[1];
  readonly #settings: GroupSettings;
  readonly #ports: BrokerPorts;
  #topicsVersion = -1;
  readonly #byPartition = new Map<number, GroupCoordinator>();

  constructor(of: { brokerId: number; view: ClusterView; settings: GroupSettings; isSessionCurrent: () => boolean }, ports: BrokerPorts) {
    this.#leadership = of;
    this.#brokerId = of.brokerId;
    this.#view = of.view;
    this.#settings = of.settings;
    this.#ports = ports;
  }

  /** This broker leads a partition of the group log from now on. */
  leads(partition: LocalPartition): void {
    this.resigned(partition);
    const coordinator = new GroupCoordinator(partition, this.#settings, this.#ports);
    coordinator.start(this.#partitionCounts());
    partition.onMarker(({ producerId, outcome }) => coordinator.transactionEnded(producerId, outcome === "commit"));
    this.#byPartition.set(partition.partition, coordinator);
  }

  resigned(partition: LocalPartition): void {
    this.#byPartition.get(partition.partition)?.stop();
    this.#byPartition.delete(partition.partition);
  }

  stop(): void {
    for (const coordinator of this.#byPartition.values()) coordinator.stop();
    this.#byPartition.clear();
  }

  /** The cluster's topics may be others than before. Groups look at all topics then, so that changes of leaders and in-sync sets must not make them. */
  topicsChanged(removed: readonly string[]): void {
    const { topicsVersion } = this.#view;
    if (topicsVersion === this.#topicsVersion) return;
    this.#topicsVersion = topicsVersion;
    if (this.#byPartition.size === 0) return;
    const topics = this.#partitionCounts();
    for (const coordinator of this.#byPartition.values()) {
      if (removed.length > 0) coordinator.topicsDeleted(removed);
      coordinator.topicsChanged(topics);
    }
  }

  /** Partition of the group log that serves a group; undefined while the topic does not exist. */
  partitionOf(group: string): number | undefined {
    const count = this.#view.topic(GROUP_OFFSETS_TOPIC)?.partitions.length;
    return count === undefined || count === 0 ? undefined : partitionOfGroup(group, count);
  }

  /** Asks the group's coordinator, which must be here. The refusal is an answer: some versions put it beside other fields. */
  ask(group: string, request: GroupAsk): Promise<GroupResponse> {
    const partition = this.partitionOf(group);
    const coordinator = partition === undefined ? undefined : this.#byPartition.get(partition);
    if (coordinator !== undefined) return this.#askOfTopicsNow(coordinator, request);
    const isHere = partition !== undefined && this.#view.partition(GROUP_OFFSETS_TOPIC, partition)?.leader === this.#brokerId;
    return Promise.resolve({
      kind: "refused",
      error: isHere ? groupErrors.coordinatorLoading({ group }) : groupErrors.notCoordinator({ group }),
    });
  }

  /** Offsets go in with the incarnation of their topic, and only those of the topics that are there now come out: a topic that was made anew begins without. */
  async #askOfTopicsNow(coordinator: GroupCoordinator, request: GroupAsk): Promise<GroupResponse> {
    const topicIdOf = (topic: string) => this.#view.topic(topic)?.topicId as TopicId | undefined;
    if (request.kind === "commitOffsets" || request.kind === "commitTransactionalOffsets") {
      const offsets = request.offsets.map((each) => ({ ...each, topicId: topicIdOf(each.topic) }));
      return coordinator.ask({ ...request, offsets });
    }
    const response = await coordinator.ask(request);
    if (response.kind !== "offsetsFetched") return response;
    const isAskedForAll = request.kind === "fetchOffsets" && request.partitions === undefined;
    if (request.kind === "fetchOffsets" && request.requireStable && this.#mayBeSucceeded(request.group))
      return { kind: "offsetsFetched", partitions: response.partitions.map((each) => unstable(request.group, each)) };
    const partitions = response.partitions.flatMap((each) => {
      if (each.topicId === undefined || each.topicId === topicIdOf(each.topic)) return [each];
      return isAskedForAll ? [] : [{ ...each, ...NO_COMMITTED_OFFSET }];
    });
    return { kind: "offsetsFetched", partitions };
  }

  /**
   * Members of transactions begin at what is answered: offsets of before, by a coordinator that was cut off and does not know its successor, are read twice then, each time in a
   * transaction that commits. It tells them only while it knows that it is the one; others, who may read twice, hear what it has, as from Kafka.
   */
  #mayBeSucceeded(group: string): boolean {
    return mayBeDeposed({ topic: GROUP_OFFSETS_TOPIC, partition: this.partitionOf(group) ?? 0 }, this.#leadership);
  }

  /** True while a partition of the group log that this broker leads has no coordinator yet: its groups would be missing from a list. */
  get isLoading(): boolean {
    const partitions = this.#view.topic(GROUP_OFFSETS_TOPIC)?.partitions ?? [];
    return partitions.some(({ partition, leader }) => leader === this.#brokerId && !this.#byPartition.has(partition));
  }

  /** What operators watch of every group on this broker. */
  figures(): readonly GroupFigures[] {
    return [...this.#byPartition.values()].flatMap((coordinator) => coordinator.figures());
  }

  /** Asks every coordinator on this broker. */
  askAll(request: GroupAsk): Promise<GroupResponse[]> {
    return Promise.all([...this.#byPartition.values()].map((coordinator) => coordinator.ask(request)));
  }

  #partitionCounts(): ReadonlyMap<string, number> {
    return new Map([...this.#view.topics].map(({ name, partitions }) => [name, partitions.length]));
  }
}

/** Asked again, by every client that asks for stable offsets: they wait for transactions in the same way. */
function unstable(group: string, { topic, partition }: FetchedOffset): FetchedOffset {
  return { topic, partition, ...NO_COMMITTED_OFFSET, error: groupErrors.unstableOffset({ group, topic, partition }) };
}
