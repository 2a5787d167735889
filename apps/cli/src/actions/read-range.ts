import { type Client, committedBatches, type FetchRange, type PartitionRecords } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { type DecodedRecord, readRecords } from "@millrace/records";

/** Records of one partition with startOffset ≤ offset < endOffset, in groups as they arrive. Ends by itself. */
export async function* readRange(
  client: Client,
  range: FetchRange & { readonly isolation: "committed" | "uncommitted" },
): AsyncGenerator<Pick<PartitionRecords, "partition" | "records">> {
  if (range.startOffset >= range.endOffset) return;
  const codecs = createCompressionCodecs();
  for await (const chunk of client.fetchRange(range, { isolation: range.isolation })) {
    const records: DecodedRecord[] = [];
    for (const batch of committedBatches(chunk)) {
      for (const record of readRecords(batch, { codecs })) {
        if (record.offset >= range.startOffset && record.offset < range.endOffset) records.push(record);
      }
    }
    if (records.length > 0) yield { partition: range.partition, records };
  }
}
