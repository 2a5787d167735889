import { access, constants, type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CheckpointFile, CheckpointPlace, CheckpointPlaces } from "@millrace/ports";
import { checkpointFileMissing, checkpointPathUnusable, errnoOf, isExisting, isMissing, translate } from "./errors.ts";
import { CHECKPOINT_READ_BYTES } from "./limits.ts";

const UNFINISHED_SUFFIX = ".unfinished";

/** Checkpoint places of `file:` URLs: folders of a file system that several machines may share (NFS, CephFS, a volume of many readers and writers). */
export function createCheckpointFolders(): CheckpointPlaces {
  return { open: openFolder };
}

/** The folder itself must be there: making it would hide that it is not mounted, and write to a disk that nobody else sees. */
async function openFolder(url: string): Promise<CheckpointPlace> {
  if (!url.startsWith("file:///")) throw checkpointPathUnusable(url, "it is no file:/// URL");
  const root = fileURLToPath(url);
  try {
    if (!(await stat(root)).isDirectory()) throw checkpointPathUnusable(url, "it is no folder");
    await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const errno = errnoOf(error);
    if (isMissing(error)) throw checkpointPathUnusable(url, "there is no such folder here", error);
    throw errno === "EACCES" || errno === "EROFS" ? checkpointPathUnusable(url, "it cannot be written", error) : translate(error, root);
  }
  return new CheckpointFolder(root, url);
}

class CheckpointFolder implements CheckpointPlace {
  readonly #root: string;
  readonly #url: string;

  constructor(root: string, url: string) {
    this.#root = root;
    this.#url = url;
  }

  async create(name: string): Promise<CheckpointFile> {
    const path = join(this.#root, name);
    try {
      await this.#createFolder(dirname(path));
      return new FolderFile(path, await open(path + UNFINISHED_SUFFIX, "w", 0o644));
    } catch (error) {
      throw translate(error, path);
    }
  }

  /** Its name is made durable with it: a file in a folder that a power cut takes away would be gone too. */
  async #createFolder(folder: string): Promise<void> {
    try {
      await mkdir(folder);
      await syncFolder(this.#root);
    } catch (error) {
      if (!isExisting(error)) throw error;
    }
  }

  async *read(name: string): AsyncGenerator<Uint8Array, void, undefined> {
    const path = join(this.#root, name);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, "r");
      for (;;) {
        const buffer = new Uint8Array(CHECKPOINT_READ_BYTES);
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } catch (error) {
      throw isMissing(error) ? checkpointFileMissing(this.#url, name, error) : translate(error, path);
    } finally {
      await handle?.close();
    }
  }

  async list(folder: string): Promise<readonly string[]> {
    const path = join(this.#root, folder);
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw translate(error, path);
    }
  }

  async remove(name: string): Promise<void> {
    const path = join(this.#root, name);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw translate(error, path);
    }
  }
}

/** Written under a name that readers do not ask for; the rename that ends it is atomic, and both the bytes before and the name after it are synced. */
class FolderFile implements CheckpointFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let written = 0; written < bytes.length;)
        written += (await this.#handle.write(bytes, written, bytes.length - written)).bytesWritten;
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  async commit(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#path + UNFINISHED_SUFFIX, this.#path);
      await syncFolder(dirname(this.#path));
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined); // Closed by a commit that failed.
    await rm(this.#path + UNFINISHED_SUFFIX, { force: true }).catch(() => undefined); // Whoever trims the folder removes it.
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
