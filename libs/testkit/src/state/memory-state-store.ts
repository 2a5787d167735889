import type { StateStore } from "@millrace/ports";

/** A state store in memory. Reads and writes are those of a sorted map; what is handed in and out is copied, as a real one does. */
export class MemoryStateStore implements StateStore {
  readonly keyBytesMax: number;
  readonly #entries = new Map<string, Uint8Array>();
  #sorted: string[] | undefined;

  constructor(options: { readonly keyBytesMax?: number } = {}) {
    this.keyBytesMax = options.keyBytesMax ?? 1_900;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(textOf(key))?.slice();
  }

  put(key: Uint8Array, value: Uint8Array): void {
    if (key.length > this.keyBytesMax) throw new Error(`key too long bytes=${key.length}`);
    const text = textOf(key);
    if (!this.#entries.has(text)) this.#sorted = undefined;
    this.#entries.set(text, value.slice());
  }

  remove(key: Uint8Array): void {
    if (this.#entries.delete(textOf(key))) this.#sorted = undefined;
  }

  *range(from: Uint8Array, to: Uint8Array): Generator<readonly [Uint8Array, Uint8Array], void, undefined> {
    const [first, end] = [textOf(from), textOf(to)];
    this.#sorted ??= Array.from(this.#entries.keys()).sort((left, right) => (left < right ? -1 : 1));
    for (const text of this.#sorted) {
      if (text < first) continue;
      if (text >= end) return;
      const value = this.#entries.get(text);
      if (value !== undefined) yield [Uint8Array.from(text, (letter) => letter.charCodeAt(0)), value.slice()];
    }
  }

  close(): void {
    this.#entries.clear();
    this.#sorted = undefined;
  }
}

/** A letter per byte: texts sort as bytes do. */
function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
