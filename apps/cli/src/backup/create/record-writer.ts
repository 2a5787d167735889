import type { StorageFile } from "@millrace/ports";
import { createBatchCursor, type RecordBatchView, verifyBatch } from "@millrace/records";
import { backupErrors } from "../errors.ts";
import { chained, encodeFrame, encodeHeader, type FramePorts, HEADER_BYTES, readFrames } from "../format/sealed-frames.ts";
import { RECORD_FILE_BYTES_MAX } from "../limits.ts";
import type { RecordFile } from "../manifest.ts";

interface OpenFile {
  readonly path: string;
  readonly file: StorageFile;
  readonly firstOffset: number;
  endOffset: number;
  bytes: number;
  frames: number;
  crc: number;
  batches: number;
  records: number;
  lastBatch: RecordFile["lastBatch"];
}

/**
 * Writes the batches of one partition from an offset on, file after file. What a killed backup left at the place is taken over as far as it is whole: those records
 * are what they were, whenever they were copied.
 */
export class RecordWriter {
  readonly #folder: string;
  readonly #ports: FramePorts;
  readonly #seen: (batch: RecordBatchView) => void;
  readonly #done: RecordFile[] = [];
  #open: OpenFile | undefined;
  #position: number;

  /** `seen` is called for each batch that is written or taken over. */
  constructor(of: { folder: string; position: number; seen: (batch: RecordBatchView) => void }, ports: FramePorts) {
    this.#folder = of.folder;
    this.#position = of.position;
    this.#seen = of.seen;
    this.#ports = ports;
    while (this.#takeOver());
  }

  /** Where the next batch is to begin, or later. */
  get position(): number {
    return this.#position;
  }

  /** Whole batches as they came; those below the position are left out, and so are those from `endOffset` on. */
  write(chunk: Uint8Array, endOffset: number): void {
    const kept: Uint8Array[] = [];
    for (const cursor = createBatchCursor(chunk); cursor.advance();) {
      const { view } = cursor;
      if (view.nextOffset <= this.#position) continue;
      if (view.baseOffset >= endOffset) break;
      verifyBatch(chunk, { crc32c: this.#ports.crc32c, position: view.position });
      if (kept.length === 0) this.#open ??= this.#begin(Math.max(view.baseOffset, this.#position));
      kept.push(view.subarray());
      this.#count(view);
    }
    if (kept.length > 0) this.#append(kept);
    if ((this.#open?.bytes ?? 0) >= RECORD_FILE_BYTES_MAX) this.#next();
  }

  /** All files, durable, once everything was written. */
  async finish(): Promise<readonly RecordFile[]> {
    this.#next();
    for (const { path } of this.#done) {
      const file = this.#ports.storage.open(path);
      await file.sync();
      file.close();
    }
    if (this.#done.length > 0) await this.#ports.storage.syncFolder(this.#folder);
    return this.#done;
  }

  /** After a failure: what is written stays, to be taken over. */
  abandon(): void {
    this.#open?.file.close();
    this.#open = undefined;
  }

  #begin(firstOffset: number): OpenFile {
    const { storage, crc32c } = this.#ports;
    storage.createFolder(this.#folder);
    const path = this.#path(firstOffset);
    storage.remove(path);
    const file = storage.open(path, { create: true });
    file.append([encodeHeader("records", crc32c)]);
    return emptyFile({ path, file, firstOffset });
  }

  #append(batches: readonly Uint8Array[]): void {
    const open = this.#open;
    if (open === undefined) return;
    const payload = new Uint8Array(batches.reduce((sum, batch) => sum + batch.length, 0));
    let at = 0;
    for (const batch of batches) {
      payload.set(batch, at);
      at += batch.length;
    }
    const { frame, crc } = encodeFrame(payload, this.#ports.crc32c);
    open.file.append([frame]);
    this.#sealed(open, { crc, endPosition: open.bytes + frame.length });
  }

  #sealed(open: OpenFile, { crc, endPosition }: { readonly crc: number; readonly endPosition: number }): void {
    open.bytes = endPosition;
    open.frames++;
    open.crc = chained(open.crc, crc, this.#ports.crc32c);
    open.endOffset = this.#position;
  }

  #count(view: RecordBatchView): void {
    this.#seen(view);
    this.#position = view.nextOffset;
    if (this.#open === undefined) return;
    this.#open.batches++;
    this.#open.lastBatch = { baseOffset: view.baseOffset, crc: view.crc };
    if (!view.isControl) this.#open.records += view.recordCount;
  }

  #next(): void {
    if (this.#open === undefined) return;
    const { file, ...done } = this.#open;
    file.close();
    this.#done.push(done);
    this.#open = undefined;
  }

  /** The file of a killed backup that begins at the position; true if there was one, and another may follow it. */
  #takeOver(): boolean {
    const { storage } = this.#ports;
    const path = this.#path(this.#position);
    if (!storage.exists(path)) return false;
    const firstOffset = this.#position;
    const file = storage.open(path);
    const open = emptyFile({ path, file, firstOffset });
    this.#open = open;
    try {
      for (const frame of readFrames(path, "records", this.#ports)) {
        for (const cursor = createBatchCursor(frame.payload); cursor.advance();) this.#count(cursor.view);
        this.#sealed(open, frame);
      }
    } catch (error) {
      // A frame that was being written when the backup was killed. Without a whole one the file is begun anew.
      if ((error as { code?: string }).code !== backupErrors.damaged({}).code) throw error;
      if (open.frames > 0) file.truncate(open.bytes);
    }
    if (open.frames === 0) {
      file.close();
      this.#open = undefined;
      storage.remove(path);
      return false;
    }
    if (open.bytes < RECORD_FILE_BYTES_MAX) return false;
    this.#next();
    return true;
  }

  #path(firstOffset: number): string {
    return `${this.#folder}/${String(firstOffset).padStart(20, "0")}.batches`;
  }
}

function emptyFile(of: Pick<OpenFile, "path" | "file" | "firstOffset">): OpenFile {
  const nothing = { bytes: HEADER_BYTES, frames: 0, crc: 0, batches: 0, records: 0, lastBatch: { baseOffset: -1, crc: 0 } };
  return { ...of, endOffset: of.firstOffset, ...nothing };
}
