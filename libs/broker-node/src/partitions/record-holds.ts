import type { Offset } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { HOLD_GRACE_MS, HOLDERS_PER_PARTITION_MAX } from "../limits.ts";
import type { Spared } from "./followed-leader.ts";

interface Hold {
  readonly fromOffset: Offset;
  readonly untilMs: number;
}

/**
 * Who may still read a partition, and from where on: retention spares it (idea 4: what a running job may replay is not deleted under it). In memory only; a holder
 * repeats its hold, and one that is gone lets go when its time is over.
 */
export class RecordHolds {
  readonly #holds = new Map<string, Hold>();
  #knownFromMs = 0;

  /** In place of the holder's former hold. `untilMs` is monotonic, as is the time given to `floor`. */
  hold(holder: string, hold: Hold): void {
    if (!this.#holds.has(holder) && this.#holds.size >= HOLDERS_PER_PARTITION_MAX)
      throw brokerErrors.tooManyHolders({ holders: this.#holds.size });
    this.#holds.set(holder, hold);
  }

  release(holder: string): void {
    this.#holds.delete(holder);
  }

  /** This broker begins to lead: only when holders had time to repeat theirs is it known what they hold. */
  askAgain(nowMs: number): void {
    this.#knownFromMs = nowMs + HOLD_GRACE_MS;
  }

  /** What is to be left for readers. */
  spared(nowMs: number): Spared {
    return nowMs >= this.#knownFromMs && { keepFrom: this.floor(nowMs) };
  }

  /** Nothing from here on may go; undefined: nobody holds anything. Forgets holds that have run out. */
  floor(nowMs: number): Offset | undefined {
    let floor: Offset | undefined;
    for (const [holder, { fromOffset, untilMs }] of this.#holds) {
      if (untilMs <= nowMs) this.#holds.delete(holder);
      else if (floor === undefined || fromOffset < floor) floor = fromOffset;
    }
    return floor;
  }
}
