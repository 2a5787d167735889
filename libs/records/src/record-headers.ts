import { corruptRecords } from "./errors.ts";
import { decodedHeaderKey } from "./header-key.ts";
import { HEADER_BYTES_MIN } from "./limits.ts";
import type { RecordHeader } from "./record.ts";
import { VarintReader } from "./varint.ts";

/** Decodes a record's headers from their count on; they must end exactly where the record ends. Values are views. */
export function readHeaders(bytes: Uint8Array, range: { readonly start: number; readonly end: number }): RecordHeader[] {
  const reader = new VarintReader(bytes, range.start);
  const count = reader.readVarint();
  if (reader.malformed || count < 0 || count * HEADER_BYTES_MIN > range.end - reader.position) {
    throw corruptRecords("the header count is more than the record can hold", { headerCount: count });
  }
  const headers: RecordHeader[] = [];
  for (let index = 0; index < count; index++) {
    const key = readBytes(reader, range.end);
    if (key === null) throw corruptRecords("a header has no key", { headerIndex: index });
    headers.push({ key: decodedHeaderKey(key), value: readBytes(reader, range.end) });
  }
  if (reader.position !== range.end) throw corruptRecords("headers do not end with their record", { bytes: range.end - reader.position });
  return headers;
}

function readBytes(reader: VarintReader, end: number): Uint8Array | null {
  const length = reader.readVarint();
  const start = reader.position;
  if (reader.malformed || length < -1 || length > end - start) throw corruptRecords("a header's length is wrong", { length });
  if (length < 0) return null;
  reader.position = start + length;
  return reader.bytes.subarray(start, start + length);
}
