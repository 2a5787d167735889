import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type Broker,
  encodeOnce,
  type MetadataUpdate,
  type MetadataUpdateSchema,
  type PartitionState,
  type Topic,
  type TopicDefaults,
} from "@millrace/contracts";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { brokerErrors } from "./errors.ts";

/** What is known, once; seen by every door of the broker. */
class Known {
  readonly topicsById = new Map<string, Topic>();
  readonly topicsByName = new Map<string, Topic>();
  readonly brokers = new Map<number, Broker>();
  /** When this broker heard that another, which was there, is fenced. */
  readonly fencedAtMs = new Map<number, number>();
  /** One for all who wait: clients that come and go while nothing changes leave nothing behind. */
  next: Deferred<void> | undefined;
  version = 0;
  topicsVersion = 0;
  coordinatorAddress = "";
  isKnown = false;
  clusterId = "";
  topicDefaults: TopicDefaults | undefined;
}

/** The cluster as the coordinator last described it. Kept while no coordinator answers: data flows on (P10). */
export class ClusterView {
  readonly #known: Known;
  /** From outside of the cluster's network brokers have other addresses. */
  readonly #isOutside: boolean;

  constructor(known: Known = new Known(), isOutside = false) {
    this.#known = known;
    this.#isOutside = isOutside;
  }

