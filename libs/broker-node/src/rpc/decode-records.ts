import { committedBatches } from "@millrace/client";
import type { AbortedTransaction } from "@millrace/log-engine";
import type { Offset } from "@millrace/model";
import { type CompressionCodecs, readRecords } from "@millrace/records";
import { recordToWire } from "../from-wire.ts";

/** Records of fetched batches for clients that do not read batches: from the offset asked for, without control records and aborted ones. */
export function decodeRecords(
  from: { readonly batches: Uint8Array; readonly aborted: readonly AbortedTransaction[]; readonly fromOffset: Offset },
  codecs: CompressionCodecs,
): ReturnType<typeof recordToWire>[] {
  const records: ReturnType<typeof recordToWire>[] = [];
  for (const batch of committedBatches(from)) {
    for (const record of readRecords(batch, { codecs })) if (record.offset >= from.fromOffset) records.push(recordToWire(record));
  }
  return records;
}
