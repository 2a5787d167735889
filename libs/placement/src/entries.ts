import { AppError, type TopicDescription, type TopicId } from "@millrace/model";
import { applyChange, type BrokerState, type ClusterChange, type ClusterIdentity, type ClusterState, createClusterState } from "./state.ts";
import { changedTopicEntries, isPaged, loadTopic, pageCount, type StoredPage, type StoredTopic } from "./topic-entries.ts";

/** A change as one entry of the coordination store; `value` undefined deletes it. Keys as in docs/protocol/job-runtime.md. */
export interface StoredChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** Of the entries of brokers, topics and producer ids, in that of the cluster; what was written before there were versions is of the first. */
const CLUSTER_FORMAT_VERSION = 1;

export const CLUSTER_KEY = "cluster";
export const PRODUCER_IDS_KEY = "producer-ids";
export const BROKER_PREFIX = "broker/";
export const TOPIC_PREFIX = "topic/";

/** Entries that a change writes, given what is stored now; of a topic only what differs. `state` undefined: nothing is stored. */
export function encodeChange(change: ClusterChange, state?: ClusterState): StoredChange[] {
  switch (change.kind) {
    case "cluster":
      return [{ key: CLUSTER_KEY, value: encodeJson({ formatVersion: CLUSTER_FORMAT_VERSION, ...change.identity }) }];
    case "broker":
      return [{ key: `${BROKER_PREFIX}${change.broker.brokerId}`, value: encodeJson(change.broker) }];
    case "topic":
      return encodeTopic(change.topic, state);
    case "topic-removed": {
      const { length } = state?.topics.get(change.topicId)?.partitions ?? [];
      const pages = Array.from({ length: pageCount(length) }, (_, page) => page);
      return [undefined, ...pages].map((page) => ({ key: topicKey(change.topicId, page), value: undefined }));
    }
    case "producer-ids":
      return [{ key: PRODUCER_IDS_KEY, value: encodeJson({ producerIdNext: change.producerIdNext }) }];
  }
}

function encodeTopic(topic: TopicDescription, state: ClusterState | undefined): StoredChange[] {
  const { topicId } = topic;
  const before = state?.unpagedTopics.has(topicId) === true ? undefined : state?.topics.get(topicId);
  return changedTopicEntries(before, topic).map(({ page, content }) => ({ key: topicKey(topicId, page), value: encodeJson(content) }));
}

function topicKey(topicId: TopicId, page: number | undefined): string {
  return `${TOPIC_PREFIX}${topicId}${page === undefined ? "" : `/${page}`}`;
}

/** State from the entries of the store; undefined if there is no cluster yet. Entries of others (jobs) are skipped. */
export function decodeClusterState(entries: Iterable<{ readonly key: string; readonly value: Uint8Array }>): ClusterState | undefined {
  const state = createClusterState("");
  const topics = new Map<string, { topic?: StoredTopic; readonly pages: Map<number, StoredPage> }>();
  for (const { key, value } of entries) {
    if (key.startsWith(TOPIC_PREFIX)) {
      const [topicId = "", page] = key.slice(TOPIC_PREFIX.length).split("/");
      const parts = topics.get(topicId) ?? { pages: new Map<number, StoredPage>() };
      topics.set(topicId, parts);
      if (page === undefined) parts.topic = decodeJson(key, value) as StoredTopic;
      else parts.pages.set(Number(page), decodeJson(key, value) as StoredPage);
      continue;
    }
    const change = decodeEntry(key, value);
    if (change !== undefined) applyChange(state, change);
  }
  for (const { topic, pages } of topics.values()) {
    if (topic === undefined) continue; // pages of a topic that is no more
    applyChange(state, { kind: "topic", topic: loadTopic(topic, pages) });
    if ("partitions" in topic && isPaged(topic.partitions.length)) state.unpagedTopics.add(topic.topicId);
  }
  return state.identity.clusterId === "" ? undefined : state;
}

function decodeEntry(key: string, value: Uint8Array): ClusterChange | undefined {
  if (key === CLUSTER_KEY) return { kind: "cluster", identity: decodeIdentity(value) };
  if (key === PRODUCER_IDS_KEY) return { kind: "producer-ids", ...(decodeJson(key, value) as { producerIdNext: number }) };
  if (key.startsWith(BROKER_PREFIX)) return { kind: "broker", broker: decodeJson(key, value) as BrokerState };
  return undefined;
}

function decodeIdentity(value: Uint8Array): ClusterIdentity {
  const { formatVersion = 1, ...identity } = decodeJson(CLUSTER_KEY, value) as ClusterIdentity & { readonly formatVersion?: number };
  if (formatVersion <= CLUSTER_FORMAT_VERSION) return identity;
  throw new AppError({
    kind: "invalid",
    code: "store-newer-format",
    message: "the coordination store was written to by a newer version: start that version",
    context: { entry: CLUSTER_KEY, formatVersion, supported: CLUSTER_FORMAT_VERSION },
  });
}

function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decodeJson(key: string, value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(value)) as unknown;
  } catch (cause) {
    throw new AppError({
      kind: "corrupt",
      code: "store-entry-corrupt",
      message: "entry of the coordination store is not JSON",
      context: { key },
      cause,
    });
  }
}
