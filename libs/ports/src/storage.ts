/**
 * A data folder as the log sees it. Writes are synchronous into the page cache (a 64 KiB write costs less than a thread-pool hop);
 * nothing is durable before `sync`, and a created, renamed or deleted name only after `syncFolder`.
 * Errors are AppErrors: `disk-full` (exhausted), `disk-failed` (unavailable), `file-missing` (not-found).
 * Paths are relative to the folder, with "/" between parts.
 */
export interface Storage {
  /** Opens for reading and appending; creates the file (not its folder) if asked to. */
  open(path: string, options?: { create?: boolean }): StorageFile;
  exists(path: string): boolean;
  /** Names in a folder, sorted; none if the folder does not exist. */
  list(path: string): readonly StorageEntry[];
  /** With missing parents. */
  createFolder(path: string): void;
  /** Replaces an existing target. */
  rename(from: string, to: string): void;
  /** Removes a file or a folder with all it holds; a missing one is no error. */
  remove(path: string): void;
  /** Makes names in this folder durable. */
  syncFolder(path: string): Promise<void>;
  /** Whole content of a small file; undefined if there is none. */
  readFile(path: string): Uint8Array | undefined;
  /** Replaces a small file: afterwards, also after a power cut, it has either the old or the new content. */
  writeFileAtomically(path: string, bytes: Uint8Array): Promise<void>;
  /** How much fits on the disk, now; undefined where nothing bounds it, or nobody knows. */
  space(): DiskSpace | undefined;
}

/** Of the whole file system, whoever fills it: free is what this process may still write. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface StorageEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
}

export interface StorageFile {
  readonly sizeBytes: number;
  /** Appends all chunks in one write; returns the position of the first byte. All or nothing unless the disk fails. */
  append(chunks: readonly Uint8Array[]): number;
  /** Overwrites in place, or extends. */
  writeAt(position: number, bytes: Uint8Array): void;
  /** Fills `target` from `position`; returns the bytes read, fewer only at the end. */
  read(position: number, target: Uint8Array): number;
  /** The same through the thread pool: for bytes that may not be in the page cache. */
  readAsync(position: number, target: Uint8Array): Promise<number>;
  /** Makes all written bytes durable. A failure is final for the file: never retry (dirty pages may be marked clean). */
  sync(): Promise<void>;
  truncate(sizeBytes: number): void;
  close(): void;
}
