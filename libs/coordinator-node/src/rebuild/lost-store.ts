import type { RegisterBroker } from "@millrace/contracts";
import type { TopicDescription, TopicId } from "@millrace/model";
import type { Fence, Random } from "@millrace/ports";

/** A cluster whose store lost data, as a broker proved. */
export interface LostCluster {
  readonly clusterId: string;
  /** Of the store when the loss was found, and of the broker that proved it. */
  readonly generation: string;
  readonly generationSeen: string;
  /** Of the coordinator that the broker had obeyed, or of the one that found it: a store with this epoch, or a later one, may be whole. */
  readonly epochSeen?: number;
}

/** What a coordinator finds by itself: the store does not have any more what it had in this term. */
export function lostSince(clusterId: string, { generation, epoch }: Pick<Fence, "generation" | "epoch">): LostCluster {
  return { clusterId, generation, generationSeen: generation, epochSeen: epoch };
}

/** Another coordinator has rebuilt it meanwhile. */
export function isRebuilt(lost: LostCluster, generation: string, formerGenerations: readonly string[]): boolean {
  return generation !== lost.generation && formerGenerations.includes(lost.generationSeen);
}

/** What the store says of itself, to compare with what brokers have seen. */
export interface StoreMemory {
  readonly clusterId: string;
  /** None: it may have been made a moment ago, in place of one that was lost. */
  readonly topics: ReadonlyMap<TopicId, Pick<TopicDescription, "partitions">>;
  /** Newest metadata version of earlier terms that is stored; undefined in a store from before it was. */
  readonly metadataVersionStored: number | undefined;
  /** Of earlier terms, oldest first, the newest ones. */
  readonly terms: readonly TermVersions[];
  /** With what this term began. */
  readonly versionBegin: number;
  /** Generations that were lost, and whose brokers belong to this one. */
  readonly formerGenerations: readonly string[];
}

/** Metadata versions of one term: term × this + where it began + changes in it. Leaves 2^21 terms below 2^53: one a minute for four years. */
export const VERSIONS_PER_TERM = 2 ** 32;

/** The metadata versions of a term in the store, both inclusive. */
export interface TermVersions {
  readonly begin: number;
  readonly end: number;
}

/**
 * The first metadata version of a term, anywhere in the first half of its range: two terms with one epoch, which a store that was rolled back gives out, have no version in common. So
 * a version names one state, and all that came before it.
 */
export function firstVersion(epoch: number, random: Pick<Random, "next">): number {
  return epoch * VERSIONS_PER_TERM + Math.floor(random.next() * (VERSIONS_PER_TERM / 2));
}

/**
 * Whether a broker has seen what the store does not know (reliability S7): another generation of the same cluster, a later coordinator, another one of this epoch, metadata that
 * this store never had, or a later leader: a broker writes a leader epoch down before it leads, and forgets what else it saw in its last second when it is killed. A broker of another cluster proves nothing, unless this store is blank: then its data is gone.
 */
export function lostBy(broker: RegisterBroker, fence: Fence & { readonly termId: string }, store: StoreMemory): LostCluster | undefined {
  const { clusterId, generationSeen } = broker;
  if (clusterId === "" || generationSeen === "") return undefined;
  const lost = { clusterId, generation: fence.generation, generationSeen, epochSeen: Number(broker.coordinatorEpochSeen) };
  if (clusterId !== store.clusterId) return store.topics.size === 0 ? lost : undefined;
  if (Number(broker.coordinatorEpochSeen) > fence.epoch) return lost;
  const { coordinatorIdSeen } = broker;
  if (Number(broker.coordinatorEpochSeen) === fence.epoch && coordinatorIdSeen !== "" && coordinatorIdSeen !== fence.termId) return lost;
  if (generationSeen !== fence.generation) return store.formerGenerations.includes(generationSeen) ? undefined : lost;
  return hasHad(store, Number(broker.metadataVersionSeen)) && !hasLaterLeader(broker, store) ? undefined : lost;
}

/** A log is in an epoch that this store has given nobody. */
function hasLaterLeader({ logs }: Pick<RegisterBroker, "logs">, { topics }: StoreMemory): boolean {
  return logs.some(({ topicId, partition, leaderEpochSeen }) => {
    const known = topics.get(topicId as TopicId)?.partitions[partition];
    return known !== undefined && leaderEpochSeen > known.leaderEpoch;
  });
}

/** Since a store goes back to what it once was, and a version has one past, it has had all before a version that it has had. */
function hasHad({ terms, versionBegin, metadataVersionStored = Infinity }: StoreMemory, version: number): boolean {
  const term = termOf(version);
  if (term === termOf(versionBegin)) return version >= versionBegin;
  const [oldest] = terms;
  if (oldest === undefined || term < termOf(oldest.begin)) return version <= metadataVersionStored;
  return terms.some(({ begin, end }) => version >= begin && version <= end);
}

export function termOf(version: number): number {
  return Math.floor(version / VERSIONS_PER_TERM);
}
