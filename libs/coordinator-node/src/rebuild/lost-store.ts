import type { RegisterBroker } from "@millrace/contracts";
import type { Fence } from "@millrace/ports";

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
  /** No topics: it may have been made in a moment ago, in place of one that was lost. */
  readonly isBlank: boolean;
  /** Newest metadata version of earlier terms that is stored; undefined in a store from before it was. */
  readonly metadataVersionStored: number | undefined;
  /** Last versions of earlier terms, oldest first; terms between that changed nothing are not among them. */
  readonly termEnds: readonly number[];
  /** Generations that were lost, and whose brokers belong to this one. */
  readonly formerGenerations: readonly string[];
}

/** Metadata versions of one term: term × this + changes in it. Leaves 2^21 terms below 2^53: one a minute for four years. */
export const VERSIONS_PER_TERM = 2 ** 32;

/**
 * Whether a broker has seen what the store does not know (reliability S7): another generation of the same cluster, a later coordinator, another one of this epoch, or newer metadata than earlier
 * terms have left. A broker of another cluster proves nothing, unless this store is blank: then its data is gone.
 *
 * The first version of a term is what that term began with: no change, and so nothing that the store could have lost. A term that ends before it changes anything leaves
 * brokers with a greater version than any that is stored.
 */
export function lostBy(broker: RegisterBroker, fence: Fence & { readonly termId: string }, store: StoreMemory): LostCluster | undefined {
  const { clusterId, generationSeen } = broker;
  if (clusterId === "" || generationSeen === "") return undefined;
  const lost = { clusterId, generation: fence.generation, generationSeen, epochSeen: Number(broker.coordinatorEpochSeen) };
  if (clusterId !== store.clusterId) return store.isBlank ? lost : undefined;
  if (Number(broker.coordinatorEpochSeen) > fence.epoch) return lost;
  const { coordinatorIdSeen } = broker;
  if (Number(broker.coordinatorEpochSeen) === fence.epoch && coordinatorIdSeen !== "" && coordinatorIdSeen !== fence.termId) return lost;
  if (generationSeen !== fence.generation) return store.formerGenerations.includes(generationSeen) ? undefined : lost;
  const seen = Number(broker.metadataVersionSeen);
  const isOfEarlierTerm = seen < fence.epoch * VERSIONS_PER_TERM;
  const isChange = seen % VERSIONS_PER_TERM > 0;
  return isOfEarlierTerm && isChange && seen > endOf(termOf(seen), store) ? lost : undefined;
}

/**
 * The last version of an earlier term that the store has. To compare with its newest version alone would not do: a term that took a rolled-back store for what it was, and changed
 * something, has greater versions than all that were lost.
 */
function endOf(term: number, { termEnds, metadataVersionStored = Infinity }: StoreMemory): number {
  const [oldest] = termEnds;
  if (oldest === undefined || term < termOf(oldest)) return metadataVersionStored;
  return termEnds.find((end) => termOf(end) === term) ?? term * VERSIONS_PER_TERM;
}

export function termOf(version: number): number {
  return Math.floor(version / VERSIONS_PER_TERM);
}
