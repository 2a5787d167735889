import type { Key } from "./history/event.ts";
import type { Operation } from "./operation.ts";

/** Where a value stands: positions are ranks of offsets, so gaps left by markers and aborted records do not count. */
export interface Positions {
  readonly first: number;
  readonly last: number;
}

/** Who wrote a value. */
export interface Writer {
  readonly operation: Operation;
  readonly offset: number | undefined;
}

/** What is known of one key: who wrote what, who read it first, and which values stand where. */
export class KeyLog {
  readonly key: Key;
  readonly writers = new Map<number, Writer>();
  /** Operation that read a value first, and those after it by count. */
  readonly firstReaders = new Map<number, Operation>();
  readonly #valuesAt = new Map<number, number[]>();
  #ranks = new Map<number, number>();
  #offsets: number[] = [];
  #positions = new Map<number, Positions>();

  constructor(key: Key) {
    this.key = key;
  }

  /** A value was seen, or acknowledged, at an offset. */
  place(offset: number, value: number): void {
    const values = this.#valuesAt.get(offset);
    if (values === undefined) this.#valuesAt.set(offset, [value]);
    else if (!values.includes(value)) values.push(value);
  }

  /** Ranks offsets: after the last `place`, before any position is asked for. */
  rank(): void {
    this.#offsets = [...this.#valuesAt.keys()].sort((a, b) => a - b);
    this.#ranks = new Map(this.#offsets.map((offset, rank) => [offset, rank]));
    this.#positions = new Map();
    for (const [position, offset] of this.#offsets.entries())
      for (const value of this.#valuesAt.get(offset) ?? [])
        this.#positions.set(value, { first: this.#positions.get(value)?.first ?? position, last: position });
  }

  /** Offsets that hold something, ascending: index is position. */
  get offsets(): readonly number[] {
    return this.#offsets;
  }

  valuesAt(offset: number): readonly number[] {
    return this.#valuesAt.get(offset) ?? [];
  }

  positionOf(offset: number): number | undefined {
    return this.#ranks.get(offset);
  }

  positionsOf(value: number): Positions | undefined {
    return this.#positions.get(value);
  }
}
