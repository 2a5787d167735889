import type { ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { writeBatchHeader } from "./batch-header.ts";
import { RecordBatchView } from "./batch-view.ts";
import { readInt16, readInt32, writeInt16, writeInt32 } from "./bytes.ts";
import type { Crc32c } from "./compression.ts";
import { corruptRecords } from "./errors.ts";
import { BATCH_HEADER_BYTES } from "./layout.ts";
import { RecordOffsets } from "./record-offsets.ts";

export type TransactionOutcome = "commit" | "abort";

/** The end of a producer's transaction in one partition. */
export interface EndTransactionMarker {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  /** Epoch of the transaction coordinator that decided; a lower one later is fenced. */
  readonly coordinatorEpoch: number;
  readonly outcome: TransactionOutcome;
  readonly timestamp: TimestampMs;
}

const KEY_BYTES = 4; // version int16 (0), type int16
const VALUE_BYTES = 6; // version int16 (0), coordinator epoch int32
const RECORD_BODY_BYTES = 6 + KEY_BYTES + VALUE_BYTES;
const TYPE_ABORT = 0;
const TYPE_COMMIT = 1;

/** The control batch that ends a transaction: one record, transactional, without sequence. */
export function buildEndTransactionMarker(marker: EndTransactionMarker, crc32c: Crc32c): Uint8Array {
  const batch = new Uint8Array(BATCH_HEADER_BYTES + 1 + RECORD_BODY_BYTES);
  let position = BATCH_HEADER_BYTES;
  batch[position++] = RECORD_BODY_BYTES << 1;
  position += 3; // attributes, timestamp delta, offset delta
  batch[position++] = KEY_BYTES << 1;
  writeInt16(batch, position + 2, marker.outcome === "commit" ? TYPE_COMMIT : TYPE_ABORT);
  position += KEY_BYTES;
  batch[position++] = VALUE_BYTES << 1;
  writeInt32(batch, position + 2, marker.coordinatorEpoch);
  const { producerId, producerEpoch, timestamp } = marker;
  writeBatchHeader(
    batch,
    {
      producerId,
      producerEpoch,
      transactional: true,
      control: true,
      lastOffsetDelta: 0,
      recordCount: 1,
      baseTimestamp: timestamp,
      maxTimestamp: timestamp,
    },
    crc32c,
  );
  return batch;
}

/** The marker in a verified control batch; undefined for a control batch of another type, which readers skip. */
export function readEndTransactionMarker(batch: Uint8Array): EndTransactionMarker | undefined {
  const view = new RecordBatchView(batch);
  if (!view.isControl) throw corruptRecords("a marker was expected, but this is not a control batch");
  const records = new RecordOffsets().decode(batch);
  const key = records.key(0);
  const value = records.value(0);
  if (records.count !== 1 || key === null || key.length < KEY_BYTES) throw corruptRecords("a control batch holds one record with a key");
  const type = readInt16(key, 2);
  if (type !== TYPE_ABORT && type !== TYPE_COMMIT) return undefined;
  if (value === null || value.length < VALUE_BYTES) throw corruptRecords("a marker's value is too short");
  return {
    producerId: view.producerId,
    producerEpoch: view.producerEpoch,
    coordinatorEpoch: readInt32(value, 2),
    outcome: type === TYPE_COMMIT ? "commit" : "abort",
    timestamp: view.maxTimestamp,
  };
}
