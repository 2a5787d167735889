import { constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DiskSpace, Storage, StorageEntry, StorageFile } from "@millrace/ports";
import { isMissing, translate } from "./errors.ts";
import { FolderSyncs } from "./folder-syncs.ts";
import { FsFile } from "./fs-file.ts";

const TEMPORARY_SUFFIX = ".tmp";

/** The storage port on a folder of the file system. Two `writeFileAtomically` of one path must not overlap: they share the temporary file. */
export class FsStorage implements Storage {
  readonly #root: string;
  readonly #syncs = new FolderSyncs();

  constructor(root: string) {
    this.#root = root;
  }

  open(path: string, options: { create?: boolean } = {}): StorageFile {
    return new FsFile(this.#full(path), constants.O_RDWR | (options.create === true ? constants.O_CREAT : 0));
  }

  exists(path: string): boolean {
    return existsSync(this.#full(path));
  }

  list(path: string): readonly StorageEntry[] {
    const full = this.#full(path);
    try {
      const entries = readdirSync(full, { withFileTypes: true }).map((entry) => {
        const isFolder = entry.isDirectory();
        return {
          name: entry.name,
          isFolder,
          sizeBytes: isFolder ? 0 : (statSync(join(full, entry.name), { throwIfNoEntry: false })?.size ?? 0),
        };
      });
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      if (isMissing(error)) return [];
      throw translate(error, full);
    }
  }

  createFolder(path: string): void {
    this.#run(path, (full) => mkdirSync(full, { recursive: true }));
  }

  rename(from: string, to: string): void {
    this.#run(from, (full) => renameSync(full, this.#full(to)));
  }

  remove(path: string): void {
    this.#run(path, (full) => rmSync(full, { recursive: true, force: true }));
  }

  async syncFolder(path: string): Promise<void> {
    const full = this.#full(path);
    try {
      await this.#syncs.sync(full);
    } catch (error) {
      throw translate(error, full);
    }
  }

  readFile(path: string): Uint8Array | undefined {
    const full = this.#full(path);
    try {
      return readFileSync(full);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw translate(error, full);
    }
  }

  async writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
    const full = this.#full(path);
    const temporary = full + TEMPORARY_SUFFIX;
    try {
      const handle = await open(temporary, "w", 0o644);
      try {
        await handle.writeFile(bytes);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(temporary, full); // through the pool: it may wait for the journal of the file system
      await this.#syncs.sync(dirname(full));
    } catch (error) {
      throw translate(error, full);
    }
  }

  space(): DiskSpace {
    try {
      const { bavail, blocks, bsize } = statfsSync(this.#root);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch (error) {
      throw translate(error, this.#root);
    }
  }

  #full(path: string): string {
    return path === "" ? this.#root : join(this.#root, path);
  }

  #run(path: string, operation: (full: string) => unknown): void {
    const full = this.#full(path);
    try {
      operation(full);
    } catch (error) {
      throw translate(error, full);
    }
  }
}

/** The port on an existing folder, without lock or format file: for tests and tools. A broker opens its folder with `openDataFolder`. */
export function createFsStorage(root: string): Storage {
  return new FsStorage(root);
}
