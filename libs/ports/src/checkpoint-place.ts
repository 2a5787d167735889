/** Where jobs may keep state outside of the cluster, by URL. */
export interface CheckpointPlaces {
  /** Throws `checkpoint-path-unusable` when it is not there or cannot be used. Nothing is created outside of an existing place. */
  open(url: string): Promise<CheckpointPlace>;
}

/**
 * Files that are written once and appear whole or not at all. Who opens the same URL anywhere sees the same files. Names are `folder/file`, of letters that file systems and
 * URLs take as they are.
 */
export interface CheckpointPlace {
  /** Nobody can read it before it is committed. */
  create(name: string): Promise<CheckpointFile>;
  /** In pieces, each the reader's to keep. Throws `checkpoint-file-missing`. */
  read(name: string): AsyncIterable<Uint8Array>;
  /** Names of files in a folder, without the folder's; also of those that were begun and not committed, as far as they take space. None where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** A missing one is no error. `name` may be one that was not committed, as `list` has it. */
  remove(name: string): Promise<void>;
}

/** A file that is being written. Calls follow one another. */
export interface CheckpointFile {
  /** The bytes are not kept after it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** When it resolves the file is there for everyone, and stays over a power cut. */
  commit(): Promise<void>;
  /** Instead of commit. */
  abandon(): Promise<void>;
}
