import type { GroupAssignment } from "@millrace/contracts";
import { type AppError, toAppError, type TopicPartition } from "@millrace/model";
import { clientErrors } from "../errors.ts";
import type { GroupIdentity, Subscription } from "../group-api.ts";
import { HEARTBEAT_INTERVAL_MS_FIRST, LEAVE_MS_MAX } from "../limits.ts";
import { backoffMs, isTransient } from "../retry.ts";
import type { ConsumerSettings } from "../settings.ts";
import type { GroupCalls, HeartbeatInit } from "./group-calls.ts";
import type { ConsumerContext } from "./partition-readers.ts";
import { Waker } from "./waker.ts";

const JOIN = 0;
const LEAVE = -1;
const LEAVE_FOR_A_WHILE = -2;

/** What the member learns, for its consumer to act upon in its own time. */
export interface MemberListener {
  /** Something of `target`, `isLost` or `failure` changed. */
  changed(): void;
  /** What the consumer holds now. */
  held(): readonly TopicPartition[];
  /** When the caller last asked for records. */
  polledMs(): number;
}

/**
 * This client as a member of a KIP-848 group: heartbeats, in the background and at once when something has changed. It keeps the conversation; what is held is the
 * consumer's, which follows `target` when its caller polls.
 */
export class GroupMember {
  readonly #settings: ConsumerSettings;
  readonly #context: ConsumerContext;
  readonly #calls: GroupCalls;
  readonly #listener: MemberListener;
  readonly #memberId: string;
  readonly #waker: Waker;
  readonly #stop = new AbortController();
  #subscription: Subscription;
  #loop: Promise<void> | undefined;
  #epoch = JOIN;
  #intervalMs = HEARTBEAT_INTERVAL_MS_FIRST;
  #saysAll = true;
  #saidOwned = "";
  #isNudged = false;
  #isWaitingForCaller = false;
  #failures = 0;
  /** What the member shall hold; undefined until the group has said so. */
  target: readonly TopicPartition[] | undefined;
  /** What is held is no longer ours: drop it. */
  isLost = false;
  /** How often the group went on without it. */
  losses = 0;
  /** Why it is no member and will not become one. */
  failure: AppError | undefined;

  constructor(
    calls: GroupCalls,
    subscription: Subscription,
    settings: ConsumerSettings,
    of: { context: ConsumerContext; listener: MemberListener },
  ) {
    this.#calls = calls;
    this.#subscription = subscription;
    this.#settings = settings;
    this.#context = of.context;
    this.#listener = of.listener;
    this.#memberId = of.context.ports.random.hex(16);
    this.#waker = new Waker(of.context.ports.clock);
  }

