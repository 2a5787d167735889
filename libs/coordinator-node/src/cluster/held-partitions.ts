import type { TopicId } from "@millrace/model";
import type { ClusterController } from "./cluster-controller.ts";

/**
 * Topics with a partition of which too few replicas have registered in this term to decide who leads it (decision 0017). As each broker comes they are looked at again, and what was held
 * back is decided. After a take-over of a cluster that is whole there is nothing of it a moment later, and looking costs nothing.
 */
export class HeldPartitions {
  readonly #controller: ClusterController;
  /** Those that may have one. */
  readonly #topics: Set<TopicId>;
  readonly #unsubscribe: () => void;

  constructor(controller: ClusterController) {
    this.#controller = controller;
    this.#topics = new Set(controller.state.topics.keys());
    // One that was just made may have replicas on brokers that are not back yet.
    this.#unsubscribe = controller.onChange(({ topics, removedTopics }) => {
      for (const [topicId, part] of topics) if (part === "whole") this.#topics.add(topicId);
      for (const topicId of removedTopics) this.#topics.delete(topicId);
    });
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Somebody has registered. */
  async settle(): Promise<void> {
    if (this.#topics.size === 0) return;
    const asked = [...this.#topics];
    const { topics } = await this.#controller.execute({ kind: "settle-partitions", topics: asked });
    const held = new Set(topics);
    for (const topicId of asked) if (!held.has(topicId)) this.#topics.delete(topicId);
  }
}
