import { type Offset, type TimestampMs, toAppError } from "@millrace/model";
import { type CompressionCodecs, type Crc32c, emptyBatch, filterBatch, type RecordBatchView, RecordOffsets } from "@millrace/records";
import { COMPACTION_KEY_BYTES_MAX } from "../limits.ts";
import type { ProducerLasts } from "../producer-state.ts";
import type { KeyOffsets } from "./key-offsets.ts";
import type { TransactionTracker } from "./transaction-tracker.ts";

/** The year 142,700: half of what 2^53 ms reach. */
const HORIZON_MAX = 4_503_599_627_370_496;

interface CleaningRules {
  readonly keys: KeyOffsets;
  /** Keys of everything below are in `keys`; batches that reach above stay as they are. */
  readonly keysEndOffset: Offset;
  /** End of what the pass covers. */
  readonly endOffset: Offset;
  readonly now: TimestampMs;
  readonly deleteRetentionMs: number;
  readonly transactions: TransactionTracker;
  readonly producers: ProducerLasts;
  readonly crc32c: Crc32c;
  readonly codecs: CompressionCodecs | undefined;
}

/**
 * Decides batch by batch, from the log's start on, what compaction leaves (docs/formats/segment.md): the last record of each key, tombstones until their horizon,
 * markers as long as their transaction has data and then until theirs, nothing of aborted transactions.
 */
export class BatchCleaner {
  readonly #rules: CleaningRules;
  readonly #records = new RecordOffsets();
  /** While true batches may become longer, as a delete horizon makes them. */
  mayGrow = true;
  removedRecords = 0;
  /** Batches whose records do not decode: they stay, since nobody knows what they say. */
  undecodableBatches = 0;

  constructor(rules: CleaningRules) {
    this.#rules = rules;
  }

  /** What takes the batch's place: its own bytes if it stays as it is, undefined if it goes. */
  clean(view: RecordBatchView): Uint8Array | undefined {
    const batch = view.subarray();
    if (view.isControl) return this.#cleanMarker(view, batch);
    this.#rules.transactions.data(view);
    if (view.nextOffset > this.#rules.keysEndOffset) return batch;
    if (this.#rules.transactions.isAborted(view) || view.recordCount === 0) return this.#emptied(view, batch);
    const records = this.#decode(batch);
    if (records === undefined) return batch;
    const kept: boolean[] = [];
    let keptCount = 0;
    let hasTombstone = false;
    for (let index = 0; index < records.count; index++) {
      const stays = this.#stays(records, index, view);
      kept.push(stays);
      if (stays) keptCount++;
      if (stays && (records.valueLengths[index] ?? 0) < 0) hasTombstone = true;
    }
    if (keptCount === 0) return this.#emptied(view, batch);
    const horizon = hasTombstone ? this.#newHorizon(view, records) : undefined;
    if (keptCount === records.count && horizon === undefined) return batch;
    this.removedRecords += records.count - keptCount;
    return this.#filter(batch, { keeps: (index) => kept[index] === true, horizon });
  }

  #stays(records: RecordOffsets, index: number, view: RecordBatchView): boolean {
    const key = records.key(index);
    if (key === null) return false; // from before the topic was compacted: nothing could ever replace it
    if ((records.offsets[index] ?? 0) < this.#rules.keys.get(key)) return false;
    // Its older values may be there still, see COMPACTION_KEY_BYTES_MAX: it must outlive them.
    if (key.length > COMPACTION_KEY_BYTES_MAX) return true;
    const isTombstone = (records.valueLengths[index] ?? 0) < 0;
    return !isTombstone || !this.#isPast(view.deleteHorizonMs);
  }

  #cleanMarker(view: RecordBatchView, batch: Uint8Array): Uint8Array | undefined {
    const { transactions, producers, endOffset } = this.#rules;
    const hasData = transactions.marker(view);
    const isNeeded = hasData || producers.get(view.producerId)?.markerOffset === view.baseOffset || view.nextOffset === endOffset;
    if (isNeeded) return batch;
    if (view.deleteHorizonMs !== undefined) return this.#isPast(view.deleteHorizonMs) ? this.#dropped(view) : batch;
    const records = this.#decode(batch);
    const horizon = records && this.#newHorizon(view, records);
    if (horizon === undefined) return batch;
    return this.#filter(batch, { keeps: () => true, horizon });
  }

  /** A batch without records goes, unless it is its producer's last, or all that tells readers how far the log goes. */
  #emptied(view: RecordBatchView, batch: Uint8Array): Uint8Array | undefined {
    const isLastOfProducer = this.#rules.producers.get(view.producerId)?.dataOffset === view.baseOffset;
    if (!isLastOfProducer && view.nextOffset !== this.#rules.endOffset) return this.#dropped(view);
    if (view.recordCount === 0) return batch;
    this.removedRecords += view.recordCount;
    return emptyBatch(batch, this.#rules.crc32c);
  }

  #dropped(view: RecordBatchView): undefined {
    this.removedRecords += view.recordCount;
    return undefined;
  }

  #isPast(horizon: TimestampMs | undefined): boolean {
    return horizon !== undefined && this.#rules.now >= horizon;
  }

  /** undefined: it has one, or cannot have one yet, so that its tombstones or marker stay. */
  #newHorizon(view: RecordBatchView, records: RecordOffsets): TimestampMs | undefined {
    if (view.deleteHorizonMs !== undefined || !this.mayGrow) return undefined;
    // Times count from the horizon then: their distance to it must be an exact number too.
    const isFar = (time: number): boolean => Math.abs(time) > HORIZON_MAX;
    if (isFar(view.baseTimestamp) || records.timestamps.subarray(0, records.count).some(isFar)) return undefined;
    return Math.min(this.#rules.now + this.#rules.deleteRetentionMs, HORIZON_MAX) as TimestampMs;
  }

  #filter(batch: Uint8Array, of: { keeps: (index: number) => boolean; horizon: TimestampMs | undefined }): Uint8Array {
    const { crc32c, codecs } = this.#rules;
    return filterBatch(batch, {
      records: this.#records,
      keeps: of.keeps,
      crc32c,
      ...(of.horizon === undefined ? {} : { deleteHorizonMs: of.horizon }),
      ...(codecs === undefined ? {} : { codecs }),
    });
  }

  #decode(batch: Uint8Array): RecordOffsets | undefined {
    const { codecs } = this.#rules;
    try {
      return this.#records.decode(batch, codecs === undefined ? {} : { codecs });
    } catch (error) {
      if (toAppError(error).kind === "internal") throw error;
      this.undecodableBatches++;
      return undefined;
    }
  }
}
