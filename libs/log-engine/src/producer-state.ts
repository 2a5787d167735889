import type { Offset, ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { SEQUENCE_MAX, type EndTransactionMarker, type RecordBatchView, type TransactionOutcome } from "@millrace/records";
import { outOfOrderSequence, producerFenced, transactionCoordinatorFenced, transactionNotVerified, transactionOpen } from "./errors.ts";
import { PRODUCER_BATCHES_KEPT, PRODUCER_IDLE_MS_MAX, PRODUCERS_FORGOTTEN_AT_ONCE, PRODUCERS_MAX } from "./limits.ts";

/** A batch that is remembered to answer its retry. */
export interface KeptBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
}

/** Base offsets of the last batch and the last marker by producer. */
export type ProducerLasts = ReadonlyMap<ProducerId, { readonly dataOffset: Offset | undefined; readonly markerOffset: Offset | undefined }>;
/** A producer as Kafka's DescribeProducers names it; -1 where there is nothing. */
export interface ProducerDescription {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly lastSequence: number;
  /** When this broker took its last batch, wall clock; -1 if only recovery has seen it. */
  readonly lastTimestamp: number;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset: number;
}

interface MarkerTrace {
  readonly offset: Offset;
  readonly coordinatorEpoch: number;
  readonly outcome: TransactionOutcome;
}

interface ProducerEntry {
  epoch: ProducerEpoch;
  /** Oldest first; at most PRODUCER_BATCHES_KEPT, all of this epoch. */
  batches: readonly KeptBatch[];
  lastMarker: MarkerTrace | undefined;
  /** -1 after a replay: counted as seen when idle producers are looked for. */
  lastSeenMs: number;
}

/** A transaction that ended; below the high watermark it no longer matters. */
interface EndedTransaction {
  readonly firstOffset: Offset;
  readonly markerOffset: Offset;
}

/**
 * What the log knows of its producers (G27, R18): last batches, epochs, open transactions. `check…` decide and change nothing; `append…` record what was
 * placed, also in replays. Changes since the last `confirm` can be undone together, because a staged write may fail.
 */
export class ProducerState {
  readonly #producers = new Map<ProducerId, ProducerEntry>();
  /** By first offset, ascending: offsets only grow, and a Map keeps its order. */
  #open = new Map<ProducerId, Offset>();
  #ended: EndedTransaction[] = [];
  readonly #undo = new Map<ProducerId, ProducerEntry | undefined>();
  #undoTransactions: { readonly open: Map<ProducerId, Offset>; readonly ended: EndedTransaction[] } | undefined;

  get count(): number {
    return this.#producers.size;
  }

  hasOpenTransaction(producerId: ProducerId): boolean {
    return this.#open.has(producerId);
  }

