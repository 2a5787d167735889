import type { EncodedRecord, GroupCoordinatorState } from "@millrace/groups";
import { applyGroupMarker, applyGroupRecord, decodeGroupRecord } from "@millrace/groups";
import { type Offset, type ProducerEpoch, type ProducerId, timestampMs } from "@millrace/model";
import { BatchBuilder, createBatchCursor, readEndTransactionMarker, readRecords, type RecordBatchView } from "@millrace/records";
import { REPLAY_READ_BYTES } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";

type Store = GroupCoordinatorState["store"];

/** One partition of the group log on its leader: replay and committed appends. Compaction of the topic keeps it short. */
export class GroupLog {
  readonly #partition: LocalPartition;
  readonly #ports: BrokerPorts;
  readonly #builder: BatchBuilder;

  constructor(partition: LocalPartition, ports: BrokerPorts) {
    this.#partition = partition;
    this.#ports = ports;
    this.#builder = new BatchBuilder({ crc32c: ports.crc32c });
  }

  /** Everything in the log takes effect on the store. */
  replay(store: Store): void {
    const { log } = this.#partition;
    let offset: Offset = log.logStartOffset;
    const endOffset = log.logEndOffset;
    while (offset < endOffset) {
      const { chunks, nextOffset } = log.read({ offset, maxBytes: REPLAY_READ_BYTES, endOffset });
      if (nextOffset === offset) return;
      for (const chunk of chunks) {
        const cursor = createBatchCursor(chunk);
        while (cursor.advance()) replayBatch(store, cursor.view, offset);
      }
      offset = nextOffset;
    }
  }

  /** Stages the records at once and resolves when they are committed; only then do they count. */
  append(
    records: readonly EncodedRecord[],
    producer?: { readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch },
  ): { readonly baseOffset: Offset; readonly stored: Promise<void> } {
    const now = timestampMs(this.#ports.clock.wallMs());
    this.#builder.reset();
    for (const { key, value } of records) this.#builder.append(now, key, value);
    const header =
      producer === undefined ? {} : { ...producer, baseSequence: this.#partition.log.nextSequence(producer), transactional: true };
    const { result, stored } = this.#partition.append(this.#builder.build(header), {
      durability: "committed",
      now,
      transactionVerified: true,
    });
    return { baseOffset: result.baseOffset, stored };
  }
}

function replayBatch(store: Store, view: RecordBatchView, fromOffset: Offset): void {
  const batch = view.subarray();
  if (view.isControl) {
    const marker = readEndTransactionMarker(batch);
    if (marker !== undefined) applyGroupMarker(store, marker.producerId, marker.outcome === "commit");
    return;
  }
  const producerId = view.isTransactional ? view.producerId : undefined;
  for (const record of readRecords(batch)) {
    const decoded = record.offset >= fromOffset ? decodeGroupRecord(record) : undefined;
    if (decoded !== undefined) applyGroupRecord(store, decoded, producerId);
  }
}
