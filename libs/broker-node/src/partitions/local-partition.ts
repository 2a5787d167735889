import type { MarkerInput, PartitionLog, StageOptions, StageResult } from "@millrace/log-engine";
import {
  type BrokerEpoch,
  type BrokerId,
  isInternalTopic,
  type LeaderEpoch,
  NO_TIMESTAMP,
  type Offset,
  type PartitionEpoch,
  type ProducerId,
  type TimestampMs,
  type TopicConfig,
} from "@millrace/model";
import { RecordBatchView, stampBatch } from "@millrace/records";
import type { PartitionAssignment, Wish } from "@millrace/replication";
import { brokerErrors } from "../errors.ts";
import type { Append, AppendOptions } from "./append.ts";
import { AppendWaiters, type Durability, storedAppend } from "./append-waiters.ts";
import { LeaderRole } from "../replication/leader-role.ts";
import { compactableEnd, type FollowedLeader, type LeaderTold, type Spared } from "./followed-leader.ts";
import type { LocalPartitionPorts } from "./partition-ports.ts";
import { RecordHolds } from "./record-holds.ts";
import { topicLabels } from "./topic-labels.ts";
import { type EndedTransactions, VerifiedTransactions } from "./verified-transactions.ts";

/**
 * A partition whose log this broker has. On the leader: appends go through `stage`, the turn's group commit and, with flush=ack, shared syncs; the high
 * watermark follows, and wakes appenders and readers. Life: opened, leads an epoch, resigns, closed.
 */
export class LocalPartition {
  readonly topic: string;
  readonly partition: number;
  /** Of this topic's metrics: made once, not for each request. */
  readonly labels: { readonly topic: string };
  readonly holds = new RecordHolds();
  readonly #ports: LocalPartitionPorts;
  readonly #waiters = new AppendWaiters();
  readonly #readers = new Set<() => void>();
  /** Of followers' streams: called at each write, and when this broker no longer leads. */
  readonly #writtenListeners = new Set<() => void>();
  #log: PartitionLog;
  /** Undefined with one replica, where there is nothing to decide. */
  #role: LeaderRole | undefined;
  #followed: FollowedLeader | undefined;
  /** Work on the log as a follower; leading begins after it. */
  #replicaWork: Promise<void> = Promise.resolve();
  /** Work that broke off and left the log closed: another one has to be opened. */
  #lostBy: unknown;
  readonly #transactions = new VerifiedTransactions();
  #markerListener: ((marker: MarkerInput) => void) | undefined;
  #config: TopicConfig;
  #leaderEpoch: LeaderEpoch | undefined;
  #isScheduled = false;
  /** Monotonic time since which the disk has not answered a sync; undefined: none is under way. Written here only. */
  syncingSinceMs: number | undefined;
  #syncAgain = false;
  #lastStable: Offset;

  constructor(of: { topic: string; partition: number; log: PartitionLog; config: TopicConfig }, ports: LocalPartitionPorts) {
    this.topic = of.topic;
    this.partition = of.partition;
    this.#log = of.log;
    this.labels = topicLabels(of.topic);
    this.#config = of.config;
    this.#ports = ports;
    this.#lastStable = of.log.lastStableOffset;
  }

  /** Another one after the log of a follower was cut. */
  get log(): PartitionLog {
    return this.#log;
  }

  get config(): TopicConfig {
    return this.#config;
  }

  configure(config: TopicConfig): void {
    this.#config = config;
    this.log.configure(config);
    this.#syncWhatCounts();
  }

  /** Epoch in which this broker leads; undefined while it does not. */
  get leaderEpoch(): LeaderEpoch | undefined {
    return this.#leaderEpoch;
  }

  /** Epoch in which its acknowledged records may be read here: as the leader, or as a follower that has heard of the high watermark. */
  get readableEpoch(): LeaderEpoch | undefined {
    return this.#leaderEpoch ?? (this.#followed?.highWatermark === undefined ? undefined : this.#followed.epoch);
  }

  /** On the leader: where the follower's synced log ends, as it told in this epoch. */
  followerEnd(follower: BrokerId): Offset | undefined {
    return this.#role?.followerEnd(follower);
  }

