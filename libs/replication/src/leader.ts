import { assert, assertNever } from "@millrace/stdx";
import type { BrokerEpoch, BrokerId, LeaderEpoch, Offset, PartitionEpoch } from "@millrace/model";
import { REPLICA_LAG_MS_MAX, WISH_AGAIN_MS } from "./limits.ts";
import type { FollowerState, InSyncMember, PartitionAssignment } from "./partition-assignment.ts";

/** A wish for another in-sync set that the coordinator has not answered. It is repeated, word for word, until it is answered or overtaken (R8). */
export interface Wish {
  readonly leaderEpoch: LeaderEpoch;
  /** The set it would replace; as each partition epoch is given to one set only, it also names the request. */
  readonly partitionEpoch: PartitionEpoch;
  readonly members: readonly InSyncMember[];
}

/** A partition on its leader, in one leader epoch. */
export interface LeaderState {
  readonly self: InSyncMember;
  readonly assignment: PartitionAssignment;
  /** Start of this leader epoch (LESO). */
  readonly epochStartOffset: Offset;
  readonly followers: ReadonlyMap<BrokerId, FollowerState>;
  readonly ledSinceMs: number;
  readonly wish: Wish | undefined;
  /** After a refusal: none before this. */
  readonly wishFromMs: number;
}

export type LeaderEvent =
  /** A follower told where its synced log ends: by its next fetch, in this leader epoch (the node refuses others). */
  | { readonly kind: "fetched"; readonly follower: BrokerId; readonly brokerEpoch: BrokerEpoch; readonly endOffset: Offset }
  /** The coordinator's decision, pushed or as the answer to a wish; in the same leader epoch. */
  | { readonly kind: "assigned"; readonly assignment: PartitionAssignment }
  /** The wish was refused for what a member is: fenced, stopping, of another life. */
  | { readonly kind: "wish-refused"; readonly partitionEpoch: PartitionEpoch }
  /** Time passes. */
  | { readonly kind: "tick" };

export interface LeaderContext {
  readonly nowMs: number;
  readonly logEndOffset: Offset;
  readonly highWatermark: Offset;
  /** The broker is registered in this life, and neither fenced nor stopping, as far as this broker has heard. */
  isEligible(broker: BrokerId, brokerEpoch: BrokerEpoch): boolean;
}

export interface LeaderDecision {
  readonly state: LeaderState;
  /** To be sent to the coordinator. */
  readonly effects: readonly { readonly kind: "ask-in-sync-set"; readonly wish: Wish }[];
}

/** Leads from now on: of the followers nothing is known, whatever was known in an earlier epoch (R5). */
export function startLeading(
  self: InSyncMember,
  assignment: PartitionAssignment,
  at: { readonly epochStartOffset: Offset; readonly nowMs: number },
): LeaderState {
  assert(assignment.leader === self.brokerId, "a leader leads");
  const { epochStartOffset, nowMs } = at;
  return { self, assignment, epochStartOffset, followers: new Map(), ledSinceMs: nowMs, wish: undefined, wishFromMs: 0 };
}

/** Decides an event. The caller then advances the high watermark by `inSyncEnds`. */
export function handle(state: LeaderState, event: LeaderEvent, context: LeaderContext): LeaderDecision {
  switch (event.kind) {
    case "fetched":
      return expand(fetched(state, event, context), [event.follower], context);
    case "assigned":
      return { state: assigned(state, event.assignment), effects: [] };
    case "wish-refused": {
      if (state.wish?.partitionEpoch !== event.partitionEpoch) return { state, effects: [] };
      return { state: { ...state, wish: undefined, wishFromMs: context.nowMs + WISH_AGAIN_MS }, effects: [] };
    }
    case "tick": {
      const shrunk = shrink(state, context);
      return shrunk.effects.length > 0 ? shrunk : expand(shrunk.state, state.assignment.replicas, context);
    }
    default:
      return assertNever(event, "leader event");
  }
}

/**
 * Ends of the logs that the high watermark waits for; undefined: it stands still. Members of the set that the coordinator may have by now (R3), who are at least
 * `minInSync` (R4), and followers that have caught up and only wait to be let in (R6). -1 for a member that has not fetched in this epoch.
 */
export function inSyncEnds(
  state: LeaderState,
  of: {
    readonly ownEndOffset: Offset;
    readonly minInSync: number;
    readonly nowMs: number;
    readonly isEligible: LeaderContext["isEligible"];
  },
): readonly Offset[] | undefined {
  const { assignment, self, followers, wish } = state;
  const { inSyncSet, replicas } = assignment;
  if (inSyncSet.length < Math.min(of.minInSync, assignment.replicationFactor ?? replicas.length)) return undefined;
  const ends: Offset[] = [of.ownEndOffset];
  for (const id of replicas) {
    if (id === self.brokerId) continue;
    const follower = followers.get(id);
    const isMember = inSyncSet.includes(id) || wish?.members.some((member) => member.brokerId === id) === true;
    if (isMember) ends.push(follower?.endOffset ?? NOT_FETCHED);
    else if (follower !== undefined && isJoining(state, follower, of.nowMs) && of.isEligible(id, follower.brokerEpoch))
      ends.push(follower.endOffset);
  }
  return ends;
}

