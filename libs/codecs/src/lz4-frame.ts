import { compressFrameSync, decompressFrameSync } from "lz4-napi";
import { corruptPayload, payloadTooLarge } from "./errors.ts";
import { asBuffer, asPlainBytes, readUint32LittleEndian } from "./plain-bytes.ts";

const MAGIC = 0x184d2204;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_CONTENT_CHECKSUM = 0x04;
const FLAG_DICTIONARY = 0x01;
const BLOCK_STORED_BIT = 0x8000_0000;
const MATCH_BYTES_MIN = 4;

/** One LZ4 frame with independent blocks, the only kind that Kafka's Java client reads. */
export function compressLz4(bytes: Uint8Array): Uint8Array {
  return asPlainBytes(compressFrameSync(asBuffer(bytes)));
}

/**
 * Decompresses one LZ4 frame. The native decoder has no bound of its own and LZ4 grows up to 255-fold, so the size of the output is added up first from
 * the sequences' lengths, without decoding them: a few ns per sequence.
 */
export function decompressLz4(bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (lz4ContentBytes(bytes, bytesMax) > bytesMax) throw payloadTooLarge("lz4", bytesMax);
  try {
    return asPlainBytes(decompressFrameSync(asBuffer(bytes)));
  } catch (error) {
    throw corruptPayload("lz4", error);
  }
}

/** Bytes a frame decompresses to; counting stops soon after it passes `bytesMax`. */
function lz4ContentBytes(bytes: Uint8Array, bytesMax: number): number {
  if (bytes.length < 7 || readUint32LittleEndian(bytes, 0) !== MAGIC) throw corruptPayload("lz4", new Error("no frame starts here"));
  const flags = bytes[4] ?? 0;
  if ((flags & FLAG_DICTIONARY) !== 0) throw corruptPayload("lz4", new Error("the frame needs a dictionary"));
  const checksumBytes = (flags & FLAG_BLOCK_CHECKSUM) === 0 ? 0 : 4;
  const trailerBytes = (flags & FLAG_CONTENT_CHECKSUM) === 0 ? 0 : 4;
  let position = (flags & FLAG_CONTENT_SIZE) === 0 ? 7 : 15;
  let total = 0;
  while (total <= bytesMax) {
    if (position + 4 > bytes.length) throw corruptPayload("lz4", new Error("the frame has no end"));
    const word = readUint32LittleEndian(bytes, position);
    position += 4;
    if (word === 0) {
      if (position + trailerBytes !== bytes.length) throw corruptPayload("lz4", new Error("bytes after the frame"));
      return total;
    }
    const stored = word >= BLOCK_STORED_BIT;
    const end = position + (stored ? word - BLOCK_STORED_BIT : word);
    if (end + checksumBytes > bytes.length) throw corruptPayload("lz4", new Error("a block is cut off"));
    total += stored ? end - position : blockContentBytes(bytes, position, { end, bytesMax });
    position = end + checksumBytes;
  }
  return total;
}

/** Adds up the literals and matches of one block: token, [more literal length], literals, offset, [more match length]. */
function blockContentBytes(bytes: Uint8Array, start: number, limits: { readonly end: number; readonly bytesMax: number }): number {
  const { end, bytesMax } = limits;
  let position = start;
  let total = 0;
  while (position < end && total <= bytesMax) {
    const token = bytes[position++] ?? 0;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && position < end) literals += more = bytes[position++] ?? 0;
    }
    position += literals;
    total += literals;
    if (position >= end) return total; // the last sequence is literals only
    position += 2;
    let match = token & 0x0f;
    if (match === 15) {
      let more = 255;
      while (more === 255 && position < end) match += more = bytes[position++] ?? 0;
    }
    total += match + MATCH_BYTES_MIN;
  }
  return total;
}
