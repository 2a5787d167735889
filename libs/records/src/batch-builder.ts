import { assert } from "@millrace/stdx";
import { NO_TIMESTAMP, type AppError, type TimestampMs } from "@millrace/model";
import { writeBatchHeader, type BatchHeader } from "./batch-header.ts";
import type { CompressionCodecs, Crc32c } from "./compression.ts";
import { invalidTimestamp, recordTooLarge, unsupportedCompression } from "./errors.ts";
import { encodedHeaderKey } from "./header-key.ts";
import { BATCH_HEADER_BYTES } from "./layout.ts";
import { BUILDER_BYTES_INITIAL, PAYLOAD_BYTES_MAX } from "./limits.ts";
import { NO_HEADERS, type RecordHeader } from "./record.ts";
import { varintBytes, varlongBytes, writeVarint, writeVarlong } from "./varint.ts";

/** Below this a loop copies faster than `TypedArray.set`, which costs a call (bench/records.bench.ts). */
const LOOP_COPY_BYTES_MAX = 24;

/**
 * Bytes that a record takes at most in a batch, whatever its place and time: for a producer that must decide before it appends.
 * 5 each for length, offset delta, key length, value length and header count, 9 for the timestamp, 1 for attributes.
 */
export function recordBytesUpperBound(
  key: Uint8Array | null,
  value: Uint8Array | null,
  headers: readonly RecordHeader[] = NO_HEADERS,
): number {
  let bytes = 35 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) bytes += 10 + encodedHeaderKey(header.key).length + (header.value?.length ?? 0);
  return bytes;
}

/**
 * Builds batches in one growing buffer, one after another: `append` writes a record's bytes at once and keeps nothing else of it, `build` returns a
 * batch of exact size in its own memory and starts anew. The same builder makes any number of batches; it belongs to one writer.
 */
export class BatchBuilder {
  readonly #crc32c: Crc32c;
  readonly #codecs: CompressionCodecs | undefined;
  readonly #bytesMax: number;
  #bytes = new Uint8Array(BUILDER_BYTES_INITIAL);
  #end = BATCH_HEADER_BYTES;
  #recordCount = 0;
  #baseTimestamp = 0;
  #maxTimestamp: number = NO_TIMESTAMP;

