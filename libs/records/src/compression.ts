import { unsupportedCompression } from "./errors.ts";

/** How the records of a batch are compressed; the names are Kafka's values of `compression.type`. */
export type CompressionType = "none" | "gzip" | "snappy" | "lz4" | "zstd";

const COMPRESSION_BY_ID: readonly CompressionType[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/** CRC-32C (Castagnoli) of the bytes as an unsigned 32-bit number. Passed in, because the fast ones are native. */
export type Crc32c = (bytes: Uint8Array) => number;

/** What compresses and decompresses payloads; the real one is `createCompressionCodecs` of `@millrace/codecs`. */
export interface CompressionCodecs {
  /** `level` is the codec's own scale (gzip, zstd; others have none); absent: a fast one. */
  compress(type: CompressionType, bytes: Uint8Array, level?: number): Uint8Array;
  /**
   * The original bytes, in memory that nobody reuses. Throws an AppError of kind `corrupt` on anything that is not whole output of the codec, and of kind
   * `exhausted` as soon as the output would pass `bytesMax`, without ever holding much more than that.
   */
  decompress(type: CompressionType, bytes: Uint8Array, bytesMax: number): Uint8Array;
}

/** Kafka's number of a codec, as it stands in a batch's attributes. */
export function compressionId(type: CompressionType): number {
  return COMPRESSION_BY_ID.indexOf(type);
}

/** The codec of Kafka's number; numbers 5 to 7 exist in the attributes but mean nothing yet. */
export function compressionOfId(id: number): CompressionType {
  const type = COMPRESSION_BY_ID[id];
  if (type === undefined) throw unsupportedCompression(id);
  return type;
}
