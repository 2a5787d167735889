import { AppError, type BrokerId, type LeaderEpoch, type PartitionEpoch, type TopicDescription, type TopicId } from "@millrace/model";
import { applyChange, type BrokerState, type ClusterChange, type ClusterIdentity, type ClusterState, createClusterState } from "./state.ts";

/** A change as one entry of the coordination store; `value` undefined deletes it. Keys as in docs/protocol/job-runtime.md. */
export interface StoredChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

export const CLUSTER_KEY = "cluster";
export const PRODUCER_IDS_KEY = "producer-ids";
export const BROKER_PREFIX = "broker/";
export const TOPIC_PREFIX = "topic/";

/**
 * replicas, leader, leader epoch, in-sync set, partition epoch; while replicas are being moved where they were and where they are to be; while there are any, eligible
 * leaders and emptied replicas: a tuple keeps a topic of 10,000 partitions under half a megabyte.
 */
type StoredPartition = readonly [
  readonly BrokerId[],
  BrokerId | null,
  LeaderEpoch,
  readonly BrokerId[],
  PartitionEpoch,
  ...(
    | []
    | [original: readonly BrokerId[], target: readonly BrokerId[]]
    | [original: Ids, target: Ids, eligible: readonly BrokerId[], emptied: readonly BrokerId[]]
  ),
];
/** null: none is being moved. */
type Ids = readonly BrokerId[] | null;
type StoredTopic = Omit<TopicDescription, "partitions"> & { readonly partitions: readonly StoredPartition[] };

export function encodeChange(change: ClusterChange): StoredChange {
  switch (change.kind) {
    case "cluster":
      return { key: CLUSTER_KEY, value: encodeJson(change.identity) };
    case "broker":
      return { key: `${BROKER_PREFIX}${change.broker.brokerId}`, value: encodeJson(change.broker) };
    case "topic":
      return { key: `${TOPIC_PREFIX}${change.topic.topicId}`, value: encodeJson(storedTopic(change.topic)) };
    case "topic-removed":
      return { key: `${TOPIC_PREFIX}${change.topicId}`, value: undefined };
    case "producer-ids":
      return { key: PRODUCER_IDS_KEY, value: encodeJson({ producerIdNext: change.producerIdNext }) };
  }
}

/** State from the entries of the store; undefined if there is no cluster yet. Entries of others (jobs) are skipped. */
export function decodeClusterState(entries: Iterable<{ readonly key: string; readonly value: Uint8Array }>): ClusterState | undefined {
  const state = createClusterState("");
  for (const { key, value } of entries) {
    const change = decodeEntry(key, value);
    if (change !== undefined) applyChange(state, change);
  }
  return state.identity.clusterId === "" ? undefined : state;
}

function decodeEntry(key: string, value: Uint8Array): ClusterChange | undefined {
  if (key === CLUSTER_KEY) return { kind: "cluster", identity: decodeJson(key, value) as ClusterIdentity };
  if (key === PRODUCER_IDS_KEY) return { kind: "producer-ids", ...(decodeJson(key, value) as { producerIdNext: number }) };
  if (key.startsWith(BROKER_PREFIX)) return { kind: "broker", broker: decodeJson(key, value) as BrokerState };
  if (key.startsWith(TOPIC_PREFIX)) return { kind: "topic", topic: loadedTopic(decodeJson(key, value) as StoredTopic) };
  return undefined;
}

function storedTopic(topic: TopicDescription): StoredTopic {
  const partitions = topic.partitions.map((state): StoredPartition => {
    const { replicas, leader, leaderEpoch, inSyncSet, partitionEpoch, reassignment, eligible = [], emptied = [] } = state;
    const always = [replicas, leader ?? null, leaderEpoch, inSyncSet, partitionEpoch] as const;
    if (eligible.length + emptied.length > 0)
      return [...always, reassignment?.original ?? null, reassignment?.target ?? null, eligible, emptied];
    return reassignment === undefined ? always : [...always, reassignment.original, reassignment.target];
  });
  return { ...topic, partitions };
}

function loadedTopic(stored: StoredTopic): TopicDescription {
  const topicId: TopicId = stored.topicId;
  const partitions = stored.partitions.map((tuple, partition) => {
    const [replicas, leader, leaderEpoch, inSyncSet, partitionEpoch, original, target, eligible = [], emptied = []] = tuple;
    return {
      ...{ topicId, partition, replicas, leader: leader ?? undefined, leaderEpoch, inSyncSet, partitionEpoch },
      ...(eligible.length > 0 ? { eligible } : {}),
      ...(emptied.length > 0 ? { emptied } : {}),
      ...(original == null || target == null ? {} : { reassignment: { original, target } }),
    };
  });
  return { ...stored, partitions };
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
