import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, read, readSync, writeSync, writevSync } from "node:fs";
import { promisify } from "node:util";
import type { StorageFile } from "@millrace/ports";
import { translate } from "./errors.ts";
import { WRITE_CHUNKS_MAX } from "./limits.ts";

const fdatasyncAsync = promisify(fdatasync);

/** A file of the file system. Knows its own size: it has one writer. */
export class FsFile implements StorageFile {
  readonly #path: string;
  readonly #fd: number;
  #sizeBytes: number;
  #syncsRunning = 0;
  #isClosed = false;

  constructor(path: string, flags: number) {
    this.#path = path;
    try {
      this.#fd = openSync(path, flags, 0o644);
      this.#sizeBytes = fstatSync(this.#fd).size;
    } catch (error) {
      throw translate(error, path);
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  append(chunks: readonly Uint8Array[]): number {
    const position = this.#sizeBytes;
    try {
      this.#sizeBytes = this.#writeAll(position, chunks);
    } catch (error) {
      this.#cutBack(position);
      throw translate(error, this.#path);
    }
    return position;
  }

  writeAt(position: number, bytes: Uint8Array): void {
    try {
      this.#sizeBytes = Math.max(this.#sizeBytes, this.#writeAll(position, [bytes]));
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  read(position: number, target: Uint8Array): number {
    try {
      let done = 0;
      while (done < target.length) {
        const bytes = readSync(this.#fd, target, done, target.length - done, position + done);
        if (bytes === 0) break;
        done += bytes;
      }
      return done;
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  async readAsync(position: number, target: Uint8Array): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const bytes = await this.#readOnce(target.subarray(done), position + done);
      if (bytes === 0) break;
      done += bytes;
    }
    return done;
  }

  async sync(): Promise<void> {
    this.#syncsRunning++;
    try {
      await fdatasyncAsync(this.#fd);
    } catch (error) {
      throw translate(error, this.#path);
    } finally {
      this.#syncsRunning--;
      if (this.#isClosed) this.#release();
    }
  }

  truncate(sizeBytes: number): void {
    try {
      ftruncateSync(this.#fd, sizeBytes);
      this.#sizeBytes = sizeBytes;
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  /** While a sync runs the descriptor stays open: its number could be given to another file. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release();
  }

  #release(): void {
    if (this.#syncsRunning === 0) closeSync(this.#fd);
  }

  #readOnce(target: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.#fd, target, 0, target.length, position, (error, bytes) => {
        if (error === null) resolve(bytes);
        else reject(translate(error, this.#path));
      });
    });
  }

  /** Writes all chunks from a position on, whatever the system call takes at a time; returns the end. */
  #writeAll(position: number, chunks: readonly Uint8Array[]): number {
    let at = position;
    for (let first = 0; first < chunks.length; first += WRITE_CHUNKS_MAX) {
      at = this.#writeGroup(at, chunks.length <= WRITE_CHUNKS_MAX ? chunks : chunks.slice(first, first + WRITE_CHUNKS_MAX));
    }
    return at;
  }

  #writeGroup(position: number, chunks: readonly Uint8Array[]): number {
    let total = 0;
    for (const chunk of chunks) total += chunk.length;
    const [only] = chunks;
    let done =
      chunks.length === 1 && only !== undefined
        ? writeSync(this.#fd, only, 0, total, position)
        : total === 0
          ? 0
          : writevSync(this.#fd, chunks, position);
    while (done < total) done += writevSync(this.#fd, rest(chunks, done), position + done);
    return position + total;
  }

  /** A write that failed half-way must not leave its first half. */
  #cutBack(sizeBytes: number): void {
    try {
      ftruncateSync(this.#fd, sizeBytes);
    } catch {
      // The first error is the one to tell; the log above treats anything but a full disk as final, and recovery cuts what is left.
    }
  }
}

/** The chunks without their first bytes. */
function rest(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let skip = bytes;
  for (const chunk of chunks) {
    if (skip >= chunk.length) skip -= chunk.length;
    else {
      left.push(skip === 0 ? chunk : chunk.subarray(skip));
      skip = 0;
    }
  }
  return left;
}
