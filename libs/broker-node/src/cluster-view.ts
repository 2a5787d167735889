import type { Broker, MetadataUpdate, PartitionState, Topic } from "@millrace/contracts";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { brokerErrors } from "./errors.ts";

/** The cluster as the coordinator last described it. Kept while no coordinator answers: data flows on (P10). */
export class ClusterView {
  readonly #topicsById = new Map<string, Topic>();
  readonly #topicsByName = new Map<string, Topic>();
  readonly #brokers = new Map<number, Broker>();
  /** One for all who wait: clients that come and go while nothing changes leave nothing behind. */
  #next: Deferred<void> | undefined;
  #version = 0;
  #coordinatorAddress = "";
  #isKnown = false;
  clusterId = "";

  /** False until the first snapshot: what is not here may exist. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get version(): number {
    return this.#version;
  }

  get coordinatorAddress(): string {
    return this.#coordinatorAddress;
  }

  get topics(): Iterable<Topic> {
    return this.#topicsByName.values();
  }

  get brokers(): Iterable<Broker> {
    return this.#brokers.values();
  }

  topic(name: string): Topic | undefined {
    return this.#topicsByName.get(name);
  }

  topicById(topicId: string): Topic | undefined {
    return this.#topicsById.get(topicId);
  }

  partition(topic: string, partition: number): PartitionState | undefined {
    const partitions = this.#topicsByName.get(topic)?.partitions;
    const direct = partitions?.[partition];
    return direct?.partition === partition ? direct : partitions?.find((candidate) => candidate.partition === partition);
  }

  broker(brokerId: number): Broker | undefined {
    return this.#brokers.get(brokerId);
  }

  brokerAddress(brokerId: number): string | undefined {
    return this.#brokers.get(brokerId)?.address;
  }

  /** Throws what a caller should hear of a topic or partition that is not here. */
  requirePartition(topic: string, partition: number): PartitionState {
    const state = this.partition(topic, partition);
    if (state !== undefined) return state;
    if (!this.#isKnown) throw brokerErrors.starting();
    throw this.topic(topic) === undefined ? brokerErrors.unknownTopic(topic) : brokerErrors.unknownPartition({ topic, partition });
  }

  /** Topics that are gone after the update. */
  apply(update: MetadataUpdate): readonly Topic[] {
    const removed: Topic[] = [];
    const keep = new Set(update.topics.map((topic) => topic.topicId));
    if (update.snapshot) {
      for (const topic of this.#topicsById.values()) if (!keep.has(topic.topicId)) removed.push(topic);
      this.#brokers.clear();
    }
    for (const id of update.removedTopicIds) {
      const topic = this.#topicsById.get(id);
      if (topic !== undefined) removed.push(topic);
    }
    for (const topic of removed) {
      this.#topicsById.delete(topic.topicId);
      if (this.#topicsByName.get(topic.name)?.topicId === topic.topicId) this.#topicsByName.delete(topic.name);
    }
    for (const topic of update.topics) this.#putTopic(topic);
    for (const broker of update.brokers) this.#brokers.set(broker.brokerId, broker);
    this.#version = Number(update.metadataVersion);
    if (update.coordinatorAddress !== "") this.#coordinatorAddress = update.coordinatorAddress;
    this.#isKnown = true;
    return removed;
  }

  /** Topics of an applied update, each with the partitions that it named (all, if it named none): what has to be looked at. */
  changedBy(update: MetadataUpdate): Topic[] {
    return update.topics.flatMap(({ name, partitions: named }) => {
      const topic = this.#topicsByName.get(name);
      if (topic === undefined) return [];
      return named.length === 0
        ? [topic]
        : [{ ...topic, partitions: named.flatMap(({ partition }) => this.partition(name, partition) ?? []) }];
    });
  }

  /** Wakes those who wait for a change; called when an update has taken effect on this broker. */
  announce(): void {
    this.#next?.resolve();
    this.#next = undefined;
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    this.#next ??= createDeferred<void>();
    return this.#next.promise;
  }

  #putTopic(topic: Topic): void {
    const known = this.#topicsById.get(topic.topicId);
    // A delta may carry only the partitions that changed.
    const partitions = known === undefined ? topic.partitions : mergePartitions(known.partitions, topic.partitions);
    const merged: Topic = { ...topic, partitions };
    this.#topicsById.set(topic.topicId, merged);
    this.#topicsByName.set(topic.name, merged);
  }
}

function mergePartitions(known: readonly PartitionState[], changed: readonly PartitionState[]): PartitionState[] {
  const byIndex = new Map(known.map((state) => [state.partition, state]));
  for (const state of changed) {
    const before = byIndex.get(state.partition);
    if (before === undefined || state.partitionEpoch >= before.partitionEpoch) byIndex.set(state.partition, state);
  }
  return [...byIndex.values()].sort((a, b) => a.partition - b.partition);
}
