import { AppError } from "@millrace/model";
import type { DiskSpace, Storage, StorageEntry, StorageFile } from "@millrace/ports";
import { SeededRandom } from "../random.ts";
import { SimulatedInode } from "./simulated-file.ts";
import { type Entry, parentOf, SimulatedNames } from "./simulated-names.ts";

/** A change of names that is not durable before its folder is synced. */
interface NameChange {
  readonly folder: string;
  apply(names: SimulatedNames): void;
}

/** What a process waits for. */
export type DiskWork = "sync" | "read";

/** How long a process waits for its disk; absent: no time passes. What never resolves is a process that died meanwhile. */
export interface MountOptions {
  readonly wait?: (work: DiskWork) => Promise<void>;
}

const AT_ONCE = (): Promise<void> => Promise.resolve();

/**
 * A disk in memory that knows what is durable. Strict where file systems differ: bytes are durable after `sync` only, names after `syncFolder` only; at a
 * power cut what is not durable is dropped, kept in part or torn, by the seed.
 */
export class SimulatedStorage implements Storage {
  /** A disk that lies: syncs succeed and do nothing. For planting the bug that tests must find. */
  ignoresSyncs = false;
  readonly #random: SeededRandom;
  #names = new SimulatedNames();
  #durable = new SimulatedNames();
  #pending: NameChange[] = [];
  #operations = 0;
  #powerOffAt = Infinity;
  #bytesMax = Infinity;
  #failingSync: string | undefined;
  /** Handles of an earlier life are dead. */
  #life = 0;

  constructor(options: { readonly seed: number }) {
    this.#random = new SeededRandom(options.seed);
  }

  /** Writes, syncs and name changes so far. */
  get operationCount(): number {
    return this.#operations;
  }

  /** After this many more operations the power is off: they fail and have no effect, until `powerLoss` or `crash` starts the machine again. */
  powerOffAfter(operations: number): void {
    this.#powerOffAt = this.#operations + operations;
  }

  /** The disk holds at most this many bytes; appends beyond are `disk-full`. */
  limitBytes(bytesMax: number): void {
    this.#bytesMax = bytesMax;
  }

