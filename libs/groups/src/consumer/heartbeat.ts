import type { AppError } from "@millrace/model";
import { refusalOfNewGroup } from "../coordinator-state.ts";
import { groupErrors } from "../errors.ts";
import type { ConsumerHeartbeatRequest } from "../event.ts";
import { REBALANCE_TIMEOUT_MS_MAX } from "../limits.ts";
import type { GroupResponse } from "../response.ts";
import type { GroupRecord } from "../store.ts";
import type { Turn } from "../turn.ts";
import { isSame, NOTHING } from "./assignment.ts";
import { AWAY, type ConsumerGroup, createConsumerGroup, memberOfInstance } from "./group.ts";
import { leaveConsumer } from "./leave.ts";
import { refusalOfEpoch, refusalOfForm } from "./member-epoch.ts";
import { ConsumerChange } from "./persist.ts";
import { reconcile } from "./reconcile.ts";
import type { StoredConsumerMember } from "./records.ts";
import { forgetSession, touchConsumer, watchRevocation } from "./sessions.ts";
import { advanceEpoch } from "./target.ts";

const JOIN = 0;

/** The one call of a KIP-848 member: join, report, learn what to own, leave. Answered when all that it changed is in the log. */
export function consumerHeartbeat(turn: Turn, request: ConsumerHeartbeatRequest): void {
  const { correlation, group: name, memberEpoch } = request;
  const refusal = refusalOfForm(turn.state, request) ?? refusalOfNewGroup(turn.state, name) ?? refusalOfClassic(turn, name);
  if (refusal !== undefined) return turn.refuse(correlation, refusal);
  const known = turn.state.consumer.get(name);
  if (known === undefined && memberEpoch !== JOIN) return turn.refuse(correlation, groupErrors.unknownGroup({ group: name }));
  const group = known ?? createConsumerGroup(name, turn.state.store.consumerGroups.get(name));
  if (group.hasFailed) return turn.refuse(correlation, groupErrors.coordinatorNotAvailable({ group: name })); // until it is known what the log says
  if (memberEpoch < JOIN) return leaveConsumer(turn, group, request);
  const found = findMember(turn, group, request);
  if ("error" in found) return turn.refuse(correlation, found.error);
  turn.state.consumer.set(name, group);
  const change = new ConsumerChange(group);
  const { member } = found;
  if (found.replaces !== undefined) {
    forgetSession(turn, group, found.replaces);
    change.removeMember(found.replaces);
  }
  if (found.isNew || found.replaces !== undefined || hasChanged(group.members.get(member.memberId), member)) change.setMember(member);
  if (found.isNew || found.hasNewSubscription) advanceEpoch(turn.state, change);
  touchConsumer(turn, group, member.memberId);
  answer(turn, change, request, member.memberId);
}

/** Steps the member towards its target and tells it what it has. */
function answer(turn: Turn, change: ConsumerChange, request: ConsumerHeartbeatRequest, memberId: string): void {
  const { group } = change;
  const before = group.members.get(memberId);
  if (before === undefined) return turn.refuse(request.correlation, groupErrors.unknownMember({ group: group.group, memberId }));
  const after = reconcile(group, before, request.owned);
  if (after !== before) change.setMember(after);
  watchRevocation(turn, group, after);
  // A member that has something else may have missed an answer: told again, it comes right, whatever its client does about lost answers.
  const isOther = request.owned !== undefined && !isSame(request.owned, after.assigned);
  const isTold = request.memberEpoch === JOIN || isOther || isFull(request) || !isSame(before.assigned, after.assigned);
  const response: GroupResponse = {
    kind: "consumerHeartbeat",
    memberId,
    memberEpoch: after.epoch,
    heartbeatIntervalMs: turn.state.settings.consumerHeartbeatIntervalMs,
    assignment: isTold ? after.assigned : undefined,
  };
  change.finish(turn, { correlation: request.correlation, response }, classicTombstone(turn, group.group));
}

/** Everything said: the client lost its state of the conversation, after a disconnect for one. */
function isFull({ owned, rebalanceTimeoutMs, topics, topicRegex }: ConsumerHeartbeatRequest): boolean {
  return owned !== undefined && rebalanceTimeoutMs !== undefined && (topics ?? topicRegex) !== undefined;
}

type Found =
  | { readonly error: AppError }
  | {
      readonly member: StoredConsumerMember;
      readonly isNew: boolean;
      readonly hasNewSubscription: boolean;
      readonly replaces: string | undefined;
    };

