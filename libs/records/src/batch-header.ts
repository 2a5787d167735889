import {
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  type LeaderEpoch,
  type Offset,
  type ProducerEpoch,
  type ProducerId,
} from "@millrace/model";
import { writeInt16, writeInt32, writeInt64 } from "./bytes.ts";
import { compressionId, type CompressionType, type Crc32c } from "./compression.ts";
import * as layout from "./layout.ts";

/** What a writer says of a batch besides its records; what is absent is "none", as an ordinary producer has it. */
export interface BatchHeader {
  readonly producerId?: ProducerId;
  readonly producerEpoch?: ProducerEpoch;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  readonly compression?: CompressionType;
  /** A broker writes it anyway; for tests and for brokers that build batches themselves. */
  readonly baseOffset?: Offset;
  readonly leaderEpoch?: LeaderEpoch;
}

interface RecordSummary {
  readonly control: boolean;
  readonly lastOffsetDelta: number;
  readonly recordCount: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
}

/** Writes the 61 bytes before the payload of `batch`, which holds exactly one batch, and its checksum last. */
export function writeBatchHeader(batch: Uint8Array, header: BatchHeader & RecordSummary, crc32c: Crc32c): void {
  writeInt64(batch, layout.BASE_OFFSET_POSITION, header.baseOffset ?? 0);
  writeInt32(batch, layout.BATCH_LENGTH_POSITION, batch.length - layout.BATCH_OVERHEAD_BYTES);
  writeInt32(batch, layout.LEADER_EPOCH_POSITION, header.leaderEpoch ?? NO_LEADER_EPOCH);
  batch[layout.MAGIC_POSITION] = layout.MAGIC_V2;
  const attributes =
    compressionId(header.compression ?? "none") |
    (header.transactional === true ? layout.TRANSACTIONAL_BIT : 0) |
    (header.control ? layout.CONTROL_BIT : 0);
  writeInt16(batch, layout.ATTRIBUTES_POSITION, attributes);
  writeInt32(batch, layout.LAST_OFFSET_DELTA_POSITION, header.lastOffsetDelta);
  writeInt64(batch, layout.BASE_TIMESTAMP_POSITION, header.baseTimestamp);
  writeInt64(batch, layout.MAX_TIMESTAMP_POSITION, header.maxTimestamp);
  writeInt64(batch, layout.PRODUCER_ID_POSITION, header.producerId ?? NO_PRODUCER_ID);
  writeInt16(batch, layout.PRODUCER_EPOCH_POSITION, header.producerEpoch ?? NO_PRODUCER_EPOCH);
  writeInt32(batch, layout.BASE_SEQUENCE_POSITION, header.baseSequence ?? -1);
  writeInt32(batch, layout.RECORD_COUNT_POSITION, header.recordCount);
  writeInt32(batch, layout.CRC_POSITION, crc32c(batch.subarray(layout.ATTRIBUTES_POSITION)));
}
