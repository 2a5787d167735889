import type { EncodedRecord, GroupCoordinatorState } from "@millrace/groups";
import { applyGroupMarker, applyGroupRecord, decodeGroupRecord, encodeGroupRecord } from "@millrace/groups";
import { type Offset, type ProducerEpoch, type ProducerId, timestampMs } from "@millrace/model";
import { BatchBuilder, createBatchCursor, readEndTransactionMarker, readRecords, type RecordBatchView } from "@millrace/records";
import { REPLAY_READ_BYTES } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { GROUP_SNAPSHOT_FACTOR, GROUP_SNAPSHOT_RECORDS_MIN } from "./limits.ts";

const SNAPSHOT_BATCH_RECORDS = 1_000; // offsets of about 100 B: far below max.message.bytes

type Store = GroupCoordinatorState["store"];

/** One partition of the group log on its leader: replay, committed appends, and writing it anew when it has grown. */
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

  /**
   * Writes what is live at the end and drops what is before, when the log is long for what it says. All of it is staged in this turn, so that no newer record
   * comes between; not while records are on their way or transactions hold offsets.
   */
  async compactIfDue(state: GroupCoordinatorState): Promise<void> {
    const { log } = this.#partition;
    const { store } = state;
    const inLog = log.logEndOffset - log.logStartOffset;
    if (inLog < GROUP_SNAPSHOT_RECORDS_MIN || state.appends.size > 0 || store.pending.size > 0) return;
    const records = snapshotOf(store);
    if (inLog < records.length * GROUP_SNAPSHOT_FACTOR) return;
    let startOffset = log.stagedEndOffset;
    const writes: Promise<void>[] = [];
    for (let start = 0; start < records.length; start += SNAPSHOT_BATCH_RECORDS) {
      const { baseOffset, stored } = this.append(records.slice(start, start + SNAPSHOT_BATCH_RECORDS));
      if (start === 0) startOffset = baseOffset;
      writes.push(stored);
    }
    await Promise.all(writes);
    await log.deleteRecordsBefore(startOffset);
    this.#ports.logger.info("group log written anew", {
      partition: this.#partition.partition,
      records: records.length,
      logStartOffset: startOffset,
    });
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

function snapshotOf(store: Store): EncodedRecord[] {
  const records: EncodedRecord[] = [];
  for (const [group, metadata] of store.groups) records.push(encodeGroupRecord({ kind: "group", group, metadata }));
  for (const [group, { epoch, members }] of store.consumerGroups) {
    records.push(encodeGroupRecord({ kind: "consumerGroup", group, epoch }));
    for (const [memberId, member] of members) records.push(encodeGroupRecord({ kind: "consumerMember", group, memberId, member }));
  }
  for (const [group, offsets] of store.offsets) {
    for (const { topic, partition, ...value } of offsets.values())
      records.push(encodeGroupRecord({ kind: "offset", group, topic, partition, value }));
  }
  return records;
}
