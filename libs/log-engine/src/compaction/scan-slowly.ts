import type { StorageFile } from "@millrace/ports";
import { BATCH_HEADER_BYTES, createBatchCursor, type Crc32c, type RecordBatchView, verifyBatch } from "@millrace/records";
import { logCorrupt } from "../errors.ts";
import { BATCH_BYTES_MAX, COMPACTION_CHUNK_BYTES } from "../limits.ts";

/** Waits until so many bytes more may be read or written: how a caller limits the rate, and lets others run between two chunks. */
export type Pause = (bytes: number) => Promise<void>;

interface SlowScan {
  readonly file: StorageFile;
  readonly path: string;
  readonly crc32c: Crc32c;
  readonly pause: Pause;
  /** The view, and the bytes that it looks at, stay as they are until the end of the chunk. */
  readonly visit: (batch: RecordBatchView) => void;
  /** What was kept of a chunk's bytes is needed no longer after this. */
  readonly chunkEnds?: () => void;
}

/**
 * Walks over all batches of a closed segment in the background: chunk by chunk through the thread pool, each checksum verified. Throws `log-corrupt` at anything
 * that is no whole batch: what is damaged is not spread.
 */
export async function scanSlowly(scan: SlowScan): Promise<void> {
  const { file, path } = scan;
  const end = file.sizeBytes;
  let position = 0;
  let capacity = COMPACTION_CHUNK_BYTES;
  while (position < end) {
    const buffer = new Uint8Array(Math.min(capacity, end - position));
    const bytes = buffer.subarray(0, await file.readAsync(position, buffer));
    await scan.pause(bytes.length);
    const cursor = createBatchCursor(bytes);
    while (cursor.advance()) {
      verify(cursor.view, scan, position);
      scan.visit(cursor.view);
    }
    scan.chunkEnds?.();
    position += cursor.endPosition;
    const { tail } = cursor;
    if (tail.kind === "corrupt") throw logCorrupt({ file: path, position }, tail.error);
    capacity = tail.kind === "truncated" ? Math.max(COMPACTION_CHUNK_BYTES, tail.bytesNeeded) : COMPACTION_CHUNK_BYTES;
    const isCutOff = tail.kind === "truncated" && (position + tail.bytesNeeded > end || tail.bytesNeeded > BATCH_BYTES_MAX);
    if (isCutOff || (bytes.length < BATCH_HEADER_BYTES && cursor.endPosition === 0))
      throw logCorrupt({ file: path, position }, new Error("batch is cut off"));
  }
}

function verify(view: RecordBatchView, { crc32c, path }: SlowScan, chunkPosition: number): void {
  try {
    verifyBatch(view.bytes, { crc32c, position: view.position });
  } catch (error) {
    throw logCorrupt({ file: path, position: chunkPosition + view.position, offset: view.baseOffset }, error);
  }
}
