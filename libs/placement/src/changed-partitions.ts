import type { PartitionState, TopicDescription, TopicId } from "@millrace/model";
import type { ClusterChange, ClusterState } from "./state.ts";

/** Partitions as a decision wants them, over those that there are: one change for each topic that any of them is in. */
export class ChangedPartitions {
  readonly #state: ClusterState;
  readonly #changed = new Map<TopicId, PartitionState[]>();

  constructor(state: ClusterState) {
    this.#state = state;
  }

  /** As it is to be, or as it is; undefined: there is none. */
  partition(topicId: TopicId, partition: number): PartitionState | undefined {
    return (this.#changed.get(topicId) ?? this.#state.topics.get(topicId)?.partitions)?.[partition];
  }

  put(after: PartitionState): void {
    const { topicId, partition } = after;
    if (this.partition(topicId, partition) === after) return;
    const partitions = this.#changed.get(topicId) ?? [...(this.#state.topics.get(topicId)?.partitions ?? [])];
    partitions[partition] = after;
    this.#changed.set(topicId, partitions);
  }

  changes(): ClusterChange[] {
    return [...this.#changed].flatMap(([topicId, partitions]) => {
      const topic: TopicDescription | undefined = this.#state.topics.get(topicId);
      return topic === undefined ? [] : [{ kind: "topic" as const, topic: { ...topic, partitions } }];
    });
  }
}
