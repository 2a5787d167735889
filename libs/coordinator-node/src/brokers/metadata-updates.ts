import type { MessageInitShape } from "@bufbuild/protobuf";
import { encodeOnce, type MetadataUpdateSchema, type TopicSchema } from "@millrace/contracts";
import type { TopicDescription } from "@millrace/model";
import type { ClusterController, TopicPart } from "../cluster/cluster-controller.ts";
import { brokerToWire, topicToWire } from "../cluster/wire.ts";
import type { PendingChanges } from "./metadata-feed.ts";

type Update = MessageInitShape<typeof MetadataUpdateSchema>;
type WireTopic = MessageInitShape<typeof TopicSchema>;

/**
 * The updates of one term, each made and encoded once for all brokers that hear the same. Brokers that keep up have all heard the version before the newest, so that a
 * change costs one update, and the others what they missed. A snapshot is made of topics that keep their wire form until they change.
 */
export class MetadataUpdates {
  readonly #controller: Pick<ClusterController, "state" | "version">;
  readonly #head: { readonly coordinatorEpoch: bigint; readonly coordinatorAddress: string };
  readonly #topics = new WeakMap<TopicDescription, WireTopic>();
  /** To the newest version, by the version before; `undefined`: from nothing. */
  readonly #updates = new Map<number | undefined, Update>();
  #version = -1;

  constructor(
    controller: Pick<ClusterController, "state" | "version">,
    head: { readonly coordinatorEpoch: bigint; readonly coordinatorAddress: string },
  ) {
    this.#controller = controller;
    this.#head = head;
  }

  get version(): number {
    return this.#controller.version;
  }

  /** Everything there is. */
  snapshot(): Update {
    return this.#once(undefined, () => {
      const { state } = this.#controller;
      return {
        snapshot: true,
        brokers: [...state.brokers.values()].map(brokerToWire),
        topics: [...state.topics.values()].map((topic) => this.#wholeTopic(topic)),
      };
    });
  }

  /** What has changed since a version, the same for everybody who heard that one last. */
  since(version: number, { brokers, topics, removedTopics }: PendingChanges): Update {
    return this.#once(version, () => {
      const { state } = this.#controller;
      return {
        snapshot: false,
        brokers: [...brokers].flatMap((id) => state.brokers.get(id) ?? []).map(brokerToWire),
        topics: [...topics].flatMap(([id, part]) => {
          const topic = state.topics.get(id);
          return topic === undefined ? [] : [this.#topic(topic, part)];
        }),
        removedTopicIds: [...removedTopics],
      };
    });
  }

  #topic(topic: TopicDescription, part: TopicPart): WireTopic {
    if (part === "whole") return this.#wholeTopic(topic);
    return topicToWire({ ...topic, partitions: [...part].sort((a, b) => a - b).flatMap((index) => topic.partitions[index] ?? []) });
  }

  #wholeTopic(topic: TopicDescription): WireTopic {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const wire = encodeOnce(topicToWire(topic));
    this.#topics.set(topic, wire);
    return wire;
  }

  #once(from: number | undefined, make: () => Update): Update {
    const { version } = this;
    if (version !== this.#version) this.#updates.clear();
    this.#version = version;
    const known = this.#updates.get(from);
    if (known !== undefined) return known;
    const update = encodeOnce({ ...this.#head, metadataVersion: BigInt(version), ...make() });
    this.#updates.set(from, update);
    return update;
  }
}
