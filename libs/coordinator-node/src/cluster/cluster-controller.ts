import { assert } from "@millrace/stdx";
import type { BrokerId, TopicDescription, TopicId } from "@millrace/model";
import type { Change, Clock, Logger } from "@millrace/ports";
import {
  applyChange,
  BROKER_PREFIX,
  CLUSTER_KEY,
  type ClusterChange,
  type ClusterEvent,
  type ClusterState,
  createClusterState,
  decodeClusterState,
  encodeChange,
  handle,
  type PlacementContext,
  PRODUCER_IDS_KEY,
  TOPIC_PREFIX,
} from "@millrace/placement";
import { Witnesses } from "../brokers/witnesses.ts";
import { errors } from "../errors.ts";
import { firstVersion, type LostCluster, lostSince, type StoreMemory } from "../rebuild/lost-store.ts";
import { readHistory, type StoreHistory, termsAfter, termsChange, VERSION_KEY, versionChange } from "../rebuild/store-history.ts";
import type { FencedStore } from "../term/fenced-store.ts";
import { type CommitSize, decideTogether, fitsCommit, type StoredItem, type WaitingEvent, withItem } from "./decide-together.ts";

/** What a decision changed, for those who follow the metadata. */
export interface MetadataChange {
  readonly brokers: ReadonlySet<BrokerId>;
  readonly topics: ReadonlyMap<TopicId, TopicPart>;
  readonly removedTopics: ReadonlySet<TopicId>;
}

/** Of a topic: all of it, or the partitions that changed. */
export type TopicPart = "whole" | ReadonlySet<number>;

interface ControllerPorts {
  readonly store: FencedStore;
  readonly context: Omit<PlacementContext, "came">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stepDown: (reason: string) => void;
  /** The store is not what this term has made it. */
  readonly onStoreLost: (lost: LostCluster) => void;
}

type DecisionOf<E extends ClusterEvent> = ReturnType<typeof handle<E>>;

/** The cluster state of one term: events one after another, each decided, stored, applied and only then told. */
export class ClusterController {
  readonly state: ClusterState;
  /** Before they are enough nothing is decided. */
  readonly witnesses: Witnesses;
  readonly #ports: ControllerPorts;
  readonly #context: PlacementContext;
  readonly #versions: Map<string, number>;
  readonly #history: StoreHistory;
  readonly #listeners = new Set<(change: MetadataChange) => void>();
  readonly #waiting: WaitingEvent[] = [];
  #isDeciding = false;
  readonly #begin: number;
  #version: number;

  private constructor(
    state: ClusterState,
    stored: { versions: Map<string, number>; history: StoreHistory; begin: number },
    ports: ControllerPorts,
  ) {
    this.state = state;
    this.#version = stored.begin;
    this.#begin = stored.begin;
    this.#versions = stored.versions;
    this.#history = stored.history;
    this.#ports = ports;
    this.witnesses = new Witnesses(state, ports.clock);
    this.#context = { ...ports.context, came: this.witnesses.came };
  }

  /** Loads the cluster from the store; makes a new one in an empty store. */
  static async load(ports: ControllerPorts): Promise<ClusterController> {
    const { store, context } = ports;
    // First: whatever the store loses from here on, this term's first write finds.
    const found = await readHistory(store);
    const singles = await Promise.all([store.read(CLUSTER_KEY), store.read(PRODUCER_IDS_KEY)]);
    const many = await Promise.all([store.readAll(BROKER_PREFIX), store.readAll(TOPIC_PREFIX)]);
    const entries = [...singles.filter((entry) => entry !== undefined), ...many.flat()];
    const versions = new Map(entries.map((entry) => [entry.key, entry.version]));
    const history = { ...found, terms: termsAfter(found) };
    // Before anything else: what a broker hears of this term is in the store.
    const begin = firstVersion(store.fence.epoch, context.random);
    const begun = [termsChange([...history.terms, { begin, end: begin }]), versionChange(begin, found.versionOfEntry)];
    const result = await store.commit(begun);
    if (result.kind === "conflict") throw errors.storeRolledBack({ key: result.key, storedVersion: result.version });
    versions.set(VERSION_KEY, found.versionOfEntry + 1);
    const stored = { versions, history, begin };
    const state = decodeClusterState(entries);
    if (state !== undefined) return new ClusterController(state, stored, ports);
    const controller = new ClusterController(createClusterState(context.random.hex(16)), stored, ports);
    const change: ClusterChange = { kind: "cluster", identity: controller.state.identity };
    await controller.#store([{ change, entries: encodeChange(change) }]);
    return controller;
  }

  /** Grows with each change, also over terms: what a broker has applied in an earlier one never looks new in this one. */
  get version(): number {
    return this.#version;
  }

