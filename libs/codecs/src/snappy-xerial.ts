import { compressSync, uncompressSync } from "snappy";
import { corruptPayload, payloadTooLarge } from "./errors.ts";
import { asPlainBytes, joinedBytes, readInt32BigEndian } from "./plain-bytes.ts";

/** `\x82SNAPPY\0`, version 1, compatible with 1: the stream header of snappy-java, which Kafka's Java client writes and reads (G13). */
const XERIAL_HEADER = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1);
const XERIAL_MAGIC_BYTES = 8;

/** Bytes per block, as snappy-java has it. */
const BLOCK_BYTES = 32_768;

/** Snappy's longest copy element makes 64 bytes of 3; a preamble that promises more than this times its input lies, and gets no memory. */
const GROWTH_MAX = 32;

/** A copy into memory of V8 instead of memory with a finalizer: six times faster on blocks of this size (bench/codecs.bench.ts). */
const COPY = { copyOutputData: true };

/** Snappy in snappy-java's framing. */
export function compressSnappy(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  let total = XERIAL_HEADER.length;
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const block = compressSync(bytes.subarray(start, start + BLOCK_BYTES), COPY);
    blocks.push(block);
    total += 4 + block.length;
  }
  const output = new Uint8Array(total);
  const view = new DataView(output.buffer);
  output.set(XERIAL_HEADER);
  let position = XERIAL_HEADER.length;
  for (const block of blocks) {
    view.setInt32(position, block.length);
    output.set(block, position + 4);
    position += 4 + block.length;
  }
  return output;
}

/** Decompresses snappy-java's framing, or one raw block, which other clients send. */
export function decompressSnappy(bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (!isXerial(bytes)) return decompressBlock(bytes, bytesMax, bytesMax);
  const blocks: Uint8Array[] = [];
  let total = 0;
  let position = XERIAL_HEADER.length;
  while (position < bytes.length) {
    const length = position + 4 > bytes.length ? -1 : readInt32BigEndian(bytes, position);
    const start = position + 4;
    if (length <= 0 || length > bytes.length - start) throw corruptPayload("snappy", new Error("a block is cut off"));
    const block = decompressBlock(bytes.subarray(start, start + length), bytesMax - total, bytesMax);
    blocks.push(block);
    total += block.length;
    position = start + length;
  }
  return joinedBytes(blocks, total);
}

function decompressBlock(block: Uint8Array, roomBytes: number, bytesMax: number): Uint8Array {
  const promised = preambleOf(block);
  if (promised > block.length * GROWTH_MAX) throw corruptPayload("snappy", new Error("the preamble promises more than the block can hold"));
  if (promised > roomBytes) throw payloadTooLarge("snappy", bytesMax);
  try {
    const output = uncompressSync(block, { ...COPY, asBuffer: true });
    if (typeof output === "string") throw new Error("text instead of bytes");
    return asPlainBytes(output);
  } catch (error) {
    throw corruptPayload("snappy", error);
  }
}

/** The block's own statement of its decompressed size: a uvarint of at most 5 bytes. */
function preambleOf(block: Uint8Array): number {
  let value = 0;
  for (let index = 0; index < Math.min(5, block.length); index++) {
    const byte = block[index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  throw corruptPayload("snappy", new Error("the preamble is cut off"));
}

function isXerial(bytes: Uint8Array): boolean {
  if (bytes.length < XERIAL_HEADER.length) return false;
  for (let index = 0; index < XERIAL_MAGIC_BYTES; index++) if (bytes[index] !== XERIAL_HEADER[index]) return false;
  return true;
}
