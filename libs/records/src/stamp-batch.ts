import type { LeaderEpoch, Offset, TimestampMs } from "@millrace/model";
import { RecordBatchView } from "./batch-view.ts";
import { writeInt16, writeInt32, writeInt64 } from "./bytes.ts";
import type { Crc32c } from "./compression.ts";
import {
  ATTRIBUTES_POSITION,
  BASE_OFFSET_POSITION,
  CRC_POSITION,
  LEADER_EPOCH_POSITION,
  MAX_TIMESTAMP_POSITION,
  TIMESTAMP_TYPE_BIT,
} from "./layout.ts";
import { checksumOf } from "./validate-batch.ts";

/** What a leader writes into a batch that it appends. */
export interface BatchStamp {
  readonly baseOffset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  /** Where the batch starts in the buffer; absent: 0. */
  readonly position?: number;
  /** For topics with message.timestamp.type=LogAppendTime: the broker's time, and the checksum that has to be made anew. */
  readonly logAppendTime?: { readonly timestamp: TimestampMs; readonly crc32c: Crc32c };
}

/**
 * Writes offset and leader epoch into a validated batch, in place. The checksum does not cover them (G11), so this costs a few stores; only
 * LogAppendTime (G14) changes covered bytes and computes it again. The bytes must belong to the caller.
 */
export function stampBatch(bytes: Uint8Array, stamp: BatchStamp): void {
  const position = stamp.position ?? 0;
  writeInt64(bytes, position + BASE_OFFSET_POSITION, stamp.baseOffset);
  writeInt32(bytes, position + LEADER_EPOCH_POSITION, stamp.leaderEpoch);
  if (stamp.logAppendTime === undefined) return;
  const view = new RecordBatchView(bytes, position);
  writeInt16(bytes, position + ATTRIBUTES_POSITION, view.attributes | TIMESTAMP_TYPE_BIT);
  writeInt64(bytes, position + MAX_TIMESTAMP_POSITION, stamp.logAppendTime.timestamp);
  writeInt32(bytes, position + CRC_POSITION, checksumOf(view, stamp.logAppendTime.crc32c));
}
