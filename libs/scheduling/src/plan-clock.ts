import type { Now } from "./job-input.ts";
import { PLAN_CLOCK_SLEW_RATE } from "./limits.ts";

/**
 * Time for plans: the wall clock's, except that it never goes back. When the clock is set back, or a coordinator takes over whose clock is behind the batches that were planned before, it goes
 * on from where it was, slower than time does, until the clock has caught up: a wrong clock neither stops a job nor gives one time to two batches. A clock that is set forward is
 * followed at once, as a job that stood still follows it.
 */
export class PlanClock {
  #lastMs = -Infinity;
  #monotonicMs = 0;
  #rate = 1;

  /** Not before `floorMs`, the time of the last batch. */
  at({ wallMs, monotonicMs }: Now, floorMs: number): number {
    const slewedMs = Math.max(floorMs, this.#lastMs + (monotonicMs - this.#monotonicMs) * PLAN_CLOCK_SLEW_RATE);
    this.#rate = wallMs >= slewedMs ? 1 : PLAN_CLOCK_SLEW_RATE;
    this.#monotonicMs = monotonicMs;
    return (this.#lastMs = Math.max(wallMs, slewedMs));
  }

  /** How long it takes until this clock has moved on by so much. */
  realMs(planMs: number): number {
    return planMs / this.#rate;
  }
}
