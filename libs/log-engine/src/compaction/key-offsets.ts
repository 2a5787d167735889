import type { Offset } from "@millrace/model";
import { COMPACTION_KEY_BYTES_TOTAL, COMPACTION_KEYS_MAX } from "../limits.ts";

const ENTRIES_INITIAL = 1_024;
const ARENA_BYTES_INITIAL = 16_384;

/**
 * The latest offset of each key, in bounded memory: 16 bytes, two slots and the key itself per entry. Keys are kept and compared whole, so that no two keys are
 * ever taken for one. Full means that `put` refuses, and the pass ends there.
 */
export class KeyOffsets {
  readonly #keysMax: number;
  readonly #bytesMax: number;
  readonly #seed: number;
  #count = 0;
  #arenaEnd = 0;
  #arena = new Uint8Array(ARENA_BYTES_INITIAL);
  #keyEnds = new Uint32Array(ENTRIES_INITIAL);
  #hashes = new Uint32Array(ENTRIES_INITIAL);
  #offsets = new Float64Array(ENTRIES_INITIAL);
  /** Entry number + 1; 0: free. Twice as many as there are entries at least. */
  #slots = new Uint32Array(ENTRIES_INITIAL * 2);

  /** The seed is anything that producers cannot know: keys made to meet in one slot would make each look-up a search. */
  constructor(options: { readonly seed: number; readonly keysMax?: number; readonly bytesMax?: number }) {
    this.#seed = options.seed >>> 0;
    this.#keysMax = options.keysMax ?? COMPACTION_KEYS_MAX;
    this.#bytesMax = options.bytesMax ?? COMPACTION_KEY_BYTES_TOTAL;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * The key's latest offset is this one; offsets come in ascending order. False, and nothing is kept, if there is no room for a new key; `force` makes room
   * (for one batch, which is bounded by itself).
   */
  put(key: Uint8Array, offset: Offset, force = false): boolean {
    const hash = hashOf(key, this.#seed);
    let slot = this.#find(key, hash);
    let entry = (this.#slots[slot] ?? 0) - 1;
    if (entry < 0) {
      if (!force && (this.#count >= this.#keysMax || this.#arenaEnd + key.length > this.#bytesMax)) return false;
      if (this.#count === this.#offsets.length) {
        this.#grow();
        slot = this.#find(key, hash);
      }
      entry = this.#count++;
      this.#hashes[entry] = hash;
      this.#slots[slot] = entry + 1;
      this.#store(key, entry);
    }
    this.#offsets[entry] = offset;
    return true;
  }

  /** The key's latest offset; -1 if it was not put. */
  get(key: Uint8Array): number {
    const entry = (this.#slots[this.#find(key, hashOf(key, this.#seed))] ?? 0) - 1;
    return entry < 0 ? -1 : (this.#offsets[entry] ?? -1);
  }

  /** The slot that has the key, or the free one where it belongs. */
  #find(key: Uint8Array, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0 || (this.#hashes[entry] === hash && this.#isKey(entry, key))) return slot;
    }
  }

  #isKey(entry: number, key: Uint8Array): boolean {
    const start = entry === 0 ? 0 : (this.#keyEnds[entry - 1] ?? 0);
    if ((this.#keyEnds[entry] ?? 0) - start !== key.length) return false;
    for (let index = 0; index < key.length; index++) if (this.#arena[start + index] !== key[index]) return false;
    return true;
  }

  #store(key: Uint8Array, entry: number): void {
    const end = this.#arenaEnd + key.length;
    if (end > this.#arena.length) {
      const grown = new Uint8Array(Math.min(Math.max(this.#arena.length * 2, end), Math.max(this.#bytesMax, end)));
      grown.set(this.#arena.subarray(0, this.#arenaEnd));
      this.#arena = grown;
    }
    this.#arena.set(key, this.#arenaEnd);
    this.#arenaEnd = end;
    this.#keyEnds[entry] = end;
  }

  #grow(): void {
    const length = this.#offsets.length * 2;
    this.#keyEnds = copied(this.#keyEnds, new Uint32Array(length));
    this.#hashes = copied(this.#hashes, new Uint32Array(length));
    this.#offsets = copied(this.#offsets, new Float64Array(length));
    this.#slots = new Uint32Array(length * 2);
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      let slot = (this.#hashes[entry] ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

function copied<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Murmur's mixing, seeded. */
function hashOf(key: Uint8Array, seed: number): number {
  let hash = seed ^ key.length;
  for (const byte of key) {
    hash = Math.imul(hash ^ byte, 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
