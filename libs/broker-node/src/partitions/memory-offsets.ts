import { type Offset, offset as offsetOf } from "@millrace/model";
import type { Storage } from "@millrace/ports";
import { OFFSETS_RESERVED } from "../limits.ts";

const FOLDER = "memory-offsets";

/**
 * Where the offsets of topics with storage=memory go on after a restart: their records are gone, but an offset must never name two records (P2). A durable bound
 * runs ahead of each log; a new life starts at the bound.
 */
export class MemoryOffsets {
  readonly #storage: Storage;
  readonly #bounds = new Map<string, number>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** First offset of the new life of a log; the bound has been moved beyond it, durably. */
  async begin(name: string): Promise<Offset> {
    const bytes = this.#storage.readFile(`${FOLDER}/${name}`);
    const start = bytes === undefined ? 0 : Number(new TextDecoder().decode(bytes));
    this.#storage.createFolder(FOLDER);
    await this.#reserve(name, start + OFFSETS_RESERVED);
    return offsetOf(start);
  }

  /** Keeps the bound ahead; to be called often enough that a log never uses up half of what is reserved in between. */
  async keepAhead(name: string, logEndOffset: Offset): Promise<void> {
    const bound = this.#bounds.get(name);
    if (bound !== undefined && logEndOffset > bound - OFFSETS_RESERVED / 2) await this.#reserve(name, logEndOffset + OFFSETS_RESERVED);
  }

  remove(name: string): void {
    this.#bounds.delete(name);
    this.#storage.remove(`${FOLDER}/${name}`);
  }

  async #reserve(name: string, bound: number): Promise<void> {
    await this.#storage.writeFileAtomically(`${FOLDER}/${name}`, new TextEncoder().encode(String(bound)));
    this.#bounds.set(name, bound);
  }
}
