import type { StatePart } from "@millrace/contracts";
import type { StatePartName } from "@millrace/dataflow";
import { PART_AGE_CHECKPOINTS_MAX, STATE_DELTAS_MAX } from "../limits.ts";

interface Chain {
  wholeBytes: number;
  deltaBytes: number;
  deltas: number;
  /** Checkpoints since the whole was written. */
  age: number;
}

/**
 * What a manifest has of each part: one that is whole, and the changes after it. Decides when to write a whole one again: a small
 * part whenever it changed (it goes inline), a big one when the changes weigh as much as the whole (so that what is written stays within twice what changed), when they are many, or when the whole is old.
 */
export class StateChains {
  /** What may weigh so much goes inline. */
  readonly inlineBytesMax: number;
  readonly #chains = new Map<string, Chain>();

  constructor(parts: readonly Pick<StatePart, "operatorId" | "taskIndex" | "byteCount" | "delta">[], inlineBytesMax: number) {
    this.inlineBytesMax = inlineBytesMax;
    for (const { operatorId, taskIndex, byteCount, delta } of parts)
      this.add({ operatorId, taskIndex, isFull: !delta, byteCount: Number(byteCount) });
  }

  /** A checkpoint begins. */
  begin(): void {
    for (const chain of this.#chains.values()) chain.age += 1;
  }

  /** Parts of different ages are due at different checkpoints: no single one writes everything. */
  wantsWhole(part: StatePartName, hasChanges: boolean): boolean {
    const chain = this.#chains.get(nameOf(part));
    if (chain === undefined) return false; // There is none yet: what changed is the whole, and what never was is not written.
    if (chain.age >= PART_AGE_CHECKPOINTS_MAX + (part.taskIndex % PART_AGE_CHECKPOINTS_MAX)) return true;
    if (!hasChanges) return false;
    if (chain.wholeBytes <= this.inlineBytesMax) return true;
    return chain.deltas >= STATE_DELTAS_MAX || chain.deltaBytes > chain.wholeBytes;
  }

  /** All changes of a manifest together may weigh inline what one whole part may. */
  limitOf<T extends { readonly inlineBytesMax: number }>(target: T, { isFull }: { readonly isFull: boolean }): T {
    return isFull ? target : { ...target, inlineBytesMax: Math.floor(target.inlineBytesMax / STATE_DELTAS_MAX) };
  }

  add(part: StatePartName & { readonly isFull: boolean; readonly byteCount: number }): void {
    const { isFull, byteCount } = part;
    const chain = this.#chains.get(nameOf(part));
    if (isFull || chain === undefined) {
      this.#chains.set(nameOf(part), { wholeBytes: byteCount, deltaBytes: 0, deltas: 0, age: 0 });
      return;
    }
    chain.deltaBytes += byteCount;
    chain.deltas += 1;
  }
}

function nameOf({ operatorId, taskIndex }: StatePartName): string {
  return `${operatorId}/${taskIndex}`;
}
