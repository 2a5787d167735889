import { AppError, toAppError, type TopicPartition, topicPartitionKey } from "@millrace/model";
import { clientErrors } from "../errors.ts";
import type { CommittedOffset, GroupIdentity, GroupListener, GroupOffset, Subscription } from "../group-api.ts";
import { COMMITS_WAITING_MAX } from "../limits.ts";
import type { ConsumerSettings } from "../settings.ts";
import type { GroupCalls } from "./group-calls.ts";
import { GroupMember } from "./group-member.ts";
import type { ConsumerContext, PartitionReaders } from "./partition-readers.ts";
import { Waker } from "./waker.ts";

interface SubscriptionParts {
  readonly calls: GroupCalls;
  readonly readers: PartitionReaders;
  readonly waker: Waker;
  readonly context: ConsumerContext;
}

/** A consumer's side of its membership: follows what the group assigns when its caller polls, and commits what the caller is done with. */
export class GroupSubscription {
  readonly #settings: ConsumerSettings;
  readonly #parts: SubscriptionParts;
  readonly #member: GroupMember;
  readonly #limits: Waker;
  /** Offsets as last committed by this member. */
  readonly #committed = new Map<string, number>();
  #listener: GroupListener;
  #polledMs: number;
  #autoCommitAtMs: number;
  #commits: Promise<void> = Promise.resolve();
  #commitsWaiting = 0;
  #following: Promise<void> | undefined;
  /** Of a rebalance; the next poll throws it. */
  #failure: unknown;
  /** The assignment that is held in full. */
  #heldTarget: readonly TopicPartition[] | undefined;

  constructor(subscription: Subscription, listener: GroupListener, settings: ConsumerSettings, parts: SubscriptionParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#limits = new Waker(parts.context.ports.clock);
    this.#listener = listener;
    this.#polledMs = parts.context.ports.clock.monotonicMs();
    this.#autoCommitAtMs = this.#polledMs + settings.autoCommitIntervalMs;
    const memberListener = {
      changed: () => parts.waker.wake(),
      held: () => parts.readers.partitions,
      polledMs: () => this.#polledMs,
    };
    this.#member = new GroupMember(parts.calls, subscription, settings, { context: parts.context, listener: memberListener });
  }

  get identity(): GroupIdentity {
    return this.#member.identity;
  }

  start(): void {
    this.#member.start();
  }

  resubscribe(subscription: Subscription, listener: GroupListener): void {
    this.#listener = listener;
    this.#member.resubscribe(subscription);
  }

