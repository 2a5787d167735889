import { mkdirSync } from "node:fs";
import type { Storage } from "@millrace/ports";
import { folderDamaged, folderForeign, folderNewerFormat, folderOtherCluster, translate } from "./errors.ts";
import { lockFolder } from "./folder-lock.ts";
import { FsStorage } from "./fs-storage.ts";

const FOLDER_FILE = "millrace-folder.json";
const FORMAT_VERSION = 1;
/** What an empty folder may hold: the lock, and what a fresh volume comes with. */
const IGNORED = /^(lock(\.\d+(\.dead)?)?|lost\+found|millrace-folder\.json\.tmp)$/;

interface FolderFile {
  readonly formatVersion: number;
  /** Random, from formatting: a folder that lost its data comes back with another one (R10). */
  readonly folderId: string;
  readonly clusterId?: string;
}

/** A data folder that this process alone has open. */
export interface DataFolder {
  readonly storage: Storage;
  readonly folderId: string;
  /** The cluster whose data it holds; undefined until `adoptCluster`. */
  readonly clusterId: string | undefined;
  /** Formatted just now: it holds nothing. */
  readonly isNew: boolean;
  /** Ties the folder to a cluster, durably. Throws `folder-other-cluster` if it is tied to another one. */
  adoptCluster(clusterId: string): Promise<void>;
  /** Gives the folder free; the storage must not be used afterwards. */
  release(): void;
}

/**
 * Opens a data folder, creates and formats it if it is missing or empty, and locks it. `newFolderId` is random, and used for a new folder only. Throws
 * `folder-in-use`, `folder-newer-format`, `folder-foreign`, `folder-damaged`, `folder-not-writable`, `disk-full`, `disk-failed`.
 */
export async function openDataFolder(path: string, options: { readonly newFolderId: string }): Promise<DataFolder> {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw translate(error, path);
  }
  const lock = lockFolder(path);
  try {
    return await openLocked(path, { ...options, release: () => lock.release() });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(path: string, options: { readonly newFolderId: string; readonly release: () => void }): Promise<DataFolder> {
  const storage = new FsStorage(path);
  const found = readFolderFile(storage, path);
  let content = found ?? { formatVersion: FORMAT_VERSION, folderId: options.newFolderId };
  const save = (): Promise<void> =>
    storage.writeFileAtomically(FOLDER_FILE, new TextEncoder().encode(`${JSON.stringify(content, undefined, 2)}\n`));
  if (found === undefined) {
    const foreign = storage.list("").find((entry) => !IGNORED.test(entry.name));
    if (foreign !== undefined) throw folderForeign({ folder: path, found: foreign.name });
    await save();
  }
  return {
    storage,
    folderId: content.folderId,
    get clusterId() {
      return content.clusterId;
    },
    isNew: found === undefined,
    async adoptCluster(clusterId) {
      if (content.clusterId === clusterId) return;
      if (content.clusterId !== undefined) throw folderOtherCluster({ folder: path, folderClusterId: content.clusterId, clusterId });
      content = { ...content, clusterId };
      await save();
    },
    release: options.release,
  };
}

function readFolderFile(storage: Storage, path: string): FolderFile | undefined {
  const bytes = storage.readFile(FOLDER_FILE);
  if (bytes === undefined) return undefined;
  let content: Partial<FolderFile> | null;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes)) as Partial<FolderFile> | null;
  } catch (error) {
    throw folderDamaged({ folder: path }, error);
  }
  if (typeof content?.formatVersion !== "number" || typeof content.folderId !== "string") throw folderDamaged({ folder: path });
  const { formatVersion, folderId, clusterId } = content;
  if (formatVersion > FORMAT_VERSION) throw folderNewerFormat({ folder: path, formatVersion, supported: FORMAT_VERSION });
  return { formatVersion, folderId, ...(clusterId === undefined ? {} : { clusterId }) };
}
