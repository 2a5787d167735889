import { type Offset, offset as offsetOf, timestampMs } from "@millrace/model";
import { BatchBuilder, createBatchCursor, readRecords } from "@millrace/records";
import {
  applyRecord,
  type CoordinatorState,
  decodeTransactionRecord,
  encodeTransactionRecord,
  isSnapshotDue,
  snapshotRecords,
  type TransactionRecord,
} from "@millrace/transactions";
import { REPLAY_READ_BYTES } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";

const SNAPSHOT_BATCH_RECORDS = 1_000; // 500 KB of records: below max.message.bytes

/** One partition of the transaction log on its leader: replay, committed appends, and writing it anew when it has grown (idea 7). */
export class TransactionLog {
  readonly #partition: LocalPartition;
  readonly #ports: BrokerPorts;
  readonly #builder: BatchBuilder;

  constructor(partition: LocalPartition, ports: BrokerPorts) {
    this.#partition = partition;
    this.#ports = ports;
    this.#builder = new BatchBuilder({ crc32c: ports.crc32c });
  }

  /** Everything in the log takes effect on the state. */
  replay(state: CoordinatorState): void {
    const { log } = this.#partition;
    let offset: Offset = log.logStartOffset;
    const endOffset = log.logEndOffset;
    while (offset < endOffset) {
      const { chunks, nextOffset } = log.read({ offset, maxBytes: REPLAY_READ_BYTES, endOffset });
      if (nextOffset === offset) return;
      for (const chunk of chunks) this.#replayChunk(chunk, offset, state);
      offset = nextOffset;
    }
  }

  /** Appends and resolves when the records are committed; only then do they count. */
  async append(records: readonly TransactionRecord[]): Promise<Offset> {
    const now = timestampMs(this.#ports.clock.wallMs());
    this.#builder.reset();
    for (const record of records) {
      const { key, value } = encodeTransactionRecord(record);
      this.#builder.append(now, key, value);
    }
    const { result, stored } = this.#partition.append(this.#builder.build(), { durability: "committed", now });
    await stored;
    return result.baseOffset;
  }

  /** Writes the live ids at the end and drops what is before, when the log is long for what it says. Nothing may be appended meanwhile. */
  async compactIfDue(state: CoordinatorState): Promise<void> {
    const { log } = this.#partition;
    if (!isSnapshotDue(state, log.logEndOffset - log.logStartOffset)) return;
    const records = snapshotRecords(state);
    let startOffset: Offset | undefined;
    for (let start = 0; start < records.length; start += SNAPSHOT_BATCH_RECORDS) {
      const base = await this.append(records.slice(start, start + SNAPSHOT_BATCH_RECORDS));
      startOffset ??= base;
    }
    await log.deleteRecordsBefore(startOffset ?? log.highWatermark);
    this.#ports.logger.info("transaction log written anew", {
      partition: this.#partition.partition,
      ids: records.length,
      logStartOffset: log.logStartOffset,
    });
  }

  #replayChunk(chunk: Uint8Array, fromOffset: Offset, state: CoordinatorState): void {
    const cursor = createBatchCursor(chunk);
    while (cursor.advance()) {
      if (cursor.view.isControl) continue;
      for (const record of readRecords(cursor.view.subarray())) {
        if (record.offset >= offsetOf(fromOffset)) applyRecord(state, decodeTransactionRecord(record));
      }
    }
  }
}
