import type { MarkerInput, PartitionLog, StageOptions, StageResult } from "@millrace/log-engine";
import { type LeaderEpoch, NO_TIMESTAMP, type Offset, type ProducerId, type TimestampMs, type TopicConfig } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { AppendWaiters, type Durability } from "./append-waiters.ts";
import { HOLD_GRACE_MS } from "../limits.ts";
import type { GroupCommit } from "./group-commit.ts";
import { RecordHolds } from "./record-holds.ts";

/** Answer to an append, and when it may be given. */
export interface Append {
  readonly result: StageResult;
  /** Resolves when the append is as durable as was asked. */
  readonly stored: Promise<void>;
}

const STORED: Promise<void> = Promise.resolve();
/** Producers whose ended transactions are counted one by one; forgetting is safe: a verification under way is refused and repeated. */
const ENDED_PRODUCERS_MAX = 10_000;
/** Forgetting is safe here too: late markers are then judged by the log alone, as after a restart. */
const OPEN_TRANSACTIONS_MAX = 10_000;

export interface PartitionObserver {
  flushed(seconds: number): void;
  failed(partition: LocalPartition, error: unknown): void;
}

interface LocalPartitionPorts {
  readonly groupCommit: GroupCommit;
  readonly monotonicMs: () => number;
  readonly observer: PartitionObserver;
}

/**
 * A partition whose log this broker has. On the leader: appends go through `stage`, the turn's group commit and, with flush=ack, shared syncs; the high
 * watermark follows, and wakes appenders and readers. Life: opened, leads an epoch, resigns, closed.
 */
export class LocalPartition {
  readonly topic: string;
  readonly partition: number;
  readonly log: PartitionLog;
  /** Of this topic's metrics: made once, not for each request. */
  readonly labels: { readonly topic: string };
  readonly holds = new RecordHolds();
  readonly #ports: LocalPartitionPorts;
  readonly #waiters = new AppendWaiters();
  readonly #readers = new Set<() => void>();
  readonly #endedProducers = new Map<ProducerId, number>();
  /** Numbers of transactions that were verified here and have no marker yet. */
  readonly #openTransactions = new Map<ProducerId, number>();
  #markerListener: ((marker: MarkerInput) => void) | undefined;
  #config: TopicConfig;
  #leaderEpoch: LeaderEpoch | undefined;
  #ledSinceMs = 0;
  #inSyncCount = 1;
  #isScheduled = false;
  /** Something of this turn asks for a sync, whatever the topic's flush. */
  #mustSync = false;
  #isSyncing = false;
  #syncAgain = false;
  #lastStable: Offset;
  #endedForgotten = 0;

  constructor(of: { topic: string; partition: number; log: PartitionLog; config: TopicConfig }, ports: LocalPartitionPorts) {
    this.topic = of.topic;
    this.partition = of.partition;
    this.log = of.log;
    this.labels = { topic: of.topic };
    this.#config = of.config;
    this.#ports = ports;
    this.#lastStable = of.log.lastStableOffset;
  }

  get config(): TopicConfig {
    return this.#config;
  }

  configure(config: TopicConfig): void {
    this.#config = config;
    this.log.configure(config);
  }

  /** Epoch in which this broker leads; undefined while it does not. */
  get leaderEpoch(): LeaderEpoch | undefined {
    return this.#leaderEpoch;
  }

