import type { LeaderEpoch, Offset, ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { readInt16, readInt32, readInt64, readInt8, readUint32 } from "./bytes.ts";
import { compressionOfId, type CompressionType } from "./compression.ts";
import * as layout from "./layout.ts";

/** Who stamped a batch: its producer, or the broker that appended it. */
export type TimestampType = "CreateTime" | "LogAppendTime";

/** Sequence number of the record `delta` places after one with `sequence`: after 2^31-1 comes 0. */
export function sequenceAfter(sequence: number, delta: number): number {
  const sum = sequence + delta;
  return sum > layout.SEQUENCE_MAX ? sum - layout.SEQUENCE_MAX - 1 : sum;
}

/**
 * The header of the batch at a position in a buffer, read field by field and never copied. One view is reused for any
 * number of batches: `moveTo` allocates nothing. The caller has made sure that a header stands there (`createBatchCursor`, `verifyBatch`).
 */
export class RecordBatchView {
  #bytes: Uint8Array;
  #position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#position = position;
  }

  /** Looks at another batch from now on. */
  moveTo(bytes: Uint8Array, position: number): this {
    this.#bytes = bytes;
    this.#position = position;
    return this;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get position(): number {
    return this.#position;
  }

  get baseOffset(): Offset {
    return readInt64(this.#bytes, this.#position + layout.BASE_OFFSET_POSITION) as Offset;
  }

  /** Kafka's batchLength: bytes after that field. */
  get batchLength(): number {
    return readInt32(this.#bytes, this.#position + layout.BATCH_LENGTH_POSITION);
  }

  /** Bytes of the whole batch. */
  get sizeInBytes(): number {
    return this.batchLength + layout.BATCH_OVERHEAD_BYTES;
  }

  get partitionLeaderEpoch(): LeaderEpoch {
    return readInt32(this.#bytes, this.#position + layout.LEADER_EPOCH_POSITION) as LeaderEpoch;
  }

  get magic(): number {
    return readInt8(this.#bytes, this.#position + layout.MAGIC_POSITION);
  }

  get crc(): number {
    return readUint32(this.#bytes, this.#position + layout.CRC_POSITION);
  }

  get attributes(): number {
    return readInt16(this.#bytes, this.#position + layout.ATTRIBUTES_POSITION);
  }

  /** Throws `unsupported-compression` for a number without a meaning. */
  get compression(): CompressionType {
    return compressionOfId(this.compressionId);
  }

  get compressionId(): number {
    return this.attributes & layout.COMPRESSION_MASK;
  }

  get timestampType(): TimestampType {
    return (this.attributes & layout.TIMESTAMP_TYPE_BIT) === 0 ? "CreateTime" : "LogAppendTime";
  }

  get isTransactional(): boolean {
    return (this.attributes & layout.TRANSACTIONAL_BIT) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & layout.CONTROL_BIT) !== 0;
  }

  /** From when on compaction may remove the tombstones, or the marker, of this batch (KIP-534); undefined: not decided yet. */
  get deleteHorizonMs(): TimestampMs | undefined {
    return (this.attributes & layout.DELETE_HORIZON_BIT) === 0 ? undefined : this.baseTimestamp;
  }

  get lastOffsetDelta(): number {
    return readInt32(this.#bytes, this.#position + layout.LAST_OFFSET_DELTA_POSITION);
  }

  get lastOffset(): Offset {
    return (this.baseOffset + this.lastOffsetDelta) as Offset;
  }

  /** The offset after the batch. */
  get nextOffset(): Offset {
    return (this.baseOffset + this.lastOffsetDelta + 1) as Offset;
  }

  get baseTimestamp(): TimestampMs {
    return readInt64(this.#bytes, this.#position + layout.BASE_TIMESTAMP_POSITION) as TimestampMs;
  }

  get maxTimestamp(): TimestampMs {
    return readInt64(this.#bytes, this.#position + layout.MAX_TIMESTAMP_POSITION) as TimestampMs;
  }

  get producerId(): ProducerId {
    return readInt64(this.#bytes, this.#position + layout.PRODUCER_ID_POSITION) as ProducerId;
  }

  get producerEpoch(): ProducerEpoch {
    return readInt16(this.#bytes, this.#position + layout.PRODUCER_EPOCH_POSITION) as ProducerEpoch;
  }

  get baseSequence(): number {
    return readInt32(this.#bytes, this.#position + layout.BASE_SEQUENCE_POSITION);
  }

  /** Sequence of the last record, wrapped; -1 for a batch without sequences. */
  get lastSequence(): number {
    const first = this.baseSequence;
    return first < 0 ? first : sequenceAfter(first, this.lastOffsetDelta);
  }

  get recordCount(): number {
    return readInt32(this.#bytes, this.#position + layout.RECORD_COUNT_POSITION);
  }

  /** The batch's bytes, as a view. */
  subarray(): Uint8Array {
    return this.#bytes.subarray(this.#position, this.#position + this.sizeInBytes);
  }
}