  /**
   * What is due before the next records: the caller is done with the former ones. False: that took longer than the caller waits, and goes on. Throws why this is no
   * member, and what a listener threw.
   */
  async polled(limit: { readonly delayMs: number; readonly signal: AbortSignal | undefined }): Promise<boolean> {
    const nowMs = this.#parts.context.ports.clock.monotonicMs();
    this.#polledMs = nowMs;
    this.#member.polled();
    if (!(await this.#followed(limit))) return false;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure as Error;
    if (this.#member.failure !== undefined) throw this.#member.failure;
    if (!this.#settings.autoCommit || nowMs < this.#autoCommitAtMs) return true;
    this.#autoCommitAtMs = nowMs + this.#settings.autoCommitIntervalMs;
    this.commitAsync(undefined);
    return true;
  }

  /** Resolves when they are stored; after those that were asked for before. */
  commit(offsets: readonly GroupOffset[] | undefined): Promise<void> {
    const chosen = offsets ?? this.#positions();
    if (chosen.length === 0) return this.#commits;
    if (this.#commitsWaiting >= COMMITS_WAITING_MAX) return Promise.reject(clientErrors.tooManyCommits({ waiting: this.#commitsWaiting }));
    this.#commitsWaiting++;
    const { losses } = this.#member;
    const committed = this.#commits.then(() => this.#commitNow(chosen, losses)).finally(() => this.#commitsWaiting--);
    this.#commits = committed.catch(() => undefined);
    return committed;
  }

  commitAsync(offsets: readonly GroupOffset[] | undefined): void {
    this.commit(offsets).catch((error: unknown) => this.#listener.onCommitFailed?.(toAppError(error)));
  }

  committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    return this.#parts.calls.committed(partitions, { stable: this.#settings.isolation === "committed" });
  }

  /** Commits what was read, if that is this consumer's habit, and leaves. */
  async leave(): Promise<void> {
    const { readers } = this.#parts;
    await this.#following;
    const held = readers.partitions;
    try {
      if (!this.#member.isLost) await this.#giveUp(held);
    } finally {
      readers.stopAll();
      await this.#member.leave();
    }
  }

  async #commitNow(offsets: readonly GroupOffset[], losses: number): Promise<void> {
    try {
      await this.#parts.calls.commit(offsets, () => this.#identityUnlessLost(losses));
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== "fenced" || error.code === "commit-of-lost-partitions") throw error;
      this.#member.nudge();
      throw clientErrors.commitLost({ group: this.identity.groupId, cause: error.code });
    }
    for (const { topic, partition, offset } of offsets) this.#committed.set(topicPartitionKey(topic, partition), offset);
  }

  /** What it read as the member that it was is another's by now, and may be committed further: it must not go back by the epoch of the member that it is again. */
  #identityUnlessLost(losses: number): GroupIdentity {
    if (this.#member.isLost || this.#member.losses !== losses) throw clientErrors.commitLost({ group: this.identity.groupId });
    return this.identity;
  }

  /** Where the caller stands in what it holds, as far as that is news. */
  #positions(): GroupOffset[] {
    const { readers } = this.#parts;
    return readers.partitions.flatMap(({ topic, partition }) => {
      const at = readers.offsetOf({ topic, partition });
      return at !== undefined && this.#committed.get(topicPartitionKey(topic, partition)) !== at.offset ? [at] : [];
    });
  }

  /** True once what the group says is held, within the caller's time. */
  async #followed({ delayMs, signal }: { readonly delayMs: number; readonly signal: AbortSignal | undefined }): Promise<boolean> {
    const isBehind = this.#member.isLost || (this.#member.target !== undefined && this.#member.target !== this.#heldTarget);
    if (this.#following === undefined && !isBehind) return true;
    this.#following ??= this.#follow()
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#following = undefined;
      });
    const isOver = new AbortController();
    const signals = signal === undefined ? isOver.signal : AbortSignal.any([signal, isOver.signal]);
    const timedOut = this.#limits.wait({ delayMs, signal: signals }).then(() => false);
    try {
      return await Promise.race([this.#following.then(() => true), timedOut]);
    } finally {
      isOver.abort();
    }
  }

  /** Holds what the group says, however often it changes its mind meanwhile. */
  async #follow(): Promise<void> {
    const failures: unknown[] = [];
    for (;;) {
      const { readers } = this.#parts;
      if (this.#member.isLost) await this.#drop(failures);
      const { target } = this.#member;
      if (target === undefined) break;
      const wanted = new Set(target.map(({ topic, partition }) => topicPartitionKey(topic, partition)));
      const leaving = readers.partitions.filter(({ topic, partition }) => !wanted.has(topicPartitionKey(topic, partition)));
      if (leaving.length > 0) await this.#giveUp(leaving).catch((error: unknown) => failures.push(error));
      for (const partition of leaving) this.#forget(partition);
      const coming = target.filter((partition) => !readers.has(partition));
      if (coming.length > 0 && !(await this.#take(coming, failures))) break;
      if (leaving.length === 0 && coming.length === 0) {
        this.#heldTarget = target;
        break;
      }
      this.#member.nudge();
    }
    if (failures.length > 0) throw failures[0] as Error;
  }

  /** They belong to others already: nothing is committed. */
  async #drop(failures: unknown[]): Promise<void> {
    const lost = this.#parts.readers.partitions;
    for (const partition of lost) this.#forget(partition);
    this.#member.isLost = false;
    const told = this.#listener.onLost === undefined ? this.#listener.onRevoked?.(lost) : this.#listener.onLost(lost);
    await Promise.resolve(told).catch((error: unknown) => failures.push(error));
    this.#member.nudge();
  }

  #forget(partition: TopicPartition): void {
    this.#parts.readers.stop(partition);
    this.#committed.delete(topicPartitionKey(partition.topic, partition.partition));
  }

  async #giveUp(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    const { readers } = this.#parts;
    readers.setPaused(partitions, true);
    if (this.#settings.autoCommit)
      await this.commit(undefined).catch((error: unknown) => this.#listener.onCommitFailed?.(toAppError(error)));
    await this.#listener.onRevoked?.(partitions);
  }

  /** Reads on where the group left off. False: the group said something else meanwhile, or cannot be asked: the next poll sees. */
  async #take(partitions: readonly TopicPartition[], failures: unknown[]): Promise<boolean> {
    const { readers, calls } = this.#parts;
    const before = this.#member.target;
    let offsets: readonly CommittedOffset[];
    try {
      offsets = await calls.committed(partitions, { stable: this.#settings.isolation === "committed", identity: () => this.identity });
    } catch (error) {
      if (!(error instanceof AppError && error.kind === "fenced")) failures.push(error);
      this.#member.nudge();
      return false;
    }
    if (this.#member.isLost || this.#member.target !== before) return true;
    const known = new Map(offsets.map((offset) => [topicPartitionKey(offset.topic, offset.partition), offset]));
    const readersMax = readers.partitions.length + partitions.length;
    for (const { topic, partition } of partitions) {
      const committed = known.get(topicPartitionKey(topic, partition));
      const { offsetReset } = this.#settings;
      if (committed === undefined && offsetReset === "none")
        readers.fail({ topic, partition }, clientErrors.noOffset({ topic, partition }));
      else readers.start(committed ?? { topic, partition, offset: offsetReset === "none" ? "earliest" : offsetReset }, readersMax);
      if (committed !== undefined) this.#committed.set(topicPartitionKey(topic, partition), committed.offset);
    }
    await Promise.resolve(this.#listener.onAssigned?.(partitions)).catch((error: unknown) => failures.push(error));
    return true;
  }
}