/** The member that calls, as it is after what it says about itself. */
function findMember(turn: Turn, group: ConsumerGroup, request: ConsumerHeartbeatRequest): Found {
  const { instanceId, memberEpoch } = request;
  const memberId = request.memberId === "" ? request.freshId : request.memberId;
  const context = { group: group.group, memberId, instanceId };
  const owner = instanceId === undefined ? undefined : memberOfInstance(group, instanceId);
  const known = group.members.get(memberId);
  if (memberEpoch !== JOIN) {
    if (instanceId !== undefined && owner === undefined) return { error: groupErrors.unknownMember(context) };
    if (owner !== undefined && owner.memberId !== memberId) return { error: groupErrors.fencedInstance(context) };
    const error = known === undefined ? groupErrors.unknownMember(context) : refusalOfEpoch(group.group, known, request);
    if (error !== undefined || known === undefined) return { error: error ?? groupErrors.unknownMember(context) };
    return { ...updated(known, request), isNew: false, replaces: undefined };
  }
  if (owner !== undefined && owner.memberId !== memberId) {
    // Its place is kept while it is away; the new process owns nothing yet, but what was assigned is still its.
    if (owner.epoch !== AWAY) return { error: groupErrors.instanceInUse(context) };
    return {
      ...updated({ ...owner, memberId, epoch: owner.previousEpoch, state: "UNRELEASED_PARTITIONS", revoking: NOTHING }, request),
      isNew: false,
      replaces: owner.memberId,
    };
  }
  // A member that joins again owns nothing, and says so: whatever it had is free.
  if (known !== undefined)
    return {
      ...updated({ ...known, epoch: JOIN, assigned: NOTHING, revoking: NOTHING, state: "STABLE" }, request),
      isNew: false,
      replaces: undefined,
    };
  if (group.members.size >= turn.state.settings.groupSizeMax) return { error: groupErrors.groupFull(context) };
  return { ...updated(newMember(request, memberId), request), isNew: true, replaces: undefined };
}

function newMember(request: ConsumerHeartbeatRequest, memberId: string): StoredConsumerMember {
  const { instanceId, rackId, clientId, clientHost } = request;
  return {
    memberId,
    instanceId,
    rackId,
    clientId,
    clientHost,
    rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS_MAX,
    topics: [],
    topicRegex: undefined,
    assignor: undefined,
    state: "STABLE",
    epoch: 0,
    previousEpoch: 0,
    assigned: NOTHING,
    revoking: NOTHING,
    target: NOTHING,
  };
}

/** What is not said is unchanged. */
function updated(
  member: StoredConsumerMember,
  request: ConsumerHeartbeatRequest,
): { readonly member: StoredConsumerMember; readonly hasNewSubscription: boolean } {
  const topics = request.topics?.toSorted() ?? member.topics;
  const topicRegex = request.topicRegex === "" ? undefined : (request.topicRegex ?? member.topicRegex);
  const assignor = request.assignor ?? member.assignor;
  const rebalanceTimeoutMs = Math.min(request.rebalanceTimeoutMs ?? member.rebalanceTimeoutMs, REBALANCE_TIMEOUT_MS_MAX);
  const hasNewSubscription = topics.join() !== member.topics.join() || topicRegex !== member.topicRegex || assignor !== member.assignor;
  const { clientId, clientHost } = request;
  return {
    member: { ...member, clientId, clientHost, topics, topicRegex, assignor, rebalanceTimeoutMs, rackId: request.rackId ?? member.rackId },
    hasNewSubscription,
  };
}

function hasChanged(before: StoredConsumerMember | undefined, after: StoredConsumerMember): boolean {
  if (before === undefined) return true;
  return (Object.keys(after) as (keyof StoredConsumerMember)[]).some((key) =>
    key === "topics" ? before.topics.join() !== after.topics.join() : before[key] !== after[key],
  );
}

/** An empty classic group of the name becomes this one, one with members stands in its way. */
function refusalOfClassic(turn: Turn, name: string): AppError | undefined {
  const classic = turn.state.classic.get(name);
  if (classic === undefined || (classic.state === "Empty" && classic.pending.size === 0)) return undefined;
  return classic.state === "Dead"
    ? groupErrors.coordinatorNotAvailable({ group: name })
    : groupErrors.unknownGroup({ group: name, type: "classic" });
}

function classicTombstone(turn: Turn, group: string): GroupRecord[] {
  const { classic, store } = turn.state;
  const wasClassic = classic.delete(group);
  return wasClassic || store.groups.has(group) ? [{ kind: "group", group, metadata: undefined }] : [];
}
