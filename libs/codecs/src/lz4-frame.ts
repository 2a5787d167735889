import { compressFrameSync, decompressFrameSync, uncompressSync } from "lz4-napi";
import { corruptPayload, payloadTooLarge } from "./errors.ts";
import { lz4BlockContentBytes } from "./lz4-block.ts";
import { asBuffer, asPlainBytes, joinedBytes, readUint32LittleEndian } from "./plain-bytes.ts";

const MAGIC = 0x184d2204;
const FLAG_BLOCK_INDEPENDENT = 0x20;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_CONTENT_CHECKSUM = 0x04;
const FLAG_DICTIONARY = 0x01;
const BLOCK_STORED_BIT = 0x8000_0000;

interface Block {
  readonly start: number;
  readonly end: number;
  readonly stored: boolean;
  readonly contentBytes: number;
}

/** One LZ4 frame with independent blocks, the only kind that Kafka's Java client reads. */
export function compressLz4(bytes: Uint8Array): Uint8Array {
  return asPlainBytes(compressFrameSync(asBuffer(bytes)));
}

/**
 * Decompresses one LZ4 frame. The native decoder has no bound of its own and LZ4 grows up to 255-fold, so the size of the output is added up first from
 * the sequences' lengths, without decoding them. What Kafka's clients send (independent blocks, no checksums, as the batch has one) goes block by block
 * through the native block decoder, which is ten times faster than the native frame decoder that takes the rest.
 */
export function decompressLz4(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const flags = frameFlagsOf(bytes);
  const blocks = blocksOf(bytes, { flags, bytesMax });
  const isPlain = (flags & (FLAG_BLOCK_INDEPENDENT | FLAG_BLOCK_CHECKSUM | FLAG_CONTENT_CHECKSUM)) === FLAG_BLOCK_INDEPENDENT;
  try {
    return isPlain ? decompressBlocks(bytes, blocks) : asPlainBytes(decompressFrameSync(asBuffer(bytes)));
  } catch (error) {
    throw corruptPayload("lz4", error);
  }
}

function frameFlagsOf(bytes: Uint8Array): number {
  if (bytes.length < 7 || readUint32LittleEndian(bytes, 0) !== MAGIC) throw corruptPayload("lz4", new Error("no frame starts here"));
  const flags = bytes[4] ?? 0;
  if (flags >>> 6 !== 1) throw corruptPayload("lz4", new Error("the frame has an unknown version"));
  if ((flags & FLAG_DICTIONARY) !== 0) throw corruptPayload("lz4", new Error("the frame needs a dictionary"));
  return flags;
}

/** The frame's blocks and what each decompresses to; refuses a frame that passes the bound or does not end with the bytes. */
function blocksOf(bytes: Uint8Array, options: { readonly flags: number; readonly bytesMax: number }): Block[] {
  const { flags, bytesMax } = options;
  const checksumBytes = (flags & FLAG_BLOCK_CHECKSUM) === 0 ? 0 : 4;
  const trailerBytes = (flags & FLAG_CONTENT_CHECKSUM) === 0 ? 0 : 4;
  const blocks: Block[] = [];
  let position = (flags & FLAG_CONTENT_SIZE) === 0 ? 7 : 15;
  let total = 0;
  for (;;) {
    if (position + 4 > bytes.length) throw corruptPayload("lz4", new Error("the frame has no end"));
    const word = readUint32LittleEndian(bytes, position);
    const start = position + 4;
    if (word === 0) {
      if (start + trailerBytes !== bytes.length) throw corruptPayload("lz4", new Error("bytes after the frame"));
      return blocks;
    }
    const stored = word >= BLOCK_STORED_BIT;
    const end = start + (stored ? word - BLOCK_STORED_BIT : word);
    if (end + checksumBytes > bytes.length) throw corruptPayload("lz4", new Error("a block is cut off"));
    const contentBytes = stored ? end - start : lz4BlockContentBytes(bytes.subarray(start, end));
    total += contentBytes;
    if (total > bytesMax) throw payloadTooLarge("lz4", bytesMax);
    blocks.push({ start, end, stored, contentBytes });
    position = end + checksumBytes;
  }
}

function decompressBlocks(bytes: Uint8Array, blocks: readonly Block[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  for (const block of blocks) {
    const part = block.stored ? bytes.slice(block.start, block.end) : decompressBlock(bytes, block);
    if (part.length !== block.contentBytes) throw new Error("a block has another size than its sequences");
    parts.push(part);
    total += part.length;
  }
  return joinedBytes(parts, total);
}

/** The native block decoder wants the content's size before the block, little-endian. */
function decompressBlock(bytes: Uint8Array, block: Block): Uint8Array {
  const input = new Uint8Array(4 + block.end - block.start);
  new DataView(input.buffer).setUint32(0, block.contentBytes, true);
  input.set(bytes.subarray(block.start, block.end), 4);
  return asPlainBytes(uncompressSync(input));
}
