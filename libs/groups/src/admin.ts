import type { AppError } from "@millrace/model";
import { type ClassicGroup, NO_ASSIGNMENT, protocolMetadata } from "./classic/group.ts";
import { stateOfConsumerGroup } from "./consumer/group.ts";
import { type CoordinatorState, isKnownGroup } from "./coordinator-state.ts";
import { groupErrors } from "./errors.ts";
import type { GroupsRequest, ListGroupsRequest } from "./event.ts";
import { GROUPS_PER_REQUEST_MAX } from "./limits.ts";
import { tombstonesOfOffsets } from "./offsets/delete.ts";
import type { DescribedGroup, ListedGroup } from "./response.ts";
import type { GroupRecord } from "./store.ts";
import type { Turn } from "./turn.ts";

/** All groups, or those in these states and of these types. */
export function listGroups(turn: Turn, { correlation, states, types }: ListGroupsRequest): void {
  const wantedStates = new Set(states.map((state) => state.toLowerCase()));
  const wantedTypes = new Set(types.map((type) => type.toLowerCase()));
  const groups = listedGroups(turn.state).filter(({ state, type }) => {
    return (wantedStates.size === 0 || wantedStates.has(state.toLowerCase())) && (wantedTypes.size === 0 || wantedTypes.has(type));
  });
  turn.answer(correlation, { kind: "groupsListed", groups });
}

/** Classic groups, and groups that are only offsets. A KIP-848 group is described by its own request. */
export function describeGroups(turn: Turn, request: GroupsRequest): void {
  if (request.groups.length > GROUPS_PER_REQUEST_MAX)
    return turn.refuse(request.correlation, groupErrors.invalidRequest({ groups: request.groups.length }));
  turn.answer(request.correlation, { kind: "groupsDescribed", groups: request.groups.map((group) => describe(turn.state, group)) });
}

/** Deletes groups without members, offsets and all. Answered when the tombstones are in the log. */
export function deleteGroups(turn: Turn, request: GroupsRequest): void {
  const { correlation } = request;
  if (request.groups.length > GROUPS_PER_REQUEST_MAX)
    return turn.refuse(correlation, groupErrors.invalidRequest({ groups: request.groups.length }));
  const groups = request.groups.map((group) => ({ group, error: refusalOfDeletion(turn.state, group) }));
  const doomed = new Set(groups.filter(({ error }) => error === undefined).map(({ group }) => group));
  const response = { kind: "groupsDeleted", groups } as const;
  if (doomed.size === 0) return turn.answer(correlation, response);
  const records = [...doomed].flatMap((group) => [...tombstonesOfOffsets(turn.state, group), ...tombstonesOfGroup(turn.state, group)]);
  for (const group of doomed) markDead(turn, group);
  turn.append({
    records,
    onCommitted: (later) => {
      for (const group of doomed) {
        if (later.state.classic.get(group)?.state === "Dead") later.state.classic.delete(group);
        later.state.consumer.delete(group);
      }
      later.answer(correlation, response);
    },
    onFailed: (later, error) => {
      for (const group of doomed) revive(later.state, group);
      later.refuse(correlation, error);
    },
  });
}

function listedGroups(state: CoordinatorState): ListedGroup[] {
  const listed = new Map<string, ListedGroup>();
  for (const group of state.store.offsets.keys()) listed.set(group, { group, protocolType: "", state: "Empty", type: "classic" });
  for (const [group, known] of state.consumer)
    listed.set(group, { group, protocolType: "consumer", state: stateOfConsumerGroup(known), type: "consumer" });
  for (const [group, { protocolType, state: groupState }] of state.classic)
    listed.set(group, { group, protocolType, state: groupState, type: "classic" });
  return [...listed.values()];
}

function describe(state: CoordinatorState, name: string): DescribedGroup {
  const none = { group: name, error: undefined, protocolType: "", protocolName: "", members: [] };
  const group = state.classic.get(name);
  if (group !== undefined) return describeClassic(group);
  if (state.consumer.has(name) || !isKnownGroup(state, name))
    return { ...none, error: groupErrors.unknownGroup({ group: name }), state: "Dead" };
  return { ...none, state: "Empty" };
}

/** Subscriptions and assignments are those of the generation: before it is stable nobody has any. */
function describeClassic(group: ClassicGroup): DescribedGroup {
  const isStable = group.state === "Stable";
  const members = [...group.members.values()].map((member) => {
    const { memberId, instanceId, clientId, clientHost, assignment } = member;
    const metadata = isStable ? protocolMetadata(member, group.protocolName) : NO_ASSIGNMENT;
    return { memberId, instanceId, clientId, clientHost, metadata, assignment: isStable ? assignment : NO_ASSIGNMENT };
  });
  const protocolName = isStable ? (group.protocolName ?? "") : "";
  return { group: group.group, error: undefined, state: group.state, protocolType: group.protocolType, protocolName, members };
}

function refusalOfDeletion(state: CoordinatorState, name: string): AppError | undefined {
  const group = state.classic.get(name);
  if (!isKnownGroup(state, name)) return groupErrors.unknownGroup({ group: name });
  if (group?.state === "Dead") return groupErrors.unknownGroup({ group: name });
  const members = (group?.members.size ?? 0) + (state.consumer.get(name)?.members.size ?? 0);
  return members > 0 || (group !== undefined && group.state !== "Empty") ? groupErrors.groupNotEmpty({ group: name, members }) : undefined;
}

function tombstonesOfGroup(state: CoordinatorState, group: string): GroupRecord[] {
  const classic: GroupRecord = { kind: "group", group, metadata: undefined };
  return state.consumer.has(group) ? [classic, { kind: "consumerGroup", group, epoch: undefined }] : [classic];
}

/** From here on nobody gets into it; pending ids are forgotten. */
function markDead(turn: Turn, name: string): void {
  const group = turn.state.classic.get(name);
  if (group === undefined) return;
  group.state = "Dead";
  for (const memberId of group.pending) turn.cancelTimer({ kind: "pending", group: name, memberId });
  group.pending.clear();
}

function revive(state: CoordinatorState, name: string): void {
  const group = state.classic.get(name);
  if (group?.state === "Dead") group.state = "Empty";
}