  /** Leads from now on: the epoch is synced before a record of it can be appended. */
  async lead(epoch: LeaderEpoch, inSyncCount: number): Promise<void> {
    this.#inSyncCount = inSyncCount;
    if (this.#leaderEpoch === epoch) return;
    // What the former epoch staged is written under it; nothing is taken until the new one is on disk. Whoever waits goes on waiting: the log is the same.
    this.write();
    this.#leaderEpoch = undefined;
    await this.log.startLeaderEpoch(epoch);
    this.#leaderEpoch = epoch;
    this.#ledSinceMs = this.#ports.monotonicMs();
    this.afterWrite();
  }

  /** Old records may go, but not from the returned offset on (undefined: up to the end); false while this broker cannot know who still reads them. */
  retention(): false | { readonly keepFrom: Offset | undefined } {
    const nowMs = this.#ports.monotonicMs();
    if (this.#leaderEpoch === undefined || nowMs < this.#ledSinceMs + HOLD_GRACE_MS) return false;
    return { keepFrom: this.holds.floor(nowMs) };
  }

  /** Another broker leads: whoever waits here must ask there. */
  resign(): void {
    if (this.#leaderEpoch === undefined) return;
    this.#leaderEpoch = undefined;
    this.#openTransactions.clear();
    this.#waiters.fail(brokerErrors.notLeader({ topic: this.topic, partition: this.partition }));
    this.wakeReaders();
  }

  /** Stages one batch; throws what refuses it. */
  append(batch: Uint8Array, options: { durability: Durability | undefined; now: TimestampMs; transactionVerified?: boolean }): Append {
    if (options.durability === "committed") this.#requireInSync();
    const result = this.log.stage(batch, { ...this.#stageOptions(options.now), transactionVerified: options.transactionVerified === true });
    return this.#staged(result, options.durability);
  }

  /**
   * Stages the end of a producer's transaction. Stored means synced, also with flush=interval: the coordinator completes the transaction by it and never writes
   * the marker again, and without its marker committed readers would wait for ever.
   */
  appendMarker(marker: MarkerInput & { readonly transactionNumber: number }, now: TimestampMs): Append {
    this.#requireInSync();
    if (this.#isOfFormerTransaction(marker)) {
      const { stagedEndOffset } = this.log;
      return {
        result: { kind: "duplicate", baseOffset: stagedEndOffset, lastOffset: stagedEndOffset, logAppendTime: NO_TIMESTAMP },
        stored: STORED,
      };
    }
    const result = this.log.stageMarker(marker, this.#stageOptions(now));
    this.#openTransactions.delete(marker.producerId);
    this.#endedProducers.set(marker.producerId, (this.#endedProducers.get(marker.producerId) ?? 0) + 1);
    if (this.#endedProducers.size > ENDED_PRODUCERS_MAX) this.#forgetEnded();
    this.#mustSync = true;
    const append = this.#staged(result, "committed-and-synced");
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

  /** Grows with each marker of the producer: an append that was verified before one is refused (KIP-890). */
  transactionsEnded(producerId: ProducerId): number {
    return (this.#endedProducers.get(producerId) ?? 0) + this.#endedForgotten;
  }

  /** The producer's transaction of this number may append from now on: a marker of an earlier one, delayed on its way, must not end it. */
  transactionVerified(producerId: ProducerId, transactionNumber: number): void {
    if (this.#openTransactions.size >= OPEN_TRANSACTIONS_MAX) this.#openTransactions.clear();
    this.#openTransactions.set(producerId, transactionNumber);
  }

  /** Calls once when records become readable, or this broker no longer leads. Returns how to stop listening. */
  onReadable(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => void this.#readers.delete(wake);
  }

  /** First half of the turn's end: everything staged in one write. */
  write(): void {
    this.#isScheduled = false;
    if (this.log.stagedBytes === 0) return;
    const writtenEnd = this.log.logEndOffset;
    try {
      this.log.writeStaged();
    } catch (error) {
      this.#waiters.fail(error, writtenEnd);
      this.#ports.observer.failed(this, error);
    }
  }

  /** Second half: answers what needs no sync, and starts one for the rest. */
  afterWrite(): void {
    this.#advance();
    if (this.#config.flush === "ack" || this.#mustSync) this.sync();
    this.#mustSync = false;
  }

  /** Makes what is written durable; calls during a sync lead to one more after it. */
  sync(): void {
    if (this.log.failure !== undefined) this.#waiters.fail(this.log.failure, this.log.syncedEndOffset);
    if (this.log.failure !== undefined || this.log.syncedEndOffset >= this.log.logEndOffset) return;
    if (this.#isSyncing) {
      this.#syncAgain = true;
      return;
    }
    this.#isSyncing = true;
    const startedMs = this.#ports.monotonicMs();
    this.log.sync().then(
      () => {
        this.#isSyncing = false;
        this.#ports.observer.flushed((this.#ports.monotonicMs() - startedMs) / 1_000);
        // Those who came meanwhile get on their way before anybody is answered.
        if (this.#syncAgain) {
          this.#syncAgain = false;
          this.sync();
        }
        this.#advance();
      },
      (error: unknown) => {
        this.#isSyncing = false;
        this.#waiters.fail(error, this.log.syncedEndOffset);
        this.#ports.observer.failed(this, error);
      },
    );
  }

  /** Everything appended is answered or failed, and the log is closed durably. */
  async close(): Promise<void> {
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

  #staged(result: StageResult, durability: Durability | undefined): Append {
    if ((this.log.stagedBytes > 0 || this.#mustSync) && !this.#isScheduled) {
      this.#isScheduled = true;
      this.#ports.groupCommit.schedule(this);
    }
    if (durability === undefined) return { result, stored: STORED };
    const endOffset = (result.lastOffset + 1) as Offset;
    if (result.kind === "duplicate" && this.#reached()[durability] >= endOffset) return { result, stored: STORED };
    return { result, stored: new Promise((resolve, reject) => this.#waiters.add({ endOffset, durability, resolve, reject })) };
  }

  #requireInSync(): void {
    if (this.#inSyncCount >= this.#config.minInsyncReplicas) return;
    const { topic, partition } = this;
    throw brokerErrors.notEnoughReplicas({
      topic,
      partition,
      inSync: this.#inSyncCount,
      minInsyncReplicas: this.#config.minInsyncReplicas,
    });
  }

  #isOfFormerTransaction({
    producerId,
    transactionNumber,
  }: {
    readonly producerId: ProducerId;
    readonly transactionNumber: number;
  }): boolean {
    const open = this.#openTransactions.get(producerId);
    return open !== undefined && transactionNumber > 0 && transactionNumber < open;
  }

  #reached(): Readonly<Record<Durability, Offset>> {
    const { logEndOffset, syncedEndOffset, highWatermark } = this.log;
    const both = Math.min(syncedEndOffset, highWatermark) as Offset;
    return { written: logEndOffset, synced: syncedEndOffset, committed: highWatermark, "committed-and-synced": both };
  }

  #advance(): void {
    // One replica for now: the set that the high watermark waits for is this log.
    const moved = this.#leaderEpoch !== undefined && this.log.advanceHighWatermark([this.log.replicaEndOffset]);
    this.#waiters.settle(this.#reached());
    const stable = this.log.lastStableOffset;
    if (!moved && stable === this.#lastStable) return;
    this.#lastStable = stable;
    this.wakeReaders();
  }

  /** Lets whoever waits here look again. */
  wakeReaders(): void {
    if (this.#readers.size === 0) return;
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const wake of readers) wake();
  }

  /** Counters only ever grow, so forgetting them must raise what every producer sees. */
  #forgetEnded(): void {
    this.#endedForgotten += Math.max(...this.#endedProducers.values()) + 1;
    this.#endedProducers.clear();
  }
}
