import type { Offset, TimestampMs } from "@millrace/model";

/** A header of a record: an application's own, or `traceparent` of a trace. Order and repetition are kept. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** A record as it was read. Key, value and header values are views on the batch (or on its decompressed payload): copy what outlives it. */
export interface DecodedRecord {
  readonly offset: Offset;
  readonly timestamp: TimestampMs;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

export const NO_HEADERS: readonly RecordHeader[] = [];
