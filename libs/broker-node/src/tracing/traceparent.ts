import { BATCH_HEADER_BYTES, RecordBatchView } from "@millrace/records";

const NAME = "traceparent";
const TRACEPARENT_BYTES = 55; // 00-<32 hex>-<16 hex>-<2 hex>
const SEARCHED_BYTES_MAX = 1_024; // of the first record: values are in front of headers, and a search must stay cheap
const SAMPLED_BIT = 1;

/**
 * W3C context of a batch's first record, if it is sampled. Looks for the header by its bytes in the first record of an uncompressed batch instead of
 * decoding it: a wrong guess costs a span, never data.
 */
export function traceparentOfFirstRecord(batch: Uint8Array): string | undefined {
  if (batch.length <= BATCH_HEADER_BYTES || new RecordBatchView(batch).compressionId !== 0) return undefined;
  const end = Math.min(firstRecordEnd(batch), batch.length);
  const start = Math.max(BATCH_HEADER_BYTES, end - SEARCHED_BYTES_MAX);
  for (let position = start; position + NAME.length + 1 + TRACEPARENT_BYTES <= end; position++) {
    if (!matchesAt(batch, position)) continue;
    const valueStart = position + NAME.length + 1; // the length, 55, is one byte: 110 in zigzag
    return sampled(String.fromCharCode(...batch.subarray(valueStart, valueStart + TRACEPARENT_BYTES)));
  }
  return undefined;
}

function matchesAt(batch: Uint8Array, position: number): boolean {
  for (let index = 0; index < NAME.length; index++) if (batch[position + index] !== NAME.charCodeAt(index)) return false;
  return true;
}

function sampled(traceparent: string): string | undefined {
  const match = /^00-[0-9a-f]{32}-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(traceparent);
  return match !== null && (Number.parseInt(match[1] ?? "0", 16) & SAMPLED_BIT) === 1 ? traceparent : undefined;
}

/** End of the first record, from its length: a zigzag varint. */
function firstRecordEnd(batch: Uint8Array): number {
  let zigzag = 0;
  for (let index = 0; index < 5; index++) {
    const byte = batch[BATCH_HEADER_BYTES + index] ?? 0;
    zigzag |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return BATCH_HEADER_BYTES + index + 1 + (zigzag >>> 1);
  }
  return 0;
}