  /** Of all files, as programs see them. */
  get usedBytes(): number {
    let used = 0;
    for (const entry of this.#names.values()) if (entry !== "folder") used += entry.volatile.size;
    return used;
  }

  /** The next sync of a file whose path ends so fails, as do all later ones of it. */
  failSyncOf(pathEnd: string | undefined): void {
    this.#failingSync = pathEnd;
  }

  /** Files of a folder that a power cut leaves in any case, by name, with that much of their bytes. For checkers: no program can see this. */
  durableFiles(folder: string): { readonly name: string; readonly bytes: Uint8Array }[] {
    const files: { name: string; bytes: Uint8Array }[] = [];
    if (!this.#durable.has(folder) || !this.#hasParents(folder)) return files;
    for (const [path, entry] of this.#durable.childrenOf(folder))
      if (entry !== "folder") files.push({ name: path.slice(folder.length + 1), bytes: entry.durableBytes });
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The last one of these by name whose name ends so: what asking for all of them costs is in what they hold. */
  lastDurableFile(folder: string, nameEnd: string): { readonly name: string; readonly bytes: Uint8Array } | undefined {
    if (!this.#durable.has(folder) || !this.#hasParents(folder)) return undefined;
    let last: { path: string; inode: SimulatedInode } | undefined;
    for (const [path, entry] of this.#durable.childrenOf(folder))
      if (entry !== "folder" && path.endsWith(nameEnd) && (last === undefined || path > last.path)) last = { path, inode: entry };
    return last === undefined ? undefined : { name: last.path.slice(folder.length + 1), bytes: last.inode.durableBytes };
  }

  flipBit(path: string, position: number, bit = 0): void {
    this.#inode(path).flipBit(position, bit);
  }

  /** The process dies: handles are dead, everything written stays. */
  crash(): void {
    this.#restart();
  }

  /** Power goes and comes back: what was not durable is dropped, in part or whole. */
  powerLoss(): void {
    const kept = this.#random.integer(this.#pending.length + 1);
    for (const change of this.#pending.slice(0, kept)) change.apply(this.#durable);
    this.#pending = [];
    for (const [path] of [...this.#durable]) if (!this.#hasParents(path)) this.#durable.remove(path);
    for (const entry of this.#durable.values()) if (entry !== "folder") entry.losePower(this.#random);
    this.#names = new SimulatedNames(this.#durable);
    this.#restart();
  }

  /**
   * The disk as one process sees it: dead after the next crash or power loss. Code that survives in the test after its process "died" would otherwise go on
   * writing, and claim what it must not.
   */
  mount({ wait = AT_ONCE }: MountOptions = {}): Storage {
    const life = this.#life;
    const check = (path: string): this => {
      this.#checkLife(life, path);
      return this;
    };
    return {
      open: (path, options) => check(path).#open(path, options, wait),
      exists: (path) => check(path).exists(path),
      list: (path) => check(path).list(path),
      createFolder: (path) => check(path).createFolder(path),
      rename: (from, to) => check(from).rename(from, to),
      remove: (path) => check(path).remove(path),
      syncFolder: async (path) => check(path).#syncFolder(path, wait),
      readFile: (path) => check(path).readFile(path),
      writeFileAtomically: async (path, bytes) => check(path).#writeFileAtomically(path, bytes, wait),
      space: () => check("").space(),
    };
  }

  open(path: string, options: { create?: boolean } = {}): StorageFile {
    return this.#open(path, options, AT_ONCE);
  }

  #open(path: string, options: { create?: boolean } = {}, wait: NonNullable<MountOptions["wait"]>): StorageFile {
    const found = this.#names.get(path);
    if (found instanceof SimulatedInode) return this.#handle(path, found, wait);
    if (options.create !== true || found === "folder") throw missing(path);
    if (this.#names.get(parentOf(path)) !== "folder") throw missing(parentOf(path));
    this.#operate();
    const inode = new SimulatedInode();
    this.#change({ folder: parentOf(path), apply: (names) => names.set(path, inode) });
    return this.#handle(path, inode, wait);
  }

  exists(path: string): boolean {
    return this.#names.has(path);
  }

  list(path: string): readonly StorageEntry[] {
    const entries: StorageEntry[] = [];
    for (const [name, entry] of this.#names.childrenOf(path)) {
      const isFolder = entry === "folder";
      entries.push({ name: name.slice(path === "" ? 0 : path.length + 1), isFolder, sizeBytes: isFolder ? 0 : entry.volatile.size });
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  createFolder(path: string): void {
    if (this.#names.has(path)) return;
    this.createFolder(parentOf(path));
    this.#operate();
    this.#change({ folder: parentOf(path), apply: (names) => names.set(path, "folder") });
  }

  rename(from: string, to: string): void {
    if (!this.#names.has(from)) throw missing(from);
    this.#operate();
    const was = this.#entriesBelow(from);
    this.#change({ folder: parentOf(to), apply: (names) => names.move(from, to, was) });
  }

  remove(path: string): void {
    if (!this.#names.has(path)) return;
    this.#operate();
    const was = this.#entriesBelow(path);
    this.#change({ folder: parentOf(path), apply: (names) => names.remove(path, was) });
  }

  syncFolder(path: string): Promise<void> {
    return this.#syncFolder(path, AT_ONCE);
  }

  /** Names that were changed before it began are durable when it has ended; others may or may not be, and are not. */
  async #syncFolder(path: string, wait: NonNullable<MountOptions["wait"]>): Promise<void> {
    const life = this.#life;
    const own = new Set(this.#pending.filter((change) => change.folder === path));
    await wait("sync");
    this.#checkLife(life, path);
    this.#operate();
    if (this.ignoresSyncs) return;
    const [synced, others] = [this.#pending.filter((change) => own.has(change)), this.#pending.filter((change) => !own.has(change))];
    for (const change of synced) change.apply(this.#durable);
    this.#pending = others;
  }

  readFile(path: string): Uint8Array | undefined {
    const found = this.#names.get(path);
    return found instanceof SimulatedInode ? found.volatile.bytes.slice(0, found.volatile.size) : undefined;
  }

  writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
    return this.#writeFileAtomically(path, bytes, AT_ONCE);
  }

  async #writeFileAtomically(path: string, bytes: Uint8Array, wait: NonNullable<MountOptions["wait"]>): Promise<void> {
    const life = this.#life;
    await wait("sync");
    this.#checkLife(life, path);
    if (this.#names.get(parentOf(path)) !== "folder") throw missing(parentOf(path));
    this.#operate();
    this.#reserve(bytes.length);
    const inode = new SimulatedInode();
    inode.write(0, bytes);
    if (!this.ignoresSyncs) inode.sync();
    this.#change({ folder: parentOf(path), apply: (names) => names.set(path, inode) });
    await this.#syncFolder(parentOf(path), wait);
  }

  /** Without a limit there is nothing to tell. */
  space(): DiskSpace | undefined {
    if (this.#bytesMax === Infinity) return undefined;
    return { freeBytes: Math.max(0, this.#bytesMax - this.usedBytes), totalBytes: this.#bytesMax };
  }

  #handle(path: string, inode: SimulatedInode, wait: NonNullable<MountOptions["wait"]>): StorageFile {
    const life = this.#life;
    const check = (): void => this.#checkLife(life, path);
    return {
      get sizeBytes() {
        return inode.volatile.size;
      },
      append: (chunks) => {
        check();
        const position = inode.volatile.size;
        this.#operate();
        this.#reserve(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
        for (const chunk of chunks) inode.write(inode.volatile.size, chunk);
        return position;
      },
      writeAt: (position, bytes) => {
        check();
        this.#operate();
        this.#reserve(Math.max(position + bytes.length - inode.volatile.size, 0));
        inode.write(position, bytes);
      },
      read: (position, target) => {
        check();
        const bytes = inode.volatile.bytes.subarray(position, Math.max(Math.min(position + target.length, inode.volatile.size), position));
        target.set(bytes);
        return bytes.length;
      },
      async readAsync(position, target) {
        await wait("read");
        return this.read(position, target);
      },
      sync: async () => {
        check();
        const endBytes = inode.volatile.size;
        await wait("sync");
        check();
        this.#operate();
        if (this.#failingSync !== undefined && path.endsWith(this.#failingSync)) throw failed(path, "sync failed");
        if (!this.ignoresSyncs) inode.sync(endBytes);
      },
      truncate: (sizeBytes) => {
        check();
        this.#operate();
        inode.truncate(sizeBytes);
      },
      close: () => undefined,
    };
  }

  #checkLife(life: number, path: string): void {
    if (life !== this.#life) throw failed(path, "handle of a process that died");
  }

  /** Of what programs see and what is durable: a change of names is made durable later, when others may have their names. */
  #entriesBelow(path: string): ReadonlySet<Entry> {
    return new Set([...this.#names.entriesBelow(path), ...this.#durable.entriesBelow(path)]);
  }

  #change(change: NameChange): void {
    change.apply(this.#names);
    this.#pending.push(change);
  }

  #operate(): void {
    if (this.#operations >= this.#powerOffAt) throw failed("", "power is off");
    this.#operations++;
  }

  #reserve(bytes: number): void {
    if (this.#bytesMax === Infinity) return;
    const used = bytes + this.usedBytes;
    if (used > this.#bytesMax)
      throw new AppError({ kind: "exhausted", code: "disk-full", message: "no space left", context: { used, bytesMax: this.#bytesMax } });
  }

  #restart(): void {
    this.#life++;
    this.#powerOffAt = Infinity;
  }

  #inode(path: string): SimulatedInode {
    const found = this.#names.get(path);
    if (!(found instanceof SimulatedInode)) throw missing(path);
    return found;
  }

  #hasParents(path: string): boolean {
    for (let parent = path; parent !== "";) {
      parent = parentOf(parent);
      if (this.#durable.get(parent) !== "folder") return false;
    }
    return true;
  }
}

/** A disk in memory with power cuts, torn writes, full disk, failing syncs and flipped bits, all from one seed. */
export function createSimulatedStorage(options: { readonly seed: number }): SimulatedStorage {
  return new SimulatedStorage(options);
}

function missing(path: string): AppError {
  return new AppError({ kind: "not-found", code: "file-missing", message: "no such file", context: { path } });
}

function failed(path: string, reason: string): AppError {
  return new AppError({ kind: "unavailable", code: "disk-failed", message: "disk failed", context: { path, reason } });
}
