import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { corruptPayload, payloadTooLarge } from "./errors.ts";
import { asPlainBytes } from "./plain-bytes.ts";

/** Level 1: three times faster than the default for a tenth more bytes, on JSON. */
const GZIP_LEVEL = 1;
/** Kafka's default level. */
const ZSTD_LEVEL = 3;

export function compressGzip(bytes: Uint8Array): Uint8Array {
  return asPlainBytes(gzipSync(bytes, { level: GZIP_LEVEL }));
}

export function compressZstd(bytes: Uint8Array): Uint8Array {
  return asPlainBytes(zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } }));
}

export function decompressGzip(bytes: Uint8Array, bytesMax: number): Uint8Array {
  return bounded("gzip", bytesMax, () => gunzipSync(bytes, { maxOutputLength: outputBound(bytesMax) }));
}

export function decompressZstd(bytes: Uint8Array, bytesMax: number): Uint8Array {
  return bounded("zstd", bytesMax, () => zstdDecompressSync(bytes, { maxOutputLength: outputBound(bytesMax) }));
}

/** Node refuses a bound of 0. One byte too many is caught below. */
function outputBound(bytesMax: number): number {
  return Math.max(bytesMax, 1);
}

function bounded(codec: string, bytesMax: number, decompress: () => Uint8Array): Uint8Array {
  let output: Uint8Array;
  try {
    output = decompress();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") throw payloadTooLarge(codec, bytesMax);
    throw corruptPayload(codec, error);
  }
  if (output.length > bytesMax) throw payloadTooLarge(codec, bytesMax);
  return asPlainBytes(output);
}
