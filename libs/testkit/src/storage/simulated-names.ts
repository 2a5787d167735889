import type { SimulatedInode } from "./simulated-file.ts";

export type Entry = SimulatedInode | "folder";

const NOTHING: ReadonlySet<string> = new Set();

/** Paths of a simulated disk and what they are. What is asked of one folder costs what that folder holds, however large the disk is. */
export class SimulatedNames {
  readonly #entries: Map<string, Entry>;
  readonly #children = new Map<string, Set<string>>();

  constructor(entries: Iterable<readonly [string, Entry]> = [["", "folder"]]) {
    this.#entries = new Map();
    for (const [path, entry] of entries) this.set(path, entry);
  }

  get(path: string): Entry | undefined {
    return this.#entries.get(path);
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  [Symbol.iterator](): MapIterator<[string, Entry]> {
    return this.#entries.entries();
  }

  values(): MapIterator<Entry> {
    return this.#entries.values();
  }

  /** Entries of a folder, with their whole paths. */
  *childrenOf(folder: string): Generator<readonly [string, Entry], void, undefined> {
    for (const path of this.#children.get(folder) ?? NOTHING) {
      const entry = this.#entries.get(path);
      if (entry !== undefined) yield [path, entry];
    }
  }

  set(path: string, entry: Entry): void {
    this.#entries.set(path, entry);
    if (path === "") return;
    const siblings = this.#children.get(parentOf(path));
    if (siblings === undefined) this.#children.set(parentOf(path), new Set([path]));
    else siblings.add(path);
  }

  /** A path and all below it, of what was there then: files that were made since under the same names are others. */
  remove(path: string, was: ReadonlySet<Entry> = this.entriesBelow(path)): void {
    for (const [name, entry] of this.#subtree(path)) if (entry === "folder" || was.has(entry)) this.#delete(name);
  }

  /** A path and all below it, of what was there then, elsewhere; what was there is gone. */
  move(from: string, to: string, was: ReadonlySet<Entry> = this.entriesBelow(from)): void {
    const moved = this.#subtree(from).filter(([, entry]) => entry === "folder" || was.has(entry));
    if (moved.length === 0) return;
    this.remove(to);
    for (const [name] of moved) this.#delete(name);
    for (const [name, entry] of moved) this.set(`${to}${name.slice(from.length)}`, entry);
  }

  /** What a path and all below it are. */
  entriesBelow(path: string): ReadonlySet<Entry> {
    return new Set(this.#subtree(path).map(([, entry]) => entry));
  }

  #delete(path: string): void {
    this.#entries.delete(path);
    this.#children.get(parentOf(path))?.delete(path);
  }

  #subtree(path: string): readonly (readonly [string, Entry])[] {
    const entry = this.#entries.get(path);
    const below = [...(this.#children.get(path) ?? NOTHING)].flatMap((child) => this.#subtree(child));
    return entry === undefined ? below : [[path, entry], ...below];
  }
}

export function parentOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "" : path.slice(0, end);
}
