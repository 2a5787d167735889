import { AppError } from "@millrace/model";
import type { DiskSpace, Storage, StorageEntry, StorageFile } from "@millrace/ports";
import { memoryFull } from "./errors.ts";
import { MEMORY_CHUNK_BYTES } from "./limits.ts";

/** Storage in RAM for topics with storage=memory: bounded, gone with the process. */
export interface MemoryStorage extends Storage {
  readonly bytesMax: number;
  readonly sizeBytes: number;
}

/** Bytes in chunks, so that growing copies nothing; small files stay small by doubling their first chunk. */
class MemoryFile implements StorageFile {
  readonly #owner: MemoryFolder;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  constructor(owner: MemoryFolder) {
    this.#owner = owner;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  append(chunks: readonly Uint8Array[]): number {
    const position = this.#sizeBytes;
    this.#grow(chunks.reduce((sum, chunk) => sum + chunk.length, position));
    let at = position;
    for (const chunk of chunks) {
      this.#copyIn(at, chunk);
      at += chunk.length;
    }
    return position;
  }

  writeAt(position: number, bytes: Uint8Array): void {
    this.#grow(Math.max(this.#sizeBytes, position + bytes.length));
    this.#copyIn(position, bytes);
  }

  read(position: number, target: Uint8Array): number {
    const end = Math.min(position + target.length, this.#sizeBytes);
    for (let at = position; at < end;) {
      const start = at % MEMORY_CHUNK_BYTES;
      const chunk = this.#chunks[Math.floor(at / MEMORY_CHUNK_BYTES)];
      const part = chunk?.subarray(start, Math.min(MEMORY_CHUNK_BYTES, start + end - at)) ?? new Uint8Array(end - at);
      target.set(part, at - position);
      at += part.length;
    }
    return Math.max(end - position, 0);
  }

  readAsync(position: number, target: Uint8Array): Promise<number> {
    return Promise.resolve(this.read(position, target));
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes > this.#sizeBytes) {
      this.#grow(sizeBytes);
      return;
    }
    const from = sizeBytes % MEMORY_CHUNK_BYTES;
    const kept = Math.ceil(sizeBytes / MEMORY_CHUNK_BYTES);
    for (const chunk of this.#chunks.splice(kept)) this.#owner.give(chunk.length);
    if (from > 0) this.#chunks.at(-1)?.fill(0, from);
    this.#sizeBytes = sizeBytes;
  }

  close(): void {
    // Bytes stay until the name is removed.
  }

  /** Makes room up to a size; all or nothing. */
  #grow(sizeBytes: number): void {
    const chunkCount = Math.ceil(sizeBytes / MEMORY_CHUNK_BYTES);
    const lastBytes = sizeBytes - (chunkCount - 1) * MEMORY_CHUNK_BYTES;
    const wanted = (index: number): number =>
      index < chunkCount - 1 ? MEMORY_CHUNK_BYTES : Math.min(MEMORY_CHUNK_BYTES, powerOfTwoFrom(lastBytes));
    let needed = 0;
    for (let index = Math.max(this.#chunks.length - 1, 0); index < chunkCount; index++) {
      needed += Math.max(wanted(index) - (this.#chunks[index]?.length ?? 0), 0);
    }
    this.#owner.take(needed);
    for (let index = Math.max(this.#chunks.length - 1, 0); index < chunkCount; index++) {
      const old = this.#chunks[index];
      if (old !== undefined && old.length >= wanted(index)) continue;
      const grown = new Uint8Array(wanted(index));
      if (old !== undefined) grown.set(old);
      this.#chunks[index] = grown;
    }
    this.#sizeBytes = Math.max(this.#sizeBytes, sizeBytes);
  }

  #copyIn(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const at = position + done;
      const start = at % MEMORY_CHUNK_BYTES;
      const part = bytes.subarray(done, done + MEMORY_CHUNK_BYTES - start);
      this.#chunks[Math.floor(at / MEMORY_CHUNK_BYTES)]?.set(part, start);
      done += part.length;
    }
  }
}

class MemoryFolder implements MemoryStorage {
  readonly bytesMax: number;
  #sizeBytes = 0;
  readonly #files = new Map<string, MemoryFile>();
  readonly #folders = new Set<string>([""]);

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  take(bytes: number): void {
    if (this.#sizeBytes + bytes > this.bytesMax) throw memoryFull({ usedBytes: this.#sizeBytes, bytesMax: this.bytesMax });
    this.#sizeBytes += bytes;
  }

  give(bytes: number): void {
    this.#sizeBytes -= bytes;
  }

  open(path: string, options: { create?: boolean } = {}): StorageFile {
    const found = this.#files.get(path);
    if (found !== undefined) return found;
    if (options.create !== true || !this.#folders.has(parentOf(path))) throw missing(path);
    const file = new MemoryFile(this);
    this.#files.set(path, file);
    return file;
  }

  exists(path: string): boolean {
    return this.#files.has(path) || this.#folders.has(path);
  }

  list(path: string): readonly StorageEntry[] {
    const nameOf = (full: string): string => full.slice(path === "" ? 0 : path.length + 1);
    const folders = [...this.#folders].filter((folder) => folder !== "" && parentOf(folder) === path);
    const files = [...this.#files].filter(([file]) => parentOf(file) === path);
    const entries = [
      ...folders.map((folder) => ({ name: nameOf(folder), isFolder: true, sizeBytes: 0 })),
      ...files.map(([file, { sizeBytes }]) => ({ name: nameOf(file), isFolder: false, sizeBytes })),
    ];
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  createFolder(path: string): void {
    for (let folder = path; folder !== ""; folder = parentOf(folder)) this.#folders.add(folder);
  }

  rename(from: string, to: string): void {
    if (!this.exists(from)) throw missing(from);
    const isInside = (path: string): boolean => path === from || path.startsWith(`${from}/`);
    const files = [...this.#files].filter(([path]) => isInside(path));
    const folders = [...this.#folders].filter(isInside);
    if (to !== from) this.remove(to);
    for (const folder of folders) this.#folders.delete(folder);
    for (const folder of folders) this.#folders.add(to + folder.slice(from.length));
    for (const [path] of files) this.#files.delete(path);
    for (const [path, file] of files) this.#files.set(to + path.slice(from.length), file);
  }

  remove(path: string): void {
    for (const [name, file] of [...this.#files]) {
      if (name !== path && !name.startsWith(`${path}/`)) continue;
      file.truncate(0);
      this.#files.delete(name);
    }
    for (const folder of [...this.#folders]) if (folder === path || folder.startsWith(`${path}/`)) this.#folders.delete(folder);
  }

  syncFolder(): Promise<void> {
    return Promise.resolve();
  }

  space(): DiskSpace {
    return { freeBytes: this.bytesMax - this.#sizeBytes, totalBytes: this.bytesMax };
  }

  readFile(path: string): Uint8Array | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    const bytes = new Uint8Array(file.sizeBytes);
    file.read(0, bytes);
    return bytes;
  }

  async writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
    if (!this.#folders.has(parentOf(path))) throw missing(path);
    const file = new MemoryFile(this);
    file.append([bytes]);
    this.remove(path);
    this.#files.set(path, file);
  }
}

/** The memory engine's storage: the same log on segments in RAM. Full means `memory-full`; the log then refuses appends until retention made room. */
export function createMemoryStorage(options: { readonly bytesMax: number }): MemoryStorage {
  return new MemoryFolder(options.bytesMax);
}

function parentOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "" : path.slice(0, end);
}

function powerOfTwoFrom(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, 256)));
}

function missing(path: string): AppError {
  return new AppError({ kind: "not-found", code: "file-missing", message: "no such file", context: { path } });
}
