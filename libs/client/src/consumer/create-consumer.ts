import type { TopicPartition } from "@millrace/model";
import { NO_TRACER } from "@millrace/ports";
import type { Assignment, Consumer, PartitionRecords } from "../api.ts";
import { clientErrors } from "../errors.ts";
import type { CommittedOffset, GroupIdentity, GroupListener, GroupOffset, Subscription } from "../group-api.ts";
import type { ConsumerSettings } from "../settings.ts";
import { GroupCalls } from "./group-calls.ts";
import { assertSubscription } from "./group-member.ts";
import { GroupSubscription } from "./group-subscription.ts";
import { ProcessTrace } from "./process-trace.ts";
import { type ConsumerContext, PartitionReaders } from "./partition-readers.ts";
import { Waker } from "./waker.ts";

/** Builds a consumer; nothing is read before `assign` or `subscribe`. */
export function createConsumer(settings: ConsumerSettings, context: ConsumerContext): Consumer {
  return new ReadingConsumer(settings, context);
}

class ReadingConsumer implements Consumer {
  readonly #settings: ConsumerSettings;
  readonly #context: ConsumerContext;
  readonly #waker: Waker;
  readonly #readers: PartitionReaders;
  readonly #calls: GroupCalls | undefined;
  readonly #trace: ProcessTrace;
  #subscription: GroupSubscription | undefined;
  #closed = false;

  constructor(settings: ConsumerSettings, context: ConsumerContext) {
    this.#settings = settings;
    this.#context = context;
    this.#waker = new Waker(context.ports.clock);
    this.#readers = new PartitionReaders(settings, context, this.#waker);
    this.#trace = new ProcessTrace(context.ports.tracer ?? NO_TRACER, () => context.ports.clock.wallMs());
    this.#calls = settings.groupId === undefined ? undefined : new GroupCalls(settings.groupId, context);
  }

  assign(assignments: readonly Assignment[]): void {
    this.#assertOpen();
    if (this.#subscription !== undefined) throw clientErrors.subscribed();
    this.#readers.stopAll();
    for (const assignment of assignments) this.#readers.start(assignment, assignments.length);
  }

  async assignTopic(topic: string, offset: Assignment["offset"]): Promise<void> {
    const { partitions } = await this.#context.metadata.topic(topic);
    this.assign(partitions.map(({ partition }) => ({ topic, partition, offset })));
  }

  async subscribe(subscription: Subscription, listener: GroupListener = {}): Promise<void> {
    this.#assertOpen();
    assertSubscription(subscription);
    const calls = this.#requireCalls();
    if (this.#subscription !== undefined) return this.#subscription.resubscribe(subscription, listener);
    await calls.connect();
    this.#assertOpen();
    this.#readers.stopAll();
    const parts = { calls, readers: this.#readers, waker: this.#waker, context: this.#context };
    this.#subscription = new GroupSubscription(subscription, listener, this.#settings, parts);
    this.#subscription.start();
  }

  async unsubscribe(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.leave();
  }

  assignment(): readonly TopicPartition[] {
    return this.#readers.partitions;
  }

  seek(assignment: Assignment): void {
    this.#assertOpen();
    if (this.#subscription !== undefined && !this.#readers.has(assignment)) throw clientErrors.notAssigned(targetOf(assignment));
    this.#readers.start(assignment);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#readers.setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#readers.setPaused(partitions, false);
  }

  paused(): readonly TopicPartition[] {
    return this.#readers.paused;
  }

  async poll({ timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal }): Promise<PartitionRecords | undefined> {
    const { clock } = this.#context.ports;
    const askedMs = this.#trace.asked();
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    for (;;) {
      const isReady = (await this.#subscription?.polled({ delayMs: deadlineMs - clock.monotonicMs(), signal })) ?? true;
      if (!isReady || this.#closed || signal?.aborted === true) return undefined;
      const records = this.#readers.take();
      const delayMs = deadlineMs - clock.monotonicMs();
      if (records !== undefined) this.#trace.delivered(records, askedMs);
      if (records !== undefined || delayMs <= 0) return records;
      await this.#waker.wait({ delayMs: Math.min(delayMs, this.#wakeAfterMs()), signal });
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PartitionRecords, void, undefined> {
    for (;;) {
      const records = await this.poll({ timeoutMs: Infinity });
      if (records === undefined) return;
      yield records;
    }
  }

  position(target: TopicPartition): number | undefined {
    return this.#readers.position(target);
  }

  async commit(offsets?: readonly GroupOffset[]): Promise<void> {
    if (this.#subscription !== undefined) return this.#subscription.commit(offsets);
    const { groupId } = this.#requireCalls();
    await this.#requireCalls().commit(offsets ?? this.#positions(), () => ({ groupId }));
  }

  commitAsync(offsets?: readonly GroupOffset[]): void {
    if (this.#subscription === undefined) throw clientErrors.noGroup();
    this.#subscription.commitAsync(offsets);
  }

  committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    return this.#requireCalls().committed(partitions, { stable: this.#settings.isolation === "committed" });
  }

  groupIdentity(): GroupIdentity {
    return this.#subscription?.identity ?? { groupId: this.#requireCalls().groupId };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#trace.asked();
    try {
      await this.unsubscribe();
    } finally {
      this.#readers.stopAll();
      this.#waker.wake();
    }
  }

  /** A caller that waits in `poll` is not away: its polls are counted, and what it read is committed. */
  #wakeAfterMs(): number {
    const { pollIntervalMsMax, autoCommitIntervalMs } = this.#settings;
    return this.#subscription === undefined ? Infinity : Math.max(1, Math.min(pollIntervalMsMax / 2, autoCommitIntervalMs));
  }

  #positions(): GroupOffset[] {
    return this.#readers.partitions.flatMap((partition) => this.#readers.offsetOf(partition) ?? []);
  }

  #requireCalls(): GroupCalls {
    if (this.#calls === undefined) throw clientErrors.noGroup();
    return this.#calls;
  }

  #assertOpen(): void {
    if (this.#closed) throw clientErrors.closed();
  }
}

function targetOf({ topic, partition }: Assignment): { topic: string; partition: number } {
  return { topic, partition };
}
