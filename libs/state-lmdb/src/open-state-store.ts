import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import type { StateStore } from "@millrace/ports";
import type { open as openLmdb, RootDatabase } from "lmdb";
import { KEY_BYTES_MAX, MAP_BYTES_MAX, PAGE_ENTRIES, PENDING_CHANGES_MAX } from "./limits.ts";

export interface StateStoreSettings {
  /** Of this store alone: emptied when it is opened, removed when it is closed. */
  readonly folder: string;
}

/**
 * A state store in LMDB files. Nothing is synced and nothing survives: a checkpoint brings state back, so the disk need only be a place that is bigger than memory.
 * Changes are kept back and written many at a time; reads see them first.
 */
export function openStateStore({ folder }: StateStoreSettings): StateStore {
  rmSync(folder, { recursive: true, force: true });
  return new LmdbStateStore(folder);
}

function openDatabase(folder: string): RootDatabase<Buffer> {
  mkdirSync(folder, { recursive: true });
  const { open } = createRequire(import.meta.url)("lmdb") as { readonly open: typeof openLmdb }; // Most workers never load it.
  return open<Buffer>({
    path: folder,
    keyEncoding: "binary",
    encoding: "binary",
    mapSize: MAP_BYTES_MAX,
    noSync: true,
    noMetaSync: true,
    overlappingSync: false,
    cache: false,
  });
}

class LmdbStateStore implements StateStore {
  readonly keyBytesMax = KEY_BYTES_MAX;
  /** Opened with the first write: most jobs never need it. */
  #database: RootDatabase<Buffer> | undefined;
  readonly #folder: string;
  /** By key, a letter per byte; undefined: removed. */
  #pending = new Map<string, Buffer | undefined>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const bytes = asBuffer(key);
    const text = bytes.toString("latin1");
    const pending = this.#pending.get(text);
    if (pending !== undefined || this.#pending.has(text)) return pending === undefined ? undefined : copyOf(pending);
    const found = this.#database?.getBinary(bytes);
    return found === undefined ? undefined : copyOf(found);
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#change(key, Buffer.from(value));
  }

  remove(key: Uint8Array): void {
    this.#change(key, undefined);
  }

  #change(key: Uint8Array, value: Buffer | undefined): void {
    this.#pending.set(asBuffer(key).toString("latin1"), value);
    if (this.#pending.size >= PENDING_CHANGES_MAX) this.#flush();
  }

  #flush(): void {
    if (this.#pending.size === 0) return;
    const changes = this.#pending;
    this.#pending = new Map();
    const database = (this.#database ??= openDatabase(this.#folder));
    database.transactionSync(() => {
      for (const [text, value] of changes) {
        const key = Buffer.from(text, "latin1");
        if (value === undefined) database.removeSync(key);
        else database.putSync(key, value);
      }
    });
  }

  *range(from: Uint8Array, to: Uint8Array): Generator<readonly [Uint8Array, Uint8Array], void, undefined> {
    const end = asBuffer(to);
    let start: Buffer = Buffer.from(from);
    for (;;) {
      this.#flush();
      const page = Array.from(this.#database?.getRange({ start, end, limit: PAGE_ENTRIES }) ?? [], ({ key, value }) => {
        return [copyOf(key as Buffer), copyOf(value)] as const;
      });
      yield* page;
      const last = page.at(-1)?.[0];
      if (last === undefined || page.length < PAGE_ENTRIES) return;
      start = Buffer.concat([last, Buffer.of(0)]); // The next key there can be.
    }
  }

  close(): void {
    void this.#database?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
