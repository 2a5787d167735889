import type { Scheduler } from "./scheduler.ts";

/** A machine: its wall clock, how fast its time runs, and whether it has power. Processes come and go on it. */
export class Machine {
  readonly name: string;
  readonly #scheduler: Scheduler;
  #wallAtMs: number;
  #localAtMs = 0;
  #trueAtMs = 0;
  #rate = 1;
  isUp = true;

  constructor(name: string, scheduler: Scheduler, options: { readonly wallMs: number; readonly rate: number }) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#wallAtMs = options.wallMs;
    this.#rate = options.rate;
  }

  /** Time as the machine counts it: never back, and not as fast as elsewhere. */
  monotonicMs(): number {
    return this.#localAtMs + (this.#scheduler.nowMs - this.#trueAtMs) * this.#rate;
  }

  wallMs(): number {
    return Math.floor(this.#wallAtMs + this.monotonicMs());
  }

  /** Somebody sets the clock. */
  jumpWall(byMs: number): void {
    this.#wallAtMs += byMs;
  }

  /** From now on its second is that much of a second. */
  drift(rate: number): void {
    this.#localAtMs = this.monotonicMs();
    this.#trueAtMs = this.#scheduler.nowMs;
    this.#rate = rate;
  }

  /** How long a wait of its own takes in true time. */
  trueDelayMs(localMs: number): number {
    return localMs / this.#rate;
  }
}
