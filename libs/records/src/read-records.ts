import type { Offset, TimestampMs } from "@millrace/model";
import type { DecodedRecord } from "./record.ts";
import { RecordOffsets, type ReadOptions } from "./record-offsets.ts";

/**
 * The records of a verified batch as objects, one at a time. Convenient and about ten times slower than `RecordOffsets`, which loops over millions of
 * records should use. Records of control batches are not application data: the caller skips such batches. Throws `corrupt-records`, before the first record
 * for a wrong layout, at the record for wrong headers.
 */
export function* readRecords(batch: Uint8Array, options: ReadOptions = {}): Generator<DecodedRecord, void, undefined> {
  const records = new RecordOffsets().decode(batch, options);
  for (let index = 0; index < records.count; index++) {
    yield {
      offset: (records.offsets[index] ?? 0) as Offset,
      timestamp: (records.timestamps[index] ?? 0) as TimestampMs,
      key: records.key(index),
      value: records.value(index),
      headers: records.headers(index),
    };
  }
}
