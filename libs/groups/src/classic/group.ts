import { type AppError, type TimestampMs, timestampMs } from "@millrace/model";
import { assert } from "@millrace/stdx";
import { groupErrors } from "../errors.ts";
import type { Correlation, MemberIdentity, Protocol } from "../event.ts";
import type { ClassicGroupState, JoinedResponse } from "../response.ts";
import type { GroupMetadata, StoredMember } from "../store.ts";

export const NO_ASSIGNMENT = new Uint8Array(0);

/** A member of a classic group. */
export interface Member {
  readonly memberId: string;
  readonly instanceId: string | undefined;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly Protocol[];
  assignment: Uint8Array;
  /** Until its first generation is complete: then it waits longer than a session for the others. */
  isNew: boolean;
  expiresAtMs: TimestampMs;
  /** When its session timer fires: heartbeats only move `expiresAtMs`, the timer follows when it fires. */
  timerAtMs: TimestampMs;
  joining: Correlation | undefined;
  syncing: Correlation | undefined;
  /** It was told the generation and has not asked for its assignment. */
  mustSync: boolean;
}

/** How the join phase ends: the first one of a group waits for a while whoever comes, later ones wait for the members they had. */
export type JoinPhase = { readonly kind: "initial"; readonly remainingMs: number } | { readonly kind: "rejoin" };

export interface ClassicGroup {
  readonly group: string;
  state: ClassicGroupState;
  stateSinceMs: TimestampMs;
  generation: number;
  protocolType: string;
  protocolName: string | undefined;
  leaderId: string | undefined;
  readonly members: Map<string, Member>;
  /** Instance id → member id. */
  readonly instances: Map<string, string>;
  /** Ids that were handed out (79) and have not come back. */
  readonly pending: Set<string>;
  joinPhase: JoinPhase;
  joinEndsAtMs: TimestampMs;
  /** A member came in this stretch of the initial delay, which is thus extended. */
  memberAdded: boolean;
  /** The leader's assignment is on its way into the log. */
  assigning: boolean;
  syncEndsAtMs: TimestampMs | undefined;
}

export function createClassicGroup(group: string, now: TimestampMs): ClassicGroup {
  return {
    group,
    state: "Empty",
    stateSinceMs: now,
    generation: 0,
    protocolType: "",
    protocolName: undefined,
    leaderId: undefined,
    members: new Map(),
    instances: new Map(),
    pending: new Set(),
    joinPhase: { kind: "rejoin" },
    joinEndsAtMs: now,
    memberAdded: false,
    assigning: false,
    syncEndsAtMs: undefined,
  };
}

/** A group as its record says: stable with its members, or empty. Their sessions begin now. */
export function loadClassicGroup(group: string, metadata: GroupMetadata, now: TimestampMs): ClassicGroup {
  const { protocolType, protocolName, generation, leaderId, stateSinceMs } = metadata;
  const loaded: ClassicGroup = { ...createClassicGroup(group, now), generation, protocolType, protocolName, leaderId, stateSinceMs };
  loaded.state = metadata.members.length === 0 ? "Empty" : "Stable";
  for (const stored of metadata.members) {
    const { memberId, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, assignment } = stored;
    const expiresAtMs = timestampMs(now + sessionTimeoutMs);
    loaded.members.set(memberId, {
      memberId,
      instanceId,
      clientId,
      clientHost,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocols: [{ name: protocolName ?? "", metadata: stored.metadata }],
      assignment,
      isNew: false,
      expiresAtMs,
      timerAtMs: expiresAtMs,
      joining: undefined,
      syncing: undefined,
      mustSync: false,
    });
    if (instanceId !== undefined) loaded.instances.set(instanceId, memberId);
  }
  return loaded;
}

/** The group's record, with assignments that may be newer than those of its members. */
export function metadataOf(
  group: ClassicGroup,
  assignmentOf: (member: Member) => Uint8Array = (member) => member.assignment,
): GroupMetadata {
  const { protocolType, protocolName, generation, leaderId, stateSinceMs } = group;
  const members = [...group.members.values()].map((member): StoredMember => {
    const { memberId, instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs } = member;
    const assignment = assignmentOf(member);
    return {
      memberId,
      instanceId,
      clientId,
      clientHost,
      rebalanceTimeoutMs,
      sessionTimeoutMs,
      metadata: protocolMetadata(member, protocolName),
      assignment,
    };
  });
  return { protocolType, protocolName, generation, leaderId, stateSinceMs, members };
}

/** The checks that come first for every request of a member: 82, 25. */
export function refusalOfMember(group: ClassicGroup, { memberId, instanceId }: MemberIdentity): AppError | undefined {
  const context = { group: group.group, memberId, instanceId };
  if (group.state === "Dead") return groupErrors.coordinatorNotAvailable(context);
  if (instanceId !== undefined) {
    const owner = group.instances.get(instanceId);
    if (owner === undefined) return groupErrors.unknownMember(context);
    if (owner !== memberId) return groupErrors.fencedInstance(context);
  }
  return group.members.has(memberId) ? undefined : groupErrors.unknownMember(context);
}

/** The same with the generation: 22 behind the others. */
export function refusalOfGeneration(group: ClassicGroup, identity: MemberIdentity, generation: number): AppError | undefined {
  const refusal = refusalOfMember(group, identity);
  if (refusal !== undefined || generation === group.generation) return refusal;
  return groupErrors.illegalGeneration({ group: group.group, memberId: identity.memberId, generation, current: group.generation });
}

export function memberOf(group: ClassicGroup, memberId: string): Member {
  const member = group.members.get(memberId);
  assert(member !== undefined, () => `not a member group=${group.group} memberId=${memberId}`);
  return member;
}

/** What a member of this generation is told of it. The leader alone learns of the others: it assigns. */
export function joinedResponse(group: ClassicGroup, member: Member): JoinedResponse {
  assert(group.protocolName !== undefined && group.leaderId !== undefined, "a generation has a protocol and a leader");
  const { protocolName, leaderId } = group;
  const members = [...group.members.values()].map((each) => ({
    memberId: each.memberId,
    instanceId: each.instanceId,
    metadata: protocolMetadata(each, protocolName),
  }));
  return {
    kind: "joined",
    generation: group.generation,
    protocolType: group.protocolType,
    protocolName,
    leaderId,
    memberId: member.memberId,
    skipAssignment: false,
    members: member.memberId === leaderId ? members : [],
  };
}

export function protocolMetadata(member: Member, protocolName: string | undefined): Uint8Array {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? NO_ASSIGNMENT;
}
