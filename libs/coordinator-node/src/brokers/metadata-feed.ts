import type { MessageInitShape } from "@bufbuild/protobuf";
import type { MetadataUpdateSchema } from "@millrace/contracts";
import type { BrokerId, TopicId } from "@millrace/model";
import type { ClusterController, MetadataChange } from "../cluster/cluster-controller.ts";
import { brokerToWire, topicToWire } from "../cluster/wire.ts";

type Update = MessageInitShape<typeof MetadataUpdateSchema>;

/**
 * What one broker has yet to hear: the whole at first, then what changed. Only ids are kept and the newest state is read when the update is
 * taken, so a slow broker costs no more than one entry for each object and never hears of states in between.
 */
export class MetadataFeed {
  readonly #controller: ClusterController;
  readonly #head: { readonly coordinatorEpoch: bigint; readonly coordinatorAddress: string };
  readonly #brokers = new Set<BrokerId>();
  readonly #topics = new Set<TopicId>();
  readonly #removedTopics = new Set<TopicId>();
  #isSnapshotDue = true;

  constructor(controller: ClusterController, head: { coordinatorEpoch: bigint; coordinatorAddress: string }) {
    this.#controller = controller;
    this.#head = head;
  }

  note(change: MetadataChange): void {
    if (this.#isSnapshotDue) return;
    for (const id of change.brokers) this.#brokers.add(id);
    for (const id of change.topics) this.#topics.add(id);
    for (const id of change.removedTopics) {
      this.#topics.delete(id);
      this.#removedTopics.add(id);
    }
  }

  /** The update to send now; undefined: nothing new. */
  take(): Update | undefined {
    const { state, version } = this.#controller;
    const head = { ...this.#head, metadataVersion: BigInt(version) };
    if (this.#isSnapshotDue) {
      this.#isSnapshotDue = false;
      return {
        ...head,
        snapshot: true,
        brokers: [...state.brokers.values()].map(brokerToWire),
        topics: [...state.topics.values()].map(topicToWire),
      };
    }
    if (this.#brokers.size + this.#topics.size + this.#removedTopics.size === 0) return undefined;
    const update: Update = {
      ...head,
      snapshot: false,
      brokers: pick(this.#brokers, state.brokers).map(brokerToWire),
      topics: pick(this.#topics, state.topics).map(topicToWire),
      removedTopicIds: [...this.#removedTopics],
    };
    this.#brokers.clear();
    this.#topics.clear();
    this.#removedTopics.clear();
    return update;
  }
}

function pick<K, V>(keys: ReadonlySet<K>, from: ReadonlyMap<K, V>): V[] {
  return [...keys].flatMap((key) => from.get(key) ?? []);
}
