import type { AppError } from "@millrace/model";
import { readInt32, readInt8 } from "./bytes.ts";
import { corruptBatch } from "./errors.ts";
import { BATCH_HEADER_BYTES, BATCH_LENGTH_POSITION, BATCH_OVERHEAD_BYTES, MAGIC_POSITION, MAGIC_V2 } from "./layout.ts";
import { RecordBatchView } from "./batch-view.ts";

/** What stands behind the last whole batch of a buffer. */
export type BatchTail =
  | { readonly kind: "none" } // the buffer ends with its last batch
  | { readonly kind: "truncated"; readonly position: number; readonly bytesNeeded: number } // the buffer must reach position + bytesNeeded to tell more
  | { readonly kind: "corrupt"; readonly position: number; readonly error: AppError }; // no batch can start like this

/**
 * Walks over the whole batches of a buffer without allocation per batch: `while (cursor.advance()) use(cursor.view)`.
 * It checks lengths and magic only, not checksums; a torn tail is an answer, not an error, because every fetch and every recovery meets one.
 */
export class BatchCursor {
  /** The current batch; valid until the next `advance`. */
  readonly view: RecordBatchView;
  readonly #bytes: Uint8Array;
  #nextPosition: number;
  #tail: BatchTail | undefined;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#nextPosition = position;
    this.view = new RecordBatchView(bytes, position);
  }

  /** Moves to the next whole batch; false when there is none, and `tail` says why. */
  advance(): boolean {
    if (this.#tail !== undefined) return false;
    const position = this.#nextPosition;
    const tail = tailAt(this.#bytes, position);
    if (tail !== undefined) {
      this.#tail = tail;
      return false;
    }
    this.view.moveTo(this.#bytes, position);
    this.#nextPosition = position + this.view.sizeInBytes;
    return true;
  }

  /** End of the whole batches seen so far: where the next one starts. */
  get endPosition(): number {
    return this.#nextPosition;
  }

  /** What follows `endPosition`; meaningful once `advance` returned false. */
  get tail(): BatchTail {
    return this.#tail ?? { kind: "none" };
  }
}

/** Walks over the whole batches of a buffer from a position on. */
export function createBatchCursor(bytes: Uint8Array, position = 0): BatchCursor {
  return new BatchCursor(bytes, position);
}

/** All whole batches of a buffer as views on it, and what stands behind them. For hot paths take the cursor. */
export function splitBatches(bytes: Uint8Array): { batches: Uint8Array[]; endPosition: number; tail: BatchTail } {
  const cursor = new BatchCursor(bytes);
  const batches: Uint8Array[] = [];
  while (cursor.advance()) batches.push(cursor.view.subarray());
  return { batches, endPosition: cursor.endPosition, tail: cursor.tail };
}

/** Why no whole batch stands at `position`; undefined if one does. */
function tailAt(bytes: Uint8Array, position: number): BatchTail | undefined {
  const available = bytes.length - position;
  if (available <= 0) return { kind: "none" };
  if (available < BATCH_OVERHEAD_BYTES) return { kind: "truncated", position, bytesNeeded: BATCH_OVERHEAD_BYTES };
  const length = readInt32(bytes, position + BATCH_LENGTH_POSITION);
  if (length < BATCH_HEADER_BYTES - BATCH_OVERHEAD_BYTES) {
    return { kind: "corrupt", position, error: corruptBatch("its length is below that of a header", { position, length }) };
  }
  if (available > MAGIC_POSITION) {
    const magic = readInt8(bytes, position + MAGIC_POSITION);
    if (magic !== MAGIC_V2) return { kind: "corrupt", position, error: corruptBatch("its magic is not 2", { position, magic }) };
  }
  if (available < length + BATCH_OVERHEAD_BYTES) return { kind: "truncated", position, bytesNeeded: length + BATCH_OVERHEAD_BYTES };
  return undefined;
}