const NOT_FETCHED = -1 as Offset;

function fetched(state: LeaderState, event: Extract<LeaderEvent, { kind: "fetched" }>, context: LeaderContext): LeaderState {
  const { nowMs, logEndOffset } = context;
  const before = state.followers.get(event.follower);
  // Kafka's rule: it is level with the leader, or with where the leader was when it asked last.
  let caughtUpMs = before?.caughtUpMs ?? -Infinity;
  if (event.endOffset >= logEndOffset) caughtUpMs = nowMs;
  else if (before !== undefined && event.endOffset >= before.leaderEndAtFetch) caughtUpMs = Math.max(caughtUpMs, before.fetchedMs);
  const follower: FollowerState = {
    brokerEpoch: event.brokerEpoch,
    endOffset: event.endOffset,
    caughtUpMs,
    fetchedMs: nowMs,
    leaderEndAtFetch: logEndOffset,
  };
  return { ...state, followers: new Map(state.followers).set(event.follower, follower) };
}

/** R8: a newer decision settles whatever was asked; an older one is late news. */
function assigned(state: LeaderState, assignment: PartitionAssignment): LeaderState {
  assert(assignment.leaderEpoch === state.assignment.leaderEpoch, "a leader state is of one leader epoch");
  if (assignment.partitionEpoch <= state.assignment.partitionEpoch) return state;
  const followers = new Map([...state.followers].filter(([id]) => assignment.replicas.includes(id)));
  return { ...state, assignment, followers, wish: undefined };
}

/** R5: at the high watermark and the start of this leader epoch, by a fetch in this epoch. */
function mayJoin(state: LeaderState, follower: FollowerState, highWatermark: Offset): boolean {
  return follower.endOffset >= state.epochStartOffset && follower.endOffset >= highWatermark;
}

/** R6: level with the leader a moment ago, so that under load it would never be level with a high watermark that does not wait. */
function isJoining(state: LeaderState, follower: FollowerState, nowMs: number): boolean {
  return follower.endOffset >= state.epochStartOffset && nowMs - follower.caughtUpMs <= REPLICA_LAG_MS_MAX;
}

function expand(state: LeaderState, candidates: readonly BrokerId[], context: LeaderContext): LeaderDecision {
  if (state.wish !== undefined || context.nowMs < state.wishFromMs) return { state, effects: [] };
  const { inSyncSet } = state.assignment;
  const joining = candidates.filter((id) => {
    const follower = state.followers.get(id);
    if (follower === undefined || inSyncSet.includes(id)) return false;
    return mayJoin(state, follower, context.highWatermark) && context.isEligible(id, follower.brokerEpoch);
  });
  return joining.length === 0 ? { state, effects: [] } : ask(state, [...inSyncSet, ...joining]);
}

/** Members that have not been level for too long. A follower that was never heard of has that time from the start of the epoch on. */
function shrink(state: LeaderState, context: LeaderContext): LeaderDecision {
  if (state.wish !== undefined || context.nowMs < state.wishFromMs) return { state, effects: [] };
  const { inSyncSet } = state.assignment;
  const kept = inSyncSet.filter((id) => {
    if (id === state.self.brokerId) return true;
    const follower = state.followers.get(id);
    return follower === undefined ? context.nowMs - state.ledSinceMs <= REPLICA_LAG_MS_MAX : !isBehind(state, follower, context);
  });
  return kept.length === inSyncSet.length ? { state, effects: [] } : ask(state, kept);
}

function isBehind(state: LeaderState, follower: FollowerState, { nowMs, logEndOffset }: LeaderContext): boolean {
  return follower.endOffset < logEndOffset && nowMs - Math.max(follower.caughtUpMs, state.ledSinceMs) > REPLICA_LAG_MS_MAX;
}

function ask(state: LeaderState, inSyncSet: readonly BrokerId[]): LeaderDecision {
  const { leaderEpoch, partitionEpoch } = state.assignment;
  const members = inSyncSet.map((brokerId): InSyncMember => {
    if (brokerId === state.self.brokerId) return state.self;
    return { brokerId, brokerEpoch: state.followers.get(brokerId)?.brokerEpoch ?? NO_BROKER_EPOCH };
  });
  const wish: Wish = { leaderEpoch, partitionEpoch, members };
  return { state: { ...state, wish }, effects: [{ kind: "ask-in-sync-set", wish }] };
}

/** Of a member that has not fetched in this leader epoch and stays: only additions are compared. */
const NO_BROKER_EPOCH = 0 as BrokerEpoch;
