import { corruptRecords } from "./errors.ts";
import { RecordBatchView } from "./batch-view.ts";
import type { CompressionCodecs } from "./compression.ts";
import { HEADER_BYTES_MIN, PAYLOAD_BYTES_MAX, RECORD_BYTES_MIN } from "./limits.ts";
import { openPayload } from "./payload.ts";
import { NO_HEADERS, type RecordHeader } from "./record.ts";
import { readHeaders } from "./record-headers.ts";
import { VarintReader } from "./varint.ts";

/** How to read a batch's payload. */
export interface ReadOptions {
  /** Needed for compressed batches only. */
  readonly codecs?: CompressionCodecs;
  /** Bound of a decompressed payload; absent: 64 MiB. */
  readonly payloadBytesMax?: number;
}

const EMPTY = new Uint8Array(0);

/**
 * Where the parts of each record of one batch stand, in typed arrays that are reused from batch to batch: nothing is allocated per record (DESIGN §5, a
 * job pays for what it reads). Index i is the i-th record; `bytes` is what the positions refer to. Everything is valid until the next `decode`.
 */
export class RecordOffsets {
  /** The batch, or its decompressed payload. */
  bytes: Uint8Array = EMPTY;
  count = 0;
  /** Where the first record starts in `bytes`. */
  payloadStart = 0;
  offsets = new Float64Array(0);
  timestamps = new Float64Array(0);
  keyStarts = new Int32Array(0);
  /** -1: null. */
  keyLengths = new Int32Array(0);
  valueStarts = new Int32Array(0);
  /** -1: null. */
  valueLengths = new Int32Array(0);
  /** Position of the header count's varint. */
  headerStarts = new Int32Array(0);
  /** End of the record, where its headers end too. */
  recordEnds = new Int32Array(0);
  readonly #reader = new VarintReader(EMPTY);

  /**
   * Decodes the batch at the start of `batch`, whose length and checksum have been verified. Headers are located, and only decoded by `headers`.
   * Throws `corrupt-records` when the records do not fill the payload exactly or their offsets do not ascend; then `count` is 0.
   */
  decode(batch: Uint8Array, options: ReadOptions = {}): this {
    const view = new RecordBatchView(batch);
    this.count = 0;
    const payload = openPayload(view, options.codecs, options.payloadBytesMax ?? PAYLOAD_BYTES_MAX);
    const recordCount = view.recordCount;
    if (recordCount < 0 || recordCount * RECORD_BYTES_MIN > payload.end - payload.start) {
      throw corruptRecords("the record count is more than the payload can hold", {
        recordCount,
        payloadBytes: payload.end - payload.start,
      });
    }
    this.bytes = payload.bytes;
    this.payloadStart = payload.start;
    this.#reserve(recordCount);
    this.#decodeRecords(view, { ...payload, recordCount });
    this.count = recordCount;
    return this;
  }

  /** Key of a record as a view; null if it has none. */
  key(index: number): Uint8Array | null {
    return viewOf(this.bytes, this.keyStarts[index] ?? 0, this.keyLengths[index] ?? -1);
  }

  /** Value of a record as a view; null for a tombstone. */
  value(index: number): Uint8Array | null {
    return viewOf(this.bytes, this.valueStarts[index] ?? 0, this.valueLengths[index] ?? -1);
  }

  /** Headers of a record. Throws `corrupt-records` when they do not fill the rest of the record exactly. */
  headers(index: number): readonly RecordHeader[] {
    const start = this.headerStarts[index] ?? 0;
    if (this.bytes[start] === 0) return NO_HEADERS;
    return readHeaders(this.bytes, { start, end: this.recordEnds[index] ?? 0 });
  }

  #decodeRecords(view: RecordBatchView, payload: { readonly start: number; readonly end: number; readonly recordCount: number }): void {
    const { bytes, offsets, timestamps, keyStarts, keyLengths, valueStarts, valueLengths, headerStarts, recordEnds } = this;
    const { baseOffset, baseTimestamp, lastOffsetDelta } = view;
    const appendTime = view.timestampType === "LogAppendTime" ? view.maxTimestamp : undefined;
    const reader = this.#reader;
    reader.moveTo(bytes, payload.start);
    let previousDelta = -1;
    for (let index = 0; index < payload.recordCount; index++) {
      const bodyBytes = reader.readVarint();
      const end = reader.position + bodyBytes;
      if (bodyBytes < RECORD_BYTES_MIN - 1 || end > payload.end) throw malformed("its length", index);
      recordEnds[index] = end;
      reader.position++; // attributes: no bit has a meaning yet
      const timestamp = baseTimestamp + reader.readVarlong();
      if (timestamp > Number.MAX_SAFE_INTEGER || timestamp < Number.MIN_SAFE_INTEGER) throw malformed("its timestamp", index);
      timestamps[index] = appendTime ?? timestamp;
      const offsetDelta = reader.readVarint();
      offsets[index] = baseOffset + offsetDelta;
      if (offsetDelta <= previousDelta || offsetDelta > lastOffsetDelta) throw malformed("its offset", index);
      previousDelta = offsetDelta;

      const keyLength = reader.readVarint();
      keyStarts[index] = reader.position;
      keyLengths[index] = keyLength;
      if (keyLength < -1 || keyLength > end - reader.position) throw malformed("its key length", index);
      if (keyLength > 0) reader.position += keyLength;
      const valueLength = reader.readVarint();
      valueStarts[index] = reader.position;
      valueLengths[index] = valueLength;
      if (valueLength < -1 || valueLength > end - reader.position) throw malformed("its value length", index);
      if (valueLength > 0) reader.position += valueLength;

      headerStarts[index] = reader.position;
      const headerCount = reader.readVarint();
      const rest = end - reader.position;
      if (headerCount < 0 || headerCount * HEADER_BYTES_MIN > rest || (headerCount === 0 && rest !== 0))
        throw malformed("its headers", index);
      if (reader.malformed) throw malformed("a number in it", index);
      reader.position = end;
    }
    if (reader.position !== payload.end)
      throw corruptRecords("bytes are left after the last record", { bytes: payload.end - reader.position });
  }

  #reserve(recordCount: number): void {
    if (recordCount <= this.offsets.length) return;
    // Exactly, the first time: a decoder that is not reused must not allocate more than its batch needs.
    const capacity = Math.max(recordCount, Math.min(this.offsets.length * 2, PAYLOAD_BYTES_MAX / RECORD_BYTES_MIN) | 0);
    this.offsets = new Float64Array(capacity);
    this.timestamps = new Float64Array(capacity);
    this.keyStarts = new Int32Array(capacity);
    this.keyLengths = new Int32Array(capacity);
    this.valueStarts = new Int32Array(capacity);
    this.valueLengths = new Int32Array(capacity);
    this.headerStarts = new Int32Array(capacity);
    this.recordEnds = new Int32Array(capacity);
  }
}

function malformed(what: string, recordIndex: number): Error {
  return corruptRecords(`${what} is wrong`, { recordIndex });
}

function viewOf(bytes: Uint8Array, start: number, length: number): Uint8Array | null {
  return length < 0 ? null : bytes.subarray(start, start + length);
}