  get identity(): GroupIdentity {
    const { instanceId } = this.#settings;
    const static_ = instanceId === undefined ? {} : { instanceId };
    return { groupId: this.#calls.groupId, memberId: this.#memberId, memberEpoch: this.#epoch, ...static_ };
  }

  start(): void {
    this.#loop = this.#run();
  }

  resubscribe(subscription: Subscription): void {
    this.#subscription = subscription;
    this.#saysAll = true;
    this.nudge();
  }

  /** Heartbeat now: what is held has changed, or the caller is back. */
  nudge(): void {
    this.#isNudged = true;
    this.#waker.wake();
  }

  /** The caller asks for records: a member that was away comes back. */
  polled(): void {
    if (this.#isWaitingForCaller) this.#waker.wake();
  }

  /** Ends the conversation. A static member keeps its place for a session. */
  async leave(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    if (this.#epoch === JOIN) return;
    const { instanceId = "" } = this.#settings;
    const memberEpoch = instanceId === "" ? LEAVE : LEAVE_FOR_A_WHILE;
    this.#epoch = JOIN;
    const timeoutMs = Math.min(this.#context.requestTimeoutMs, LEAVE_MS_MAX);
    // Best effort: a member that does not say goodbye is removed when its session ends.
    await this.#calls.heartbeat({ memberId: this.#memberId, memberEpoch, instanceId }, { timeoutMs }).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && this.failure === undefined) {
      if (await this.#isAway()) continue;
      const waitMs = await this.#heartbeat(signal);
      if (!this.#isNudged) await this.#waker.wait({ delayMs: waitMs, signal });
      this.#isNudged = false;
    }
  }

  /** True after the caller was away for too long: the group went on without this member, until the caller is back. */
  async #isAway(): Promise<boolean> {
    const { clock } = this.#context.ports;
    const isAway = (): boolean => clock.monotonicMs() - this.#listener.polledMs() > this.#settings.pollIntervalMsMax;
    if (!isAway()) return false;
    const { instanceId = "" } = this.#settings;
    if (this.#epoch !== JOIN) {
      const options = { timeoutMs: this.#context.requestTimeoutMs, signal: this.#stop.signal };
      await this.#calls.heartbeat({ memberId: this.#memberId, memberEpoch: LEAVE, instanceId }, options).catch(() => undefined);
    }
    this.#lose();
    this.#isWaitingForCaller = true;
    while (isAway() && !this.#stop.signal.aborted) await this.#waker.wait({ delayMs: Infinity, signal: this.#stop.signal });
    this.#isWaitingForCaller = false;
    return true;
  }

  /** Time until the next one. */
  async #heartbeat(signal: AbortSignal): Promise<number> {
    const request = this.#request();
    this.#saysAll = false; // what changes while it is under way asks for the next one to say all
    const saidOwned = request.owned === undefined ? undefined : textOf(this.#listener.held());
    try {
      const options = { timeoutMs: this.#context.requestTimeoutMs, signal };
      const { memberEpoch, heartbeatIntervalMs, assignment } = await this.#calls.heartbeat(request, options);
      this.#failures = 0;
      if (saidOwned !== undefined) this.#saidOwned = saidOwned;
      this.#epoch = memberEpoch;
      if (heartbeatIntervalMs > 0) this.#intervalMs = heartbeatIntervalMs;
      if (assignment !== undefined) this.target = partitionsOf(assignment);
      if (assignment !== undefined) this.#listener.changed();
      return this.#intervalMs;
    } catch (error) {
      return signal.aborted ? 0 : this.#failed(toAppError(error));
    }
  }

  #failed(error: AppError): number {
    // An answer may have been lost, and with it an assignment: who says everything is told everything.
    this.#saysAll = true;
    if (isTransient(error) || error.code === "group-max-size-reached")
      return Math.min(backoffMs(++this.#failures, this.#context.ports.random), this.#intervalMs);
    const isFenced = error.code === "unknown-member-id" || error.code === "fenced-member-epoch" || error.code === "group-id-not-found";
    if (isFenced && this.#epoch !== JOIN) {
      this.#lose();
      return 0;
    }
    this.failure = error;
    this.#lose();
    return 0;
  }

  #lose(): void {
    this.losses++;
    this.#epoch = JOIN;
    this.#saysAll = true;
    this.target = undefined;
    this.isLost = this.#listener.held().length > 0;
    this.#listener.changed();
  }

  #request(): HeartbeatInit {
    const { rackId, clientId, instanceId, assignor, pollIntervalMsMax } = this.#settings;
    const base = { memberId: this.#memberId, memberEpoch: this.#epoch, instanceId: instanceId ?? "", clientId };
    const held = this.isLost ? [] : this.#listener.held();
    const owned = this.#saysAll || textOf(held) !== this.#saidOwned ? { owned: assignmentOf(held) } : {};
    if (!this.#saysAll) return { ...base, ...owned };
    const { topics, pattern } = this.#subscription;
    return {
      ...base,
      ...owned,
      rackId: rackId ?? "",
      rebalanceTimeoutMs: pollIntervalMsMax,
      subscribedTopics: { names: [...(topics ?? [])] },
      subscribedTopicRegex: pattern ?? "",
      ...(assignor === undefined ? {} : { assignor }),
    };
  }
}

/** Throws for what names nothing, or cannot be read as one. */
export function assertSubscription({ topics = [], pattern }: Subscription): void {
  if (topics.length === 0 && (pattern === undefined || pattern === "")) throw clientErrors.nothingSubscribed();
}

function partitionsOf({ topics }: GroupAssignment): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}

function assignmentOf(held: readonly TopicPartition[]): { topics: { topic: string; partitions: number[] }[] } {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of held) {
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [partition]);
    else known.push(partition);
  }
  return { topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })) };
}

function textOf(held: readonly TopicPartition[]): string {
  return held
    .map(({ topic, partition }) => `${topic}-${partition}`)
    .sort()
    .join();
}