  /** What the store had when it was loaded, to find out whether it lost something. */
  get memory(): StoreMemory {
    const { metadataVersion: metadataVersionStored, formerGenerations, terms } = this.#history;
    const { topics, identity } = this.state;
    const { clusterId } = identity;
    return { clusterId, topics, metadataVersionStored, formerGenerations, terms, versionBegin: this.#begin };
  }

  /** Decides and stores an event, as soon as there are enough witnesses; the response counts once it is in the store. */
  execute<E extends ClusterEvent>(event: E): Promise<DecisionOf<E>["response"]> {
    if (this.witnesses.areEnough) return this.#executeNext(event);
    return this.witnesses.wait().then((areEnough) => {
      if (!areEnough) throw errors.gathering();
      return this.#executeNext(event);
    });
  }

  #executeNext<E extends ClusterEvent>(event: E): Promise<DecisionOf<E>["response"]> {
    const { promise, resolve, reject } = Promise.withResolvers<DecisionOf<E>["response"]>();
    this.#waiting.push({ event, resolve: (response) => resolve(response as DecisionOf<E>["response"]), reject });
    if (!this.#isDeciding) void this.#decideAll();
    return promise;
  }

  /** Those who ask while a commit is under way share the next. */
  async #decideAll(): Promise<void> {
    this.#isDeciding = true;
    while (this.#waiting.length > 0) {
      const decided = decideTogether(this.#waiting, this.state, this.#context);
      try {
        if (decided.items.length > 0) await this.#store(decided.items);
        decided.answer();
      } catch (error) {
        decided.fail(error);
      }
    }
    this.#isDeciding = false;
  }

  /** What an event would do, without doing it. */
  preview<E extends ClusterEvent>(event: E): DecisionOf<E>["response"] {
    return handle(this.state, event, this.#context).response;
  }

  onChange(listener: (change: MetadataChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #store(items: readonly StoredItem[]): Promise<void> {
    for (const chunk of chunksOf(items)) {
      const stored = chunk.flatMap(({ entries }) =>
        entries.map(({ key, value }): Change => ({ key, expect: this.#versions.get(key) ?? 0, value })),
      );
      stored.push(versionChange(this.#version + 1, this.#versions.get(VERSION_KEY)));
      const result = await this.#ports.store.commit(stored);
      // Nobody else writes these keys in this epoch: another version than ours means that the store is not what it was.
      if (result.kind === "conflict") {
        this.#ports.stepDown("cluster state in the store changed behind this coordinator");
        this.#ports.onStoreLost(lostSince(this.state.identity.clusterId, this.#ports.store.fence));
        throw errors.storeRolledBack({ key: result.key, storedVersion: result.version, version: this.#versions.get(result.key) ?? 0 });
      }
      const change = metadataChange(this.state, chunk);
      for (const { key, value } of stored) {
        if (value === undefined) this.#versions.delete(key);
        else this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1);
      }
      for (const item of chunk) applyChange(this.state, item.change);
      this.#version++; // also where brokers hear nothing of it: a version is of one state
      this.#publish(change);
    }
  }

  #publish(change: MetadataChange): void {
    if (change.brokers.size + change.topics.size + change.removedTopics.size === 0) return;
    for (const listener of this.#listeners) listener(change);
  }
}

/** What the items will have changed once they are applied. */
function metadataChange(state: ClusterState, items: readonly StoredItem[]): MetadataChange {
  const brokers = new Set<BrokerId>();
  const topics = new Map<TopicId, TopicPart>();
  const removedTopics = new Set<TopicId>();
  for (const { change } of items) {
    if (change.kind === "broker") brokers.add(change.broker.brokerId);
    if (change.kind === "topic-removed") removedTopics.add(change.topicId);
    if (change.kind !== "topic") continue;
    const { topicId } = change.topic;
    topics.set(topicId, topics.has(topicId) ? "whole" : changedPart(state.topics.get(topicId), change.topic));
  }
  return { brokers, topics, removedTopics };
}

/** Decisions leave what they do not change as the same objects. */
function changedPart(before: TopicDescription | undefined, after: TopicDescription): TopicPart {
  if (before?.configOverrides !== after.configOverrides) return "whole";
  const changed = new Set<number>();
  after.partitions.forEach((state, index) => {
    if (state !== before.partitions[index]) changed.add(index);
  });
  return changed;
}

/** Changes in portions that fit a commit. They may be stored one portion after another: each object is consistent by itself. */
function* chunksOf(items: readonly StoredItem[]): Generator<StoredItem[]> {
  let chunk: StoredItem[] = [];
  let size: CommitSize = { entries: 0, bytes: 0 };
  for (const item of items) {
    const alone = withItem({ entries: 0, bytes: 0 }, item);
    assert(fitsCommit(alone), () => `change is too large kind=${item.change.kind} entries=${alone.entries} bytes=${alone.bytes}`);
    const grown = withItem(size, item);
    if (fitsCommit(grown)) size = grown;
    else {
      yield chunk;
      chunk = [];
      size = alone;
    }
    chunk.push(item);
  }
  if (chunk.length > 0) yield chunk;
}
