import { type FetchRequest, type FetchRequestPartition, type FetchRequestTopic, ZERO_UUID } from "@millrace/kafka-wire";

/** A partition that a client follows, and what it was told of it last. */
export interface FollowedPartition {
  /** As the client named it: empty where it gave an id. */
  readonly topic: string;
  readonly topicId: string;
  asked: FetchRequestPartition;
  /** -1: nothing yet, or an error. */
  highWatermark: number;
  logStartOffset: number;
}

/**
 * What one client fetches, so that it need not say it again (KIP-227): a request names only what changes, an answer only what is new. Keeps the order of the
 * partitions; those that gave records go to the end, so that every one has its turn at the front, where bytes are not yet scarce.
 */
export class FetchSession {
  readonly id: number;
  /** Topics are named by id; the client may not change that (106). */
  readonly usesTopicIds: boolean;
  /** That the next request must have. */
  epoch = 1;
  readonly #partitions = new Map<string, FollowedPartition>();

  constructor(id: number, usesTopicIds: boolean) {
    this.id = id;
    this.usesTopicIds = usesTopicIds;
  }

  get size(): number {
    return this.#partitions.size;
  }

  get partitions(): readonly FollowedPartition[] {
    return [...this.#partitions.values()];
  }

  /** Forgets, adds and changes partitions as a request says; the next epoch follows, 1 after the greatest. */
  update(request: Pick<FetchRequest, "topics" | "forgottenTopicsData">): void {
    for (const { topic, topicId, partitions } of request.forgottenTopicsData)
      for (const partition of partitions) this.#partitions.delete(this.#key(topic, topicId, partition));
    for (const topic of request.topics) for (const asked of topic.partitions) this.#follow(topic, asked);
  }

  advance(): void {
    this.epoch = this.epoch === EPOCH_MAX ? 1 : this.epoch + 1;
  }

  /** Others are read first next time. */
  moveToEnd({ topic, topicId, asked }: FollowedPartition): void {
    const key = this.#key(topic, topicId, asked.partition);
    const followed = this.#partitions.get(key);
    if (followed === undefined) return;
    this.#partitions.delete(key);
    this.#partitions.set(key, followed);
  }

  #follow({ topic, topicId }: FetchRequestTopic, asked: FetchRequestPartition): void {
    const key = this.#key(topic, topicId, asked.partition);
    const known = this.#partitions.get(key);
    if (known === undefined) this.#partitions.set(key, { topic, topicId, asked, highWatermark: -1, logStartOffset: -1 });
    else known.asked = asked;
  }

  /** An entry keeps the id with which it came: a topic that is made anew under its name is another one (G8). */
  #key(topic: string, topicId: string, partition: number): string {
    return `${topicId === ZERO_UUID ? topic : topicId}/${partition}`;
  }
}

const EPOCH_MAX = 2_147_483_647;
