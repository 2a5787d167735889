import { open } from "node:fs/promises";
import { PART_BUFFER_BYTES } from "../limits.ts";

/** One hidden file of a batch that grows: buffered, appended piece by piece, on disk after `finish`. */
export class PartWriter {
  readonly path: string;
  #pieces: Uint8Array[] = [];
  #bufferedBytes = 0;
  #writes: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** Bytes that are in memory still. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  append(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#bufferedBytes += bytes.length;
  }

  get isFull(): boolean {
    return this.#bufferedBytes >= PART_BUFFER_BYTES;
  }

  /** Appends what is buffered; `sync`: and everything is on disk afterwards. */
  flush(options: { readonly sync: boolean }): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bufferedBytes = 0;
    this.#writes = this.#writes.then(() => this.#write(Buffer.concat(pieces), options.sync));
    return this.#writes;
  }

  async #write(bytes: Uint8Array, sync: boolean): Promise<void> {
    const file = await open(this.path, "a");
    try {
      await file.writeFile(bytes);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
  }
}
