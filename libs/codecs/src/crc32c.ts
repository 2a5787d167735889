import { crc32c as crc32cNative } from "@node-rs/crc32";
import { crc32cInScript } from "./crc32c-table.ts";

/** Below this the plain loop is faster than a native call (bench/codecs.bench.ts: 1,230 against 870 MB/s at 100 bytes, 1,340 against 1,860 at 200). */
const SCRIPT_BYTES_MAX = 150;

/** CRC-32C of the bytes, unsigned: native for what is large, plain JavaScript for what is small. Both give the same number. */
export function crc32c(bytes: Uint8Array): number {
  return bytes.length < SCRIPT_BYTES_MAX ? crc32cInScript(bytes) : crc32cNative(bytes);
}