  constructor(options: { readonly crc32c: Crc32c; readonly codecs?: CompressionCodecs; readonly bytesMax?: number }) {
    this.#crc32c = options.crc32c;
    this.#codecs = options.codecs;
    this.#bytesMax = options.bytesMax ?? PAYLOAD_BYTES_MAX;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Bytes of the batch so far, header included, before compression. */
  get sizeInBytes(): number {
    return this.#end;
  }

  /**
   * Adds a record and returns the batch's size so far. `null` is Kafka's null: no key, or a tombstone. Throws `record-too-large`, and adds nothing, when
   * the batch would pass `bytesMax`; `invalid-timestamp` for one further than 2^53-1 ms from the batch's first.
   */
  append(timestamp: TimestampMs, key: Uint8Array | null, value: Uint8Array | null, headers: readonly RecordHeader[] = NO_HEADERS): number {
    const offsetDelta = this.#recordCount;
    const timestampDelta = offsetDelta === 0 ? 0 : timestamp - this.#baseTimestamp;
    if (!Number.isSafeInteger(timestampDelta)) throw timestampsTooFarApart(this.#baseTimestamp, timestamp);
    const keyBytes = key === null ? -1 : key.length;
    const valueBytes = value === null ? -1 : value.length;
    let bodyBytes = 1 + varlongBytes(timestampDelta) + varintBytes(offsetDelta) + varintBytes(keyBytes) + varintBytes(valueBytes);
    if (key !== null) bodyBytes += keyBytes;
    if (value !== null) bodyBytes += valueBytes;
    bodyBytes += headers.length === 0 ? 1 : headersBytes(headers);
    this.#reserve(varintBytes(bodyBytes) + bodyBytes);

    const bytes = this.#bytes;
    let position = writeVarint(bytes, this.#end, bodyBytes);
    bytes[position++] = 0; // attributes: no bit has a meaning yet
    position = writeVarlong(bytes, position, timestampDelta);
    position = writeVarint(bytes, position, offsetDelta);
    position = writeNullable(bytes, position, key);
    position = writeNullable(bytes, position, value);
    if (headers.length === 0) bytes[position++] = 0;
    else position = writeHeaders(bytes, position, headers);

    if (offsetDelta === 0) this.#baseTimestamp = timestamp;
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
    this.#end = position;
    this.#recordCount = offsetDelta + 1;
    return position;
  }

  /** The batch of the records appended since the last `build`, in memory of its own; the builder is empty afterwards. */
  build(header: BatchHeader = {}): Uint8Array {
    assert(this.#recordCount > 0, "a batch needs at least one record");
    const batch = this.#assemble(header);
    writeBatchHeader(
      batch,
      {
        ...header,
        control: false,
        lastOffsetDelta: this.#recordCount - 1,
        recordCount: this.#recordCount,
        baseTimestamp: this.#baseTimestamp,
        maxTimestamp: this.#maxTimestamp,
      },
      this.#crc32c,
    );
    this.reset();
    return batch;
  }

  /** Forgets the records appended since the last `build`. */
  reset(): void {
    this.#end = BATCH_HEADER_BYTES;
    this.#recordCount = 0;
    this.#baseTimestamp = 0;
    this.#maxTimestamp = NO_TIMESTAMP;
  }

  #assemble(header: BatchHeader): Uint8Array {
    const compression = header.compression ?? "none";
    if (compression === "none") return this.#bytes.slice(0, this.#end);
    if (this.#codecs === undefined) throw unsupportedCompression(compression);
    const payload = this.#codecs.compress(compression, this.#bytes.subarray(BATCH_HEADER_BYTES, this.#end));
    const batch = new Uint8Array(BATCH_HEADER_BYTES + payload.length);
    batch.set(payload, BATCH_HEADER_BYTES);
    return batch;
  }

  #reserve(recordBytes: number): void {
    const needed = this.#end + recordBytes;
    if (needed <= this.#bytes.length && needed <= this.#bytesMax) return;
    if (needed > this.#bytesMax) throw recordTooLarge({ bytes: needed, bytesMax: this.#bytesMax });
    const grown = new Uint8Array(Math.max(needed, Math.min(this.#bytes.length * 2, this.#bytesMax)));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
  }
}

/** Only -1 ("none") and a time after the year 285,000 are: readers could not tell the exact distance. */
function timestampsTooFarApart(baseTimestamp: number, timestamp: number): AppError {
  return invalidTimestamp("timestamps of a batch must lie within 2^53-1 ms of its first one", { baseTimestamp, timestamp });
}

function headersBytes(headers: readonly RecordHeader[]): number {
  let total = varintBytes(headers.length);
  for (const { key, value } of headers) {
    const keyBytes = encodedHeaderKey(key).length;
    total += varintBytes(keyBytes) + keyBytes;
    total += value === null ? 1 : varintBytes(value.length) + value.length;
  }
  return total;
}

function writeHeaders(bytes: Uint8Array, position: number, headers: readonly RecordHeader[]): number {
  position = writeVarint(bytes, position, headers.length);
  for (const { key, value } of headers) {
    position = writeNullable(bytes, position, encodedHeaderKey(key));
    position = writeNullable(bytes, position, value);
  }
  return position;
}

function writeNullable(bytes: Uint8Array, position: number, value: Uint8Array | null): number {
  if (value === null) {
    bytes[position] = 1; // zigzag of -1
    return position + 1;
  }
  const length = value.length;
  position = writeVarint(bytes, position, length);
  if (length > LOOP_COPY_BYTES_MAX) bytes.set(value, position);
  else for (let i = 0; i < length; i++) bytes[position + i] = value[i] ?? 0;
  return position + length;
}
