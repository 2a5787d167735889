import type { SourceMemory } from "@millrace/ports";

/** The next offset of each partition of a split: remembered with its checkpoints, and, of those that no batch has read yet, known in this process alone. */
export class KnownOffsets {
  readonly #memory: SourceMemory;
  readonly #offsets = new Map<string, number>();

  constructor(memory: SourceMemory) {
    this.#memory = memory;
    for (const text of memory.texts()) {
      const at = text.lastIndexOf("@");
      this.#offsets.set(text.slice(0, at), Number(text.slice(at + 1)));
    }
  }

  /** No batch has read anything. */
  get isEmpty(): boolean {
    return this.#memory.size === 0;
  }

  next(topic: string, partition: number): number | undefined {
    return this.#offsets.get(`${topic}/${partition}`);
  }

  /** A partition that was not known. */
  begin(topic: string, partition: number, offset: number): void {
    this.#offsets.set(`${topic}/${partition}`, offset);
  }

  remember(topic: string, partition: number, offset: number): void {
    const name = `${topic}/${partition}`;
    const before = this.#offsets.get(name);
    if (before !== undefined) this.#memory.delete(`${name}@${before}`);
    this.#offsets.set(name, offset);
    this.#memory.add(`${name}@${offset}`);
  }
}