  /** Leads from now on: the epoch is synced before a record of it can be appended. Called again in the same epoch, it takes another in-sync set. */
  async lead(assignment: PartitionAssignment): Promise<void> {
    const epoch = assignment.leaderEpoch;
    if (this.#leaderEpoch === epoch) {
      this.assigned(assignment);
      return;
    }
    this.#followed = undefined;
    await this.#replicaWork;
    if (this.#lostBy !== undefined) throw this.#lostBy as Error;
    // What the former epoch staged is written under it; nothing is taken until the new one is on disk. Whoever waits goes on waiting: the log is the same.
    this.write();
    this.#leaderEpoch = undefined;
    const epochStartOffset = this.log.logEndOffset;
    await this.log.startLeaderEpoch(epoch);
    const nowMs = this.#ports.monotonicMs();
    const { replication } = this.#ports;
    this.#role = assignment.replicas.length > 1 ? new LeaderRole(assignment, { epochStartOffset, nowMs }, replication) : undefined;
    this.#leaderEpoch = epoch;
    // Markers that other leaders wrote were not counted: what was verified before them is verified again.
    this.#transactions.forgetEnded();
    this.holds.askAgain(nowMs);
    this.afterWrite();
  }

  /** The coordinator's decision on the in-sync set, in the epoch that this broker leads; of another one it is late news. */
  assigned(assignment: PartitionAssignment): void {
    if (assignment.leaderEpoch !== this.#leaderEpoch) return;
    const { replication } = this.#ports;
    if (this.#role === undefined && assignment.replicas.length > 1) {
      const at = { epochStartOffset: this.log.leaderEpochStartOffset, nowMs: this.#ports.monotonicMs() };
      this.#role = new LeaderRole(assignment, at, replication);
    } else this.#role?.assigned(assignment, this.#logEnds());
    this.#advance();
  }

  /** In-sync sets are looked at: members that fell behind leave, others that caught up join. */
  tick(): Wish | undefined {
    const wish = this.#leaderEpoch === undefined ? undefined : this.#role?.tick(this.#logEnds());
    this.#advance();
    return wish;
  }

  /** The wish that the coordinator has not answered yet. */
  get wish(): Wish | undefined {
    return this.#leaderEpoch === undefined ? undefined : this.#role?.wish;
  }

  wishRefused(partitionEpoch: PartitionEpoch): void {
    this.#role?.wishRefused(partitionEpoch, this.#logEnds());
  }

  /** A follower's synced log ends here, in the epoch that this broker leads. */
  fetched(of: { follower: BrokerId; brokerEpoch: BrokerEpoch; endOffset: Offset }): Wish | undefined {
    const wish = this.#role?.fetched(of, this.#logEnds());
    this.#advance();
    return wish;
  }

  /** Records below were acknowledged or may have been: what this broker says of the end is true from here on (reliability R7). */
  get isHighWatermarkKnown(): boolean {
    return this.#role === undefined || this.log.highWatermark >= this.log.leaderEpochStartOffset;
  }

  /** Calls at each write, and when this broker no longer leads. Returns how to stop listening. */
  onWritten(listener: () => void): () => void {
    this.#writtenListeners.add(listener);
    return () => void this.#writtenListeners.delete(listener);
  }

  /** Does not lead in this epoch; one that follows in it already goes on. */
  resignTo(epoch: LeaderEpoch): void {
    if (this.#followed?.epoch !== epoch) this.resign();
  }

  /** Follows another broker from now on; `synced` is called when more of the leader's records are on disk here. */
  follow(epoch: LeaderEpoch, synced: () => void): void {
    this.resign();
    this.#followed = { epoch, synced, highWatermark: undefined, compactableEndOffset: 0 as Offset };
    this.#syncWhatCounts();
  }

  /** Throws `disk-full`: nothing is to be taken from the leader now. */
  requireRoom(): void {
    this.#ports.requireRoom();
  }

  /** Epoch of the leader that is followed. */
  get followedEpoch(): LeaderEpoch | undefined {
    return this.#followed?.epoch;
  }

  /** Work on the log of a follower, one piece after another; nothing is done once another epoch counts. */
  replicate(epoch: LeaderEpoch, work: (log: PartitionLog, isCurrent: () => boolean) => Promise<PartitionLog>): Promise<void> {
    const isCurrent = (): boolean => this.#followed?.epoch === epoch;
    const done = this.#replicaWork.then(async () => {
      if (!isCurrent()) return;
      const before = this.#log;
      try {
        this.#log = await work(before, isCurrent);
      } catch (error) {
        if (before.failure !== undefined) this.#lostBy ??= error;
        throw error;
      }
      if (this.#log === before) this.write();
      this.#ports.groupCommit.written(this);
      this.#advance();
      this.#syncWhatCounts();
    });
    this.#replicaWork = done.catch(() => undefined);
    return done;
  }

  /** What the leader says of its log: what a follower has below the high watermark, it may show; what readers hold, it spares. */
  leaderTold(epoch: LeaderEpoch, told: Partial<LeaderTold>): void {
    if (this.#followed?.epoch !== epoch) return;
    Object.assign(this.#followed, told);
    this.#advance();
  }

  /** What deletion of old segments has to spare: a follower deletes after its leader (R19). */
  retention(): Spared {
    return this.#spared(this.log.logStartOffset);
  }

  /** What compaction has to spare: each replica cleans its own log, and only the leader knows what readers hold. */
  compaction(): Spared {
    return this.#spared(this.#followed?.compactableEndOffset);
  }

  /** For followers: below, records may be compacted. */
  get compactableEndOffset(): Offset {
    return compactableEnd(this.#spared());
  }

  #spared(asFollower?: Offset): Spared {
    if (this.#config.restoreOf !== "") return false; // below: nobody holds records of internal topics
    if (this.#followed !== undefined) return { keepFrom: isInternalTopic(this.topic) ? undefined : asFollower };
    return this.#leaderEpoch !== undefined && this.holds.spared(this.#ports.monotonicMs());
  }

  get inSyncCount(): number {
    return this.#role?.inSyncCount ?? 1;
  }

  /** Another broker leads: whoever waits here must ask there. */
  resign(): void {
    this.#followed = undefined;
    if (this.#leaderEpoch === undefined) return;
    this.write();
    this.#leaderEpoch = undefined;
    this.#role = undefined;
    this.#transactions.forgetOpen();
    this.#waiters.fail(brokerErrors.notLeader({ topic: this.topic, partition: this.partition }));
    this.#tellWritten();
    this.wakeReaders();
  }

  /** Stages one batch; throws what refuses it. */
  append(batch: Uint8Array, options: AppendOptions): Append {
    // The cluster's own records may be written again before the last of them is restored: nobody does while there are no jobs.
    if (this.#config.restoreOf !== "" && !isInternalTopic(this.topic))
      throw brokerErrors.topicRestoring({ topic: this.topic, partition: this.partition });
    this.#ports.requireRoom();
    if (options.durability === "committed") this.#requireInSync();
    const result = this.log.stage(batch, { ...this.#stageOptions(options.now), transactionVerified: options.transactionVerified === true });
    return this.#staged(result, options.durability, options.onTooFewInSync);
  }

  /** Stages a batch of a backup at the offset that it has; it continues the log, or follows a gap that was allowed. */
  appendRestored(batch: Uint8Array, now: TimestampMs): Append {
    this.#ports.requireRoom();
    this.#requireInSync();
    const { leaderEpoch } = this.#stageOptions(now);
    const view = new RecordBatchView(batch.slice());
    const { baseOffset, lastOffset } = view;
    stampBatch(view.bytes, { baseOffset, leaderEpoch });
    this.log.stageReplicated(view, now);
    return this.#staged({ kind: "appended", baseOffset, lastOffset, logAppendTime: NO_TIMESTAMP }, "committed", "fail");
  }

  /** What is restored may have gaps: of compaction, and before the first record that was kept. */
  async allowGapTo(offset: Offset): Promise<void> {
    this.write();
    await this.log.allowGapTo(offset);
  }

  /**
   * Stages the end of a producer's transaction. Stored means synced on all that are in sync, also with flush=interval: the coordinator completes the transaction by
   * it and never writes the marker again, and without its marker committed readers would wait for ever.
   */
  appendMarker(marker: MarkerInput & { readonly transactionNumber: number }, now: TimestampMs): Append {
    this.#requireInSync();
    if (this.#transactions.isFormer(marker.producerId, marker.transactionNumber)) {
      const { stagedEndOffset } = this.log;
      return storedAppend({ kind: "duplicate", baseOffset: stagedEndOffset, lastOffset: stagedEndOffset, logAppendTime: NO_TIMESTAMP });
    }
    const result = this.log.stageMarker(marker, this.#stageOptions(now));
    this.#transactions.ended(marker.producerId);
    const append = this.#staged(result, "committed");
    const listener = this.#markerListener;
    if (listener !== undefined)
      void append.stored.then(
        () => listener(marker),
        () => undefined,
      );
    return append;
  }

  /** Calls when a marker has been committed. One listener: the coordinator of this partition, if it is of a coordinator's log. */
  onMarker(listener: (marker: MarkerInput) => void): void {
    this.#markerListener = listener;
  }

  /** Counts the producer's markers: an append that was verified before one is refused (KIP-890). */
  transactionsEnded(producerId: ProducerId): EndedTransactions {
    return this.#transactions.endedOf(producerId);
  }

  /** The producer's transaction of this number may append from now on: a marker of an earlier one, delayed on its way, must not end it. */
  transactionVerified(producerId: ProducerId, transactionNumber: number): void {
    this.#transactions.verified(producerId, transactionNumber);
  }

  /** Calls once when records become readable, or this broker no longer leads. Returns how to stop listening. */
  onReadable(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => void this.#readers.delete(wake);
  }

  /**
   * Runs when everything in the log is committed, in the epoch that this broker leads: at once with one replica. A coordinator begins then: what it would act upon
   * before, a next leader might not have.
   */
  whenCommitted(epoch: LeaderEpoch, run: () => void): void {
    if (this.#leaderEpoch !== epoch) return;
    if (this.log.highWatermark >= this.log.logEndOffset) run();
    else this.onReadable(() => this.whenCommitted(epoch, run));
  }

  /** First half of the turn's end: everything staged in one write. */
  write(): void {
    this.#isScheduled = false;
    if (this.log.stagedBytes === 0) return;
    const writtenEnd = this.log.logEndOffset;
    try {
      this.log.writeStaged();
      this.#tellWritten();
    } catch (error) {
      this.#waiters.fail(error, writtenEnd);
      this.#ports.observer.failed(this, error);
    }
  }

  /** Second half: answers what needs no sync, and starts one for the rest. */
  afterWrite(): void {
    this.#advance();
    this.#syncWhatCounts();
  }

  /** With flush=interval, only what does not count without it. */
  #syncWhatCounts(): void {
    if (this.log.replicaEndOffset < this.log.logEndOffset) this.sync();
  }

  /** Makes what is written durable; calls during a sync lead to one more after it. */
  sync(): void {
    if (this.log.failure !== undefined) this.#waiters.fail(this.log.failure, this.log.syncedEndOffset);
    if (this.log.failure !== undefined || this.log.syncedEndOffset >= this.log.logEndOffset) return;
    if (this.syncingSinceMs !== undefined) {
      this.#syncAgain = true;
      return;
    }
    const startedMs = this.#ports.monotonicMs();
    this.syncingSinceMs = startedMs;
    const log = this.#log;
    log.sync().then(
      () => {
        this.syncingSinceMs = undefined;
        this.#ports.observer.flushed((this.#ports.monotonicMs() - startedMs) / 1_000);
        // Those who came meanwhile get on their way before anybody is answered.
        if (this.#syncAgain) {
          this.#syncAgain = false;
          this.sync();
        }
        this.#advance();
      },
      (error: unknown) => {
        this.syncingSinceMs = undefined;
        if (log !== this.#log) return; // it was cut, and goes on as another one
        this.#waiters.fail(error, this.log.syncedEndOffset);
        this.#ports.observer.failed(this, error);
        // Nothing was lost for lack of room, and nobody else would sync what is written: neither a producer that repeats it nor the leader.
        if (this.log.failure === undefined) this.#ports.groupCommit.addUnsynced(this);
      },
    );
  }

  /** Everything appended is answered or failed, and the log is closed durably. */
  async close(): Promise<void> {
    this.#followed = undefined;
    await this.#replicaWork;
    this.write();
    this.#leaderEpoch = undefined;
    if (this.log.failure === undefined) {
      await this.log.close();
      this.#advance();
    } else this.log.abandon();
    this.#waiters.fail(brokerErrors.stopping());
    this.wakeReaders();
  }

  /** The log is of no use any more: it goes with its topic, or its disk failed. */
  abandon(reason: unknown): void {
    this.#followed = undefined;
    this.#leaderEpoch = undefined;
    this.log.abandon();
    this.#waiters.fail(reason);
    this.wakeReaders();
  }

  #stageOptions(now: TimestampMs): StageOptions {
    const leaderEpoch = this.#leaderEpoch;
    if (leaderEpoch === undefined) throw brokerErrors.notLeader({ topic: this.topic, partition: this.partition });
    return { leaderEpoch, now };
  }

  #staged(result: StageResult, durability: Durability | undefined, onTooFewInSync: AppendOptions["onTooFewInSync"] = "wait"): Append {
    if (this.log.stagedBytes > 0 && !this.#isScheduled) {
      this.#isScheduled = true;
      this.#ports.groupCommit.schedule(this);
    }
    if (durability === undefined) return storedAppend(result);
    const endOffset = (result.lastOffset + 1) as Offset;
    if (result.kind === "duplicate" && this.#reached()[durability] >= endOffset) return storedAppend(result);
    return this.#waiters.add({ result, endOffset, durability, onTooFewInSync });
  }

  #requireInSync(): void {
    const tooFew = this.#tooFewInSync();
    if (tooFew !== undefined) throw brokerErrors.notEnoughReplicas(tooFew);
  }

  /** undefined: as many as acks=all needs. More than there are replicas nobody can ask for (KIP-966). */
  #tooFewInSync() {
    const role = this.#role;
    const minInsyncReplicas = Math.min(this.#config.minInsyncReplicas, role?.replicaCount ?? 1);
    const inSync = this.inSyncCount;
    if (inSync >= minInsyncReplicas) return undefined;
    return { topic: this.topic, partition: this.partition, inSync, minInsyncReplicas };
  }

  #reached(): Readonly<Record<Durability, Offset>> {
    const { logEndOffset, syncedEndOffset, highWatermark } = this.log;
    return { written: logEndOffset, synced: syncedEndOffset, committed: highWatermark };
  }

  #advance(): void {
    const ends = this.#endsToWaitFor();
    const moved = ends !== undefined && this.log.advanceHighWatermark(ends);
    this.#followed?.synced();
    this.#waiters.settle(this.#reached());
    this.#tellTooFewInSync();
    const stable = this.log.lastStableOffset;
    if (!moved && stable === this.#lastStable) return;
    this.#lastStable = stable;
    this.wakeReaders();
  }

  /** Those whose records were appended when there were enough: they are on disk here, and the high watermark does not pass them for the time being. */
  #tellTooFewInSync(): void {
    if (this.#waiters.size === 0 || this.#leaderEpoch === undefined) return;
    const tooFew = this.#tooFewInSync();
    if (tooFew !== undefined) this.#waiters.failForTooFewInSync(brokerErrors.notEnoughReplicasAfterAppend(tooFew));
  }

  /** What the high watermark waits for; undefined: it stands still. */
  #endsToWaitFor(): readonly Offset[] | undefined {
    if (this.#followed?.highWatermark !== undefined) return [this.#followed.highWatermark];
    if (this.#leaderEpoch === undefined) return undefined;
    const ownEndOffset = this.log.replicaEndOffset;
    if (this.#role === undefined) return [ownEndOffset];
    return this.#role.ends({ ownEndOffset, minInSync: this.#config.minInsyncReplicas, nowMs: this.#ports.monotonicMs() });
  }

  #logEnds() {
    const { logEndOffset, highWatermark } = this.log;
    return { nowMs: this.#ports.monotonicMs(), logEndOffset, highWatermark };
  }

  #tellWritten(): void {
    for (const listener of this.#writtenListeners) listener();
  }

  /** Lets whoever waits here look again. */
  wakeReaders(): void {
    if (this.#readers.size === 0) return;
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const wake of readers) wake();
  }
}
