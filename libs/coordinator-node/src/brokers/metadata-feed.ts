import type { MessageInitShape } from "@bufbuild/protobuf";
import type { MetadataUpdateSchema } from "@millrace/contracts";
import type { BrokerId, TopicId } from "@millrace/model";
import type { MetadataChange, TopicPart } from "../cluster/cluster-controller.ts";
import type { MetadataUpdates } from "./metadata-updates.ts";

type Update = MessageInitShape<typeof MetadataUpdateSchema>;

/** What a broker has not heard yet. */
export interface PendingChanges {
  readonly brokers: ReadonlySet<BrokerId>;
  readonly topics: ReadonlyMap<TopicId, TopicPart>;
  readonly removedTopics: ReadonlySet<TopicId>;
}

/**
 * What one broker has yet to hear: the whole at first, then what changed, by partition. Only ids are kept and the newest state is read when the update is
 * taken, so a slow broker costs no more than one entry for each object and never hears of states in between.
 */
export class MetadataFeed {
  readonly #updates: MetadataUpdates;
  readonly #brokers = new Set<BrokerId>();
  readonly #topics = new Map<TopicId, TopicPart>();
  /** Parts of this feed alone, of topics that changed more than once: a part that came with a change is every feed's. */
  readonly #ownParts = new Map<TopicId, Set<number>>();
  readonly #removedTopics = new Set<TopicId>();
  /** Version that the broker heard last; undefined: none. */
  #version: number | undefined;

  constructor(updates: MetadataUpdates) {
    this.#updates = updates;
  }

  note(change: MetadataChange): void {
    if (this.#version === undefined) return;
    for (const id of change.brokers) this.#brokers.add(id);
    for (const [id, part] of change.topics) this.#topics.set(id, this.#joined(id, part));
    for (const id of change.removedTopics) {
      this.#topics.delete(id);
      this.#ownParts.delete(id);
      this.#removedTopics.add(id);
    }
  }

  /** The update to send now; undefined: nothing new. */
  take(): Update | undefined {
    const from = this.#version;
    if (from === undefined) {
      this.#version = this.#updates.version;
      return this.#updates.snapshot();
    }
    if (this.#brokers.size + this.#topics.size + this.#removedTopics.size === 0) return undefined;
    this.#version = this.#updates.version;
    const update = this.#updates.since(from, { brokers: this.#brokers, topics: this.#topics, removedTopics: this.#removedTopics });
    this.#brokers.clear();
    this.#topics.clear();
    this.#ownParts.clear();
    this.#removedTopics.clear();
    return update;
  }

  #joined(id: TopicId, part: TopicPart): TopicPart {
    const before = this.#topics.get(id);
    if (before === undefined) return part;
    if (before === "whole" || part === "whole") return "whole";
    const own = this.#ownParts.get(id) ?? new Set(before);
    this.#ownParts.set(id, own);
    for (const partition of part) own.add(partition);
    return own;
  }
}
