import { type Offset, offset as offsetOf, timestampMs } from "@millrace/model";
import { BatchBuilder, createBatchCursor, readRecords } from "@millrace/records";
import {
  applyRecord,
  type CoordinatorState,
  decodeTransactionRecord,
  encodeTransactionRecord,
  type TransactionRecord,
} from "@millrace/transactions";
import { brokerErrors } from "../errors.ts";
import { REPLAY_READ_BYTES } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import { coordinatorTroubleOf } from "../partitions/append-refusal.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";

/** One partition of the transaction log on its leader: replay and committed appends. Compaction of the topic keeps it short (idea 7). */
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

  /** Appends and resolves when the records are committed; only then do they count. When it rejects they may be there all the same: the next leader knows. */
  async append(records: readonly TransactionRecord[]): Promise<void> {
    await this.stage(records);
  }

  /** The same, but staged when it returns: what is appended after that is in the log behind it or not at all. Throws when it cannot be. */
  stage(records: readonly TransactionRecord[]): Promise<void> {
    try {
      return this.#stage(records).catch((error: unknown) => this.#refuse(error));
    } catch (error) {
      return this.#refuse(error);
    }
  }

  #stage(records: readonly TransactionRecord[]): Promise<void> {
    const now = timestampMs(this.#ports.clock.wallMs());
    this.#builder.reset();
    for (const record of records) {
      const { key, value } = encodeTransactionRecord(record);
      this.#builder.append(now, key, value);
    }
    return this.#partition.append(this.#builder.build(), { durability: "committed", now }).stored;
  }

  #refuse(error: unknown): never {
    const at = { partition: this.#partition.partition };
    const trouble = coordinatorTroubleOf(error);
    if (trouble === "moved") throw brokerErrors.notTransactionCoordinator(at, error);
    throw trouble === "not-available" ? brokerErrors.transactionsNotAvailable(at, error) : error;
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
