import type { SeededRandom } from "../random.ts";

const SECTOR_BYTES = 512;

/** Bytes that grow by doubling. */
class Content {
  bytes = new Uint8Array(256);
  size = 0;

  resize(size: number): void {
    if (size > this.bytes.length) {
      const grown = new Uint8Array(Math.max(size, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.size));
      this.bytes = grown;
    }
    if (size < this.size) this.bytes.fill(0, size, this.size);
    this.size = size;
  }

  write(position: number, chunk: Uint8Array): void {
    this.resize(Math.max(this.size, position + chunk.length));
    this.bytes.set(chunk, position);
  }
}

/** One file's bytes, as a running program sees them and as the disk has them. */
export class SimulatedInode {
  readonly volatile = new Content();
  readonly #durable = new Content();
  #dirtyFrom = Infinity;

  /** Bytes that a power cut may take. */
  get isDirty(): boolean {
    return this.#dirtyFrom !== Infinity || this.volatile.size !== this.#durable.size;
  }

  /** What a power cut leaves in any case; a view, until the next sync. */
  get durableBytes(): Uint8Array {
    return this.#durable.bytes.subarray(0, this.#durable.size);
  }

  write(position: number, chunk: Uint8Array): void {
    this.volatile.write(position, chunk);
    this.#dirtyFrom = Math.min(this.#dirtyFrom, position);
  }

  truncate(size: number): void {
    this.volatile.resize(size);
    this.#dirtyFrom = Math.min(this.#dirtyFrom, size);
  }

  /** What was appended after the sync began, beyond `endBytes`, is not durable by it. */
  sync(endBytes = Infinity): void {
    if (!this.isDirty) return;
    const end = Math.max(Math.min(endBytes, this.volatile.size), Math.min(this.#durable.size, this.volatile.size));
    const from = Math.min(this.#dirtyFrom, this.#durable.size, end);
    this.#durable.resize(end);
    this.#durable.bytes.set(this.volatile.bytes.subarray(from, end), from);
    this.#dirtyFrom = end < this.volatile.size ? end : Infinity;
  }

  /** Damage that is on the disk for good. */
  flipBit(position: number, bit: number): void {
    for (const content of [this.volatile, this.#durable]) {
      if (position < content.size) content.bytes[position] = (content.bytes[position] ?? 0) ^ (1 << bit);
    }
  }

  /**
   * What is left after a power cut: all that was synced, and of the rest a prefix as a journaling file system leaves it: nothing, all, a part whose last sector
   * is torn, or a part followed by zeros (the size was written, the bytes were not).
   */
  losePower(random: SeededRandom): void {
    if (!this.isDirty) return;
    const keepsOverwrites = random.integer(2) === 0;
    const durableSize = this.#durable.size;
    const seen = this.volatile.bytes.slice(0, this.volatile.size);
    if (keepsOverwrites && this.#dirtyFrom < durableSize) {
      const end = Math.min(durableSize, seen.length);
      this.#durable.resize(Math.max(end, this.#dirtyFrom));
      this.#durable.bytes.set(seen.subarray(this.#dirtyFrom, end), this.#dirtyFrom);
    }
    if (this.#durable.size === durableSize && seen.length > durableSize) this.#keepPrefix(seen, random);
    this.volatile.resize(0);
    this.volatile.write(0, this.#durable.bytes.slice(0, this.#durable.size));
    this.#dirtyFrom = Infinity;
  }

  #keepPrefix(seen: Uint8Array, random: SeededRandom): void {
    const from = this.#durable.size;
    const extra = seen.length - from;
    const way = random.integer(5);
    const kept = way === 0 ? 0 : way === 1 ? extra : random.integer(extra + 1);
    if (kept > 0) this.#durable.write(from, seen.subarray(from, from + kept));
    if (way === 3) this.#durable.resize(seen.length); // zeros
    if (way !== 4 || kept === 0) return;
    const torn = Math.min(kept, 1 + random.integer(SECTOR_BYTES));
    for (let at = from + kept - torn; at < from + kept; at++) this.#durable.bytes[at] = random.integer(256);
  }
}