  /** What is known of each producer, for people who look for a hanging transaction. */
  describe(): ProducerDescription[] {
    return [...this.#producers].map(([producerId, { epoch, batches, lastMarker, lastSeenMs }]) => ({
      producerId,
      producerEpoch: epoch,
      lastSequence: batches.at(-1)?.lastSequence ?? -1,
      lastTimestamp: lastSeenMs,
      coordinatorEpoch: lastMarker?.coordinatorEpoch ?? -1,
      currentTxnStartOffset: this.#open.get(producerId) ?? -1,
    }));
  }

  /** Start of the oldest open transaction; undefined without one. */
  get firstOpenOffset(): Offset | undefined {
    return this.#open.values().next().value;
  }

  /** The batch's first appearance if it is an exact replay of one of the last five; undefined: append it. Throws if it must not be appended. */
  check(batch: RecordBatchView, transactionVerified: boolean): KeptBatch | undefined {
    const { producerId, producerEpoch } = batch;
    const entry = this.#producers.get(producerId);
    if (entry !== undefined) {
      if (producerEpoch < entry.epoch) throw producerFenced({ producerId, producerEpoch, currentEpoch: entry.epoch });
      const duplicate = producerEpoch === entry.epoch ? findReplay(entry.batches, batch) : undefined;
      if (duplicate !== undefined) return duplicate;
      checkSequence(entry, batch);
    }
    if (batch.isTransactional) {
      if (!transactionVerified && !this.#open.has(producerId)) throw transactionNotVerified({ producerId, producerEpoch });
    } else if (this.#open.has(producerId)) {
      throw transactionOpen({ producerId, producerEpoch });
    }
    return undefined;
  }

  /** Sequence of the producer's next batch: for batches that the broker itself writes on behalf of a producer. */
  nextSequence({ producerId, producerEpoch }: { producerId: ProducerId; producerEpoch: ProducerEpoch }): number {
    const entry = this.#producers.get(producerId);
    return entry === undefined ? 0 : expectedSequence(entry, producerEpoch);
  }

  /** Offset of the same marker if it is here already; undefined: append it. Throws for an older coordinator or producer. */
  checkMarker(marker: Omit<EndTransactionMarker, "timestamp">): Offset | undefined {
    const { producerId, producerEpoch, coordinatorEpoch } = marker;
    const entry = this.#producers.get(producerId);
    if (entry === undefined) return undefined;
    if (producerEpoch < entry.epoch) throw producerFenced({ producerId, producerEpoch, currentEpoch: entry.epoch });
    const last = entry.lastMarker;
    if (last === undefined) return undefined;
    if (coordinatorEpoch < last.coordinatorEpoch) {
      throw transactionCoordinatorFenced({ producerId, coordinatorEpoch, currentEpoch: last.coordinatorEpoch });
    }
    const isSame = producerEpoch === entry.epoch && coordinatorEpoch === last.coordinatorEpoch && marker.outcome === last.outcome;
    return isSame && !this.#open.has(producerId) ? last.offset : undefined;
  }

  /** Records a batch of an idempotent producer that was placed. `seenMs` is -1 in a replay. */
  append(batch: RecordBatchView, seenMs: number): void {
    const { producerId, producerEpoch, baseOffset, lastOffset } = batch;
    const old = this.#touch(producerId, seenMs);
    const kept: KeptBatch = { firstSequence: batch.baseSequence, lastSequence: batch.lastSequence, baseOffset, lastOffset };
    const before = old?.epoch === producerEpoch ? old.batches : [];
    this.#producers.set(producerId, {
      epoch: producerEpoch,
      batches: [...before.slice(1 - PRODUCER_BATCHES_KEPT), kept],
      lastMarker: old?.lastMarker,
      lastSeenMs: seenMs,
    });
    if (batch.isTransactional && !this.#open.has(producerId)) {
      this.#keepTransactions(seenMs);
      this.#open.set(producerId, baseOffset);
    }
  }

  /** Records a marker that was placed; returns the transaction that it ended, undefined if it had no records here. */
  appendMarker(marker: EndTransactionMarker, placed: { readonly offset: Offset; readonly seenMs: number }): EndedTransaction | undefined {
    const { producerId, producerEpoch, coordinatorEpoch, outcome } = marker;
    const old = this.#touch(producerId, placed.seenMs);
    this.#producers.set(producerId, {
      epoch: producerEpoch,
      batches: old?.epoch === producerEpoch ? old.batches : [],
      lastMarker: { offset: placed.offset, coordinatorEpoch, outcome },
      lastSeenMs: placed.seenMs,
    });
    const firstOffset = this.#open.get(producerId);
    if (firstOffset === undefined) return undefined;
    this.#keepTransactions(placed.seenMs);
    this.#open.delete(producerId);
    const ended = { firstOffset, markerOffset: placed.offset };
    this.#ended.push(ended);
    return ended;
  }

  /**
   * First offset that is not stable: of the oldest transaction that is open, or whose end is not below the high watermark. Forgets ended ones that are;
   * so call it with staged changes confirmed, or accept that an undo brings them back.
   */
  lastStableOffset(highWatermark: Offset): Offset {
    if (this.#ended.length > 0) this.#ended = this.#ended.filter((ended) => ended.markerOffset >= highWatermark);
    let stable = Math.min(highWatermark, this.firstOpenOffset ?? highWatermark);
    for (const ended of this.#ended) stable = Math.min(stable, ended.firstOffset);
    return stable as Offset;
  }

  /** What was appended is written: it cannot be undone any more. */
  confirm(): void {
    if (this.#undo.size > 0) this.#undo.clear();
    this.#undoTransactions = undefined;
  }

  /** Takes back everything since the last `confirm`. */
  undo(): void {
    for (const [producerId, entry] of this.#undo) {
      if (entry === undefined) this.#producers.delete(producerId);
      else this.#producers.set(producerId, entry);
    }
    if (this.#undoTransactions !== undefined) {
      this.#open = this.#undoTransactions.open;
      this.#ended = this.#undoTransactions.ended;
    }
    this.confirm();
  }

  /** Forgets producers without a batch for a day and without an open transaction. */
  forgetIdle(now: TimestampMs): void {
    for (const [producerId, entry] of this.#producers) {
      if (entry.lastSeenMs < 0) entry.lastSeenMs = now;
      else if (now - entry.lastSeenMs > PRODUCER_IDLE_MS_MAX && !this.#open.has(producerId)) this.#producers.delete(producerId);
    }
  }

  /** Where each producer's last batch and last marker stand: compaction keeps them, so that a state built from the log knows the producer. */
  lasts(): ProducerLasts {
    const lasts = new Map<ProducerId, { readonly dataOffset: Offset | undefined; readonly markerOffset: Offset | undefined }>();
    for (const [producerId, { batches, lastMarker }] of this.#producers)
      lasts.set(producerId, { dataOffset: batches.at(-1)?.baseOffset, markerOffset: lastMarker?.offset });
    return lasts;
  }

  toJson(): unknown {
    return [...this.#producers].map(([producerId, entry]) => ({
      id: producerId,
      epoch: entry.epoch,
      seen: entry.lastSeenMs,
      batches: entry.batches.map((batch) => [batch.firstSequence, batch.lastSequence, batch.baseOffset, batch.lastOffset]),
      ...(entry.lastMarker === undefined ? {} : { marker: entry.lastMarker }),
      ...(this.#open.has(producerId) ? { open: this.#open.get(producerId) } : {}),
    }));
  }

  static fromJson(json: unknown): ProducerState {
    const state = new ProducerState();
    const open: [ProducerId, Offset][] = [];
    for (const producer of json as readonly ProducerJson[]) {
      state.#producers.set(producer.id, {
        epoch: producer.epoch,
        batches: producer.batches.map(([firstSequence, lastSequence, baseOffset, lastOffset]) => ({
          firstSequence,
          lastSequence,
          baseOffset,
          lastOffset,
        })),
        lastMarker: producer.marker,
        lastSeenMs: producer.seen,
      });
      if (producer.open !== undefined) open.push([producer.id, producer.open]);
    }
    state.#open = new Map(open.sort(([, a], [, b]) => a - b));
    return state;
  }

  #touch(producerId: ProducerId, seenMs: number): ProducerEntry | undefined {
    const old = this.#producers.get(producerId);
    if (seenMs >= 0 && !this.#undo.has(producerId)) this.#undo.set(producerId, old);
    if (old === undefined && this.#producers.size >= PRODUCERS_MAX) this.#forgetOldest();
    return old;
  }

  /** Not in a replay: what is in the log already is never taken back. */
  #keepTransactions(seenMs: number): void {
    if (seenMs >= 0) this.#undoTransactions ??= { open: new Map(this.#open), ended: [...this.#ended] };
  }

  #forgetOldest(): void {
    const idle = [...this.#producers].filter(([producerId]) => !this.#open.has(producerId) && !this.#undo.has(producerId));
    idle.sort(([, a], [, b]) => a.lastSeenMs - b.lastSeenMs);
    for (const [producerId] of idle.slice(0, PRODUCERS_FORGOTTEN_AT_ONCE)) this.#producers.delete(producerId);
  }
}

interface ProducerJson {
  readonly id: ProducerId;
  readonly epoch: ProducerEpoch;
  readonly seen: number;
  readonly batches: readonly (readonly [number, number, Offset, Offset])[];
  readonly marker?: MarkerTrace;
  readonly open?: Offset;
}

/** Within an epoch the next sequence follows the last; a new one starts at 0. */
function expectedSequence(entry: ProducerEntry, producerEpoch: ProducerEpoch): number {
  const last = producerEpoch === entry.epoch ? entry.batches.at(-1) : undefined;
  return last === undefined || last.lastSequence === SEQUENCE_MAX ? 0 : last.lastSequence + 1;
}

function findReplay(batches: readonly KeptBatch[], batch: RecordBatchView): KeptBatch | undefined {
  const { baseSequence, lastSequence } = batch;
  return batches.find((kept) => kept.firstSequence === baseSequence && kept.lastSequence === lastSequence);
}

function checkSequence(entry: ProducerEntry, batch: RecordBatchView): void {
  const expected = expectedSequence(entry, batch.producerEpoch);
  if (batch.baseSequence === expected) return;
  throw outOfOrderSequence({ producerId: batch.producerId, producerEpoch: batch.producerEpoch, sequence: batch.baseSequence, expected });
}
