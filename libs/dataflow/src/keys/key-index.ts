import { BUCKET_COUNT, type CanonicalKey } from "@millrace/model";
import { KEY_INDEX_SLOTS_MIN, KEY_PROBES_MAX } from "../limits.ts";
import { bucketOfCanonicalKey, hashOfText } from "./bucket-of-key.ts";

/**
 * Numbers keys from 0 in order of first appearance. Texts lie in an open-addressing table by the hash that also says their bucket, so that it is taken once per row and
 * never again per key; a `Map` would take a second one in native code. Texts that crowd one place (chosen to, as the hash is known) go to a `Map`, which seeds its
 * own, as do all other keys.
 */
export class KeyIndex {
  readonly #keys: CanonicalKey[] = [];
  /** By number; of texts. */
  #hashes = new Int32Array(KEY_INDEX_SLOTS_MIN / 2);
  /** Number + 1; 0: free. A power of two. */
  #slots = new Int32Array(KEY_INDEX_SLOTS_MIN);
  #others: Map<CanonicalKey, number> | undefined;

  get size(): number {
    return this.#keys.length;
  }

  /** The key's number; the former `size` if it is new. */
  place(key: CanonicalKey): number {
    if (typeof key !== "string") return this.#placeOther(key);
    const hash = hashOfText(key);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < KEY_PROBES_MAX; probes++) {
      const index = (slots[slot] ?? 0) - 1;
      if (index < 0) break;
      if (this.#hashes[index] === hash && this.#keys[index] === key) return index;
      slot = (slot + 1) & mask;
    }
    return this.#others?.get(key) ?? this.#add(key, hash);
  }

  /** Bucket of the key with this number. */
  bucketOf(index: number): number {
    const key = this.#keys[index] ?? null;
    return typeof key === "string" ? ((this.#hashes[index] ?? 0) >>> 0) % BUCKET_COUNT : bucketOfCanonicalKey(key);
  }

  #placeOther(key: CanonicalKey): number {
    const others = (this.#others ??= new Map<CanonicalKey, number>());
    let index = others.get(key);
    if (index !== undefined) return index;
    index = this.#keys.push(key) - 1;
    others.set(key, index);
    return index;
  }

  #add(key: string, hash: number): number {
    const index = this.#keys.push(key) - 1;
    if (index >= this.#hashes.length) this.#grow();
    this.#hashes[index] = hash;
    this.#settle(key, hash, index);
    return index;
  }

  #settle(key: string, hash: number, index: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < KEY_PROBES_MAX; probes++) {
      if (slots[slot] === 0) {
        slots[slot] = index + 1;
        return;
      }
      slot = (slot + 1) & mask;
    }
    (this.#others ??= new Map()).set(key, index);
  }

  /** Twice the room, at most half of it taken. Who is with the others already stays there. */
  #grow(): void {
    const former = this.#slots;
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Int32Array(former.length * 2);
    for (const taken of former) {
      const key = this.#keys[taken - 1];
      if (typeof key === "string") this.#settle(key, hashes[taken - 1] ?? 0, taken - 1);
    }
  }
}
