import type { Clock } from "@millrace/ports";
import { SeededRandom } from "@millrace/testkit";
import type { Machine } from "./machine.ts";
import type { EventOwner, Scheduler } from "./scheduler.ts";

/**
 * A process on a machine, from its start to its death. All that reaches its code comes as an event of its own, so killing it needs no help from the code: what it
 * was waiting for never comes.
 */
export class SimProcess implements EventOwner {
  readonly name: string;
  readonly number: number;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly #scheduler: Scheduler;
  readonly #onDeath: (() => void)[] = [];
  #held: (() => void)[] = [];
  #isDead = false;
  #isPaused = false;

  constructor(of: { name: string; number: number; machine: Machine; seed: number }, scheduler: Scheduler) {
    const { machine } = of;
    this.name = of.name;
    this.number = of.number;
    this.machine = machine;
    this.#scheduler = scheduler;
    this.random = new SeededRandom(of.seed);
    this.clock = {
      wallMs: () => machine.wallMs(),
      monotonicMs: () => machine.monotonicMs(),
      setTimer: (delayMs, run) => (delayMs === Infinity ? NEVER : scheduler.after(machine.trueDelayMs(delayMs), this, run)),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  hold(run: () => void): void {
    this.#held.push(run);
  }

  /** Work at the end of the current turn. */
  readonly defer = (run: () => void): void => {
    this.#scheduler.after(0, this, run);
  };

  /** Resolves in true time, unless the process dies before. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#scheduler.after(delayMs, this, resolve);
    });
  }

  /** SIGSTOP: nothing of it runs; what becomes due is kept. */
  pause(): void {
    this.#isPaused = true;
  }

  /** SIGCONT: everything that became due meanwhile happens now, in its order. */
  resume(): void {
    this.#isPaused = false;
    const held = this.#held;
    this.#held = [];
    for (const run of held) this.#scheduler.after(0, this, run);
  }

  onDeath(run: () => void): void {
    this.#onDeath.push(run);
  }

  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#held = [];
    for (const run of this.#onDeath) run();
  }
}

const NEVER = { cancel: () => undefined };
