import type { Offset } from "@millrace/model";
import type { StorageFile } from "@millrace/ports";
import { BATCH_HEADER_BYTES, createBatchCursor, type Crc32c, RecordBatchView, verifyBatch } from "@millrace/records";
import { BATCH_BYTES_MAX, SCAN_CHUNK_BYTES } from "./limits.ts";

/** Where a scan ended, and why if not at the end of the file. */
export interface ScanEnd {
  readonly position: number;
  readonly cause: Error | undefined;
}

export interface ScanOptions {
  readonly fromPosition?: number;
  /** Checks each batch's checksum; absent: headers only. */
  readonly crc32c?: Crc32c;
  /** Called per batch, whose view is valid during the call only; an Error ends the scan before this batch. */
  readonly visit: (batch: RecordBatchView, position: number) => Error | undefined;
}

const MAGIC_POSITION = 16;

/** Walks over the batches of a file in large sequential reads, up to the first place where no whole and valid batch stands. */
export function scanBatches(file: StorageFile, options: ScanOptions): ScanEnd {
  let position = options.fromPosition ?? 0;
  let buffer = new Uint8Array(Math.min(SCAN_CHUNK_BYTES, Math.max(file.sizeBytes - position, BATCH_HEADER_BYTES)));
  while (position < file.sizeBytes) {
    const bytes = buffer.subarray(0, file.read(position, buffer));
    const cursor = createBatchCursor(bytes);
    while (cursor.advance()) {
      const cause = verify(cursor.view, options.crc32c) ?? options.visit(cursor.view, position + cursor.view.position);
      if (cause !== undefined) return { position: position + cursor.view.position, cause };
    }
    position += cursor.endPosition;
    const tail = cursor.tail;
    if (tail.kind === "corrupt") return { position, cause: tail.error };
    if (tail.kind === "truncated") {
      const bytesNeeded = tail.bytesNeeded;
      if (position + bytesNeeded > file.sizeBytes || bytesNeeded > BATCH_BYTES_MAX)
        return { position, cause: new Error("batch is cut off") };
      if (bytesNeeded > buffer.length) buffer = new Uint8Array(bytesNeeded);
    }
  }
  return { position, cause: undefined };
}

/** True if a whole valid batch with a base offset ≥ `minOffset` stands anywhere behind a position: then what stands at it is no torn tail (R16). */
export function hasBatchBehind(
  file: StorageFile,
  options: { readonly position: number; readonly minOffset: Offset; readonly crc32c: Crc32c },
): boolean {
  const chunk = new Uint8Array(SCAN_CHUNK_BYTES);
  const view = new RecordBatchView(chunk);
  for (let start = options.position + 1; start + BATCH_HEADER_BYTES <= file.sizeBytes; start += SCAN_CHUNK_BYTES - BATCH_HEADER_BYTES) {
    const bytes = chunk.subarray(0, file.read(start, chunk));
    for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; at++) {
      if (bytes[at + MAGIC_POSITION] !== 2) continue;
      view.moveTo(bytes, at);
      if (
        looksLikeBatch(view, { bytesMax: file.sizeBytes - start - at, minOffset: options.minOffset }) &&
        isValidAt(file, start + at, options.crc32c, view.sizeInBytes)
      ) {
        return true;
      }
    }
  }
  return false;
}

function looksLikeBatch(view: RecordBatchView, limits: { readonly bytesMax: number; readonly minOffset: Offset }): boolean {
  const size = view.sizeInBytes;
  if (size < BATCH_HEADER_BYTES || size > limits.bytesMax || size > BATCH_BYTES_MAX) return false;
  return Number.isSafeInteger(view.baseOffset) && view.baseOffset >= limits.minOffset;
}

function isValidAt(file: StorageFile, position: number, crc32c: Crc32c, bytes: number): boolean {
  const batch = new Uint8Array(bytes);
  file.read(position, batch);
  return verify(new RecordBatchView(batch), crc32c) === undefined;
}

function verify(view: RecordBatchView, crc32c: Crc32c | undefined): Error | undefined {
  if (crc32c === undefined) return undefined;
  try {
    verifyBatch(view.bytes, { crc32c, position: view.position });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
