import type { LeaderEpoch, Offset } from "@millrace/model";

/** An epoch and the end of its records in a log. */
export interface EpochEnd {
  readonly leaderEpoch: LeaderEpoch;
  readonly endOffset: Offset;
}

/**
 * On the leader: the answer to a fetch from `offset`, whose follower has records of `lastFetchedEpoch` before it (R1). `found` is the leader's greatest epoch at or
 * below that one, and none if its log began in a later epoch: then nothing from its start on can be of the follower's epoch, and as in Kafka the start is where that epoch ends.
 * undefined: the logs agree up to the offset.
 */
export function divergingEpoch(
  fetch: { readonly offset: Offset; readonly lastFetchedEpoch: LeaderEpoch },
  leader: { readonly found: EpochEnd | undefined; readonly logStartOffset: Offset },
): EpochEnd | undefined {
  if (fetch.lastFetchedEpoch < 0) return undefined;
  const found = leader.found ?? { leaderEpoch: fetch.lastFetchedEpoch, endOffset: leader.logStartOffset };
  return found.leaderEpoch < fetch.lastFetchedEpoch || found.endOffset < fetch.offset ? found : undefined;
}

/** On the follower: where to cut, given the leader's answer and its own end of that epoch; then it asks again. undefined: it has nothing in common. */
export function truncationOffset(leader: EpochEnd, own: EpochEnd | undefined): Offset | undefined {
  if (own === undefined) return undefined;
  // Its own greatest epoch at or below the leader's is an older one: all of that may be common, and the next fetch names it.
  return own.leaderEpoch < leader.leaderEpoch ? own.endOffset : (Math.min(leader.endOffset, own.endOffset) as Offset);
}