  /** The same cluster as clients see it who came through the external listeners: brokers under the addresses that they advertise there. */
  outside(): ClusterView {
    return new ClusterView(this.#known, true);
  }

  get clusterId(): string {
    return this.#known.clusterId;
  }

  set clusterId(clusterId: string) {
    this.#known.clusterId = clusterId;
  }

  /** What topics get that name no numbers; undefined while no coordinator has said it. */
  get topicDefaults(): TopicDefaults | undefined {
    return this.#known.topicDefaults;
  }

  set topicDefaults(defaults: TopicDefaults | undefined) {
    this.#known.topicDefaults = defaults;
  }

  /** False until the first snapshot: what is not here may exist. */
  get isKnown(): boolean {
    return this.#known.isKnown;
  }

  get version(): number {
    return this.#known.version;
  }

  /** Grows when a topic comes or goes, or has more partitions: not when only leaders and in-sync sets change, as they do all the time. */
  get topicsVersion(): number {
    return this.#known.topicsVersion;
  }

  get coordinatorAddress(): string {
    return this.#known.coordinatorAddress;
  }

  get topics(): Iterable<Topic> {
    return this.#known.topicsByName.values();
  }

  get brokers(): Iterable<Broker> {
    return this.#isOutside ? [...this.#known.brokers.values()].map(seenFromOutside) : this.#known.brokers.values();
  }

  topic(name: string): Topic | undefined {
    return this.#known.topicsByName.get(name);
  }

  topicById(topicId: string): Topic | undefined {
    return this.#known.topicsById.get(topicId);
  }

  partition(topic: string, partition: number): PartitionState | undefined {
    const partitions = this.#known.topicsByName.get(topic)?.partitions;
    const direct = partitions?.[partition];
    return direct?.partition === partition ? direct : partitions?.find((candidate) => candidate.partition === partition);
  }

  broker(brokerId: number): Broker | undefined {
    const broker = this.#known.brokers.get(brokerId);
    return broker === undefined || !this.#isOutside ? broker : seenFromOutside(broker);
  }

  brokerAddress(brokerId: number): string | undefined {
    return this.broker(brokerId)?.address;
  }

  /** Throws what a caller should hear of a topic or partition that is not here. */
  requirePartition(topic: string, partition: number): PartitionState {
    const state = this.partition(topic, partition);
    if (state !== undefined) return state;
    if (!this.#known.isKnown) throw brokerErrors.starting();
    throw this.topic(topic) === undefined ? brokerErrors.unknownTopic(topic) : brokerErrors.unknownPartition({ topic, partition });
  }

  /** Since when a broker that was there is fenced, on this broker's monotonic clock; undefined: it is there, or was never seen here. */
  fencedAtMs(brokerId: number): number | undefined {
    return this.#known.fencedAtMs.get(brokerId);
  }

  /** Topics that are gone after the update; `nowMs`: monotonic. */
  apply(update: MetadataUpdate, nowMs: number): readonly Topic[] {
    const removed: Topic[] = [];
    this.#noteFenced(update.brokers, nowMs);
    const keep = new Set(update.topics.map((topic) => topic.topicId));
    if (update.snapshot) {
      for (const topic of this.#known.topicsById.values()) if (!keep.has(topic.topicId)) removed.push(topic);
      this.#known.brokers.clear();
    }
    for (const id of update.removedTopicIds) {
      const topic = this.#known.topicsById.get(id);
      if (topic !== undefined) removed.push(topic);
    }
    for (const topic of removed) {
      this.#known.topicsVersion++;
      this.#known.topicsById.delete(topic.topicId);
      if (this.#known.topicsByName.get(topic.name)?.topicId === topic.topicId) this.#known.topicsByName.delete(topic.name);
    }
    for (const topic of update.topics) this.#putTopic(topic);
    for (const broker of update.brokers) this.#known.brokers.set(broker.brokerId, broker);
    this.#known.version = Number(update.metadataVersion);
    if (update.coordinatorAddress !== "") this.#known.coordinatorAddress = update.coordinatorAddress;
    this.#known.isKnown = true;
    return removed;
  }

  /** All of it, as one update: what a coordinator that lost its store is told. */
  image(): MessageInitShape<typeof MetadataUpdateSchema> {
    return {
      snapshot: true,
      metadataVersion: BigInt(this.#known.version),
      coordinatorAddress: this.#known.coordinatorAddress,
      brokers: [...this.#known.brokers.values()],
      topics: [...this.#known.topicsById.values()],
    };
  }

  /** Topics of an applied update, each with the partitions that it named (all, if it named none): what has to be looked at. */
  changedBy(update: MetadataUpdate): Topic[] {
    return update.topics.flatMap(({ name, partitions: named }) => {
      const topic = this.#known.topicsByName.get(name);
      if (topic === undefined) return [];
      return named.length === 0
        ? [topic]
        : [{ ...topic, partitions: named.flatMap(({ partition }) => this.partition(name, partition) ?? []) }];
    });
  }

  /** Wakes those who wait for a change; called when an update has taken effect on this broker. */
  announce(): void {
    this.#known.next?.resolve();
    this.#known.next = undefined;
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    this.#known.next ??= createDeferred<void>();
    return this.#known.next.promise;
  }

  #noteFenced(brokers: readonly Broker[], nowMs: number): void {
    const { fencedAtMs } = this.#known;
    for (const { brokerId, fenced } of brokers) {
      if (!fenced) fencedAtMs.delete(brokerId);
      else if (this.broker(brokerId)?.fenced === false) fencedAtMs.set(brokerId, nowMs);
    }
  }

  #putTopic(topic: Topic): void {
    const known = this.#known.topicsById.get(topic.topicId);
    // A delta may carry only the partitions that changed.
    const partitions = known === undefined ? topic.partitions : mergePartitions(known.partitions, topic.partitions);
    const merged: Topic = encodeOnce({ ...topic, partitions });
    if (known?.partitions.length !== partitions.length) this.#known.topicsVersion++;
    this.#known.topicsById.set(topic.topicId, merged);
    this.#known.topicsByName.set(topic.name, merged);
  }
}

/** A broker without external listeners keeps its addresses: they may be reachable all the same. */
function seenFromOutside(broker: Broker): Broker {
  const { address, kafkaAddress, externalAddress, externalKafkaAddress } = broker;
  return {
    ...broker,
    address: externalAddress === "" ? address : externalAddress,
    kafkaAddress: externalKafkaAddress === "" ? kafkaAddress : externalKafkaAddress,
  };
}

/** Partitions are counted from 0 without a gap, so that each is found by its number. */
function mergePartitions(known: readonly PartitionState[], changed: readonly PartitionState[]): PartitionState[] {
  const merged = [...known];
  for (const state of changed) {
    const before = merged[state.partition];
    if (before === undefined || state.partitionEpoch >= before.partitionEpoch) merged[state.partition] = state;
  }
  return merged;
}
