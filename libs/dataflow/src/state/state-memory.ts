import type { StateStore, ValueCodec } from "@millrace/ports";
import { RELIEVED_SHARE } from "../limits.ts";

/** What holds state in memory and can put it into the store instead. */
export interface Spillable {
  /** Estimated. */
  readonly memoryBytes: number;
  /** Moves what was not used lately to the store until at most `bytesMax` are left. */
  spill(bytesMax: number): void;
}

/** Where state of a worker may go that does not fit into memory. */
export interface SpillSettings {
  readonly store: StateStore;
  /** For all operators of the worker together. */
  readonly budgetBytes: number;
}

/**
 * The memory that all tables and timers of a worker share. `relieve` is called between blocks of rows and while state is walked through; only then is anything moved, so
 * that an operator may hold an entry while it works on a row.
 */
export class StateMemory {
  readonly codec: ValueCodec;
  readonly store: StateStore | undefined;
  readonly #budgetBytes: number;
  readonly #members = new Set<Spillable>();
  #ids = 0;

  constructor(codec: ValueCodec, spill?: SpillSettings) {
    this.codec = codec;
    this.store = spill?.store;
    this.#budgetBytes = spill?.budgetBytes ?? Infinity;
  }

  /** Number under which a member's entries lie in the store. */
  join(member: Spillable): number {
    this.#members.add(member);
    return ++this.#ids;
  }

  leave(member: Spillable): void {
    this.#members.delete(member);
  }

  get memoryBytes(): number {
    let sum = 0;
    for (const { memoryBytes } of this.#members) sum += memoryBytes;
    return sum;
  }

  /** Cheap when there is nothing to do. Everyone gives up the same share, so that a small table beside a big one is not driven out alone. */
  relieve(): void {
    if (this.store === undefined) return;
    const total = this.memoryBytes;
    if (total <= this.#budgetBytes) return;
    const share = (this.#budgetBytes * RELIEVED_SHARE) / total;
    for (const member of this.#members) member.spill(member.memoryBytes * share);
  }
}
