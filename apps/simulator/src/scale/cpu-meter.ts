import { threadCpuUsage } from "node:process";
import type { Watcher } from "../world/trace.ts";

/** The kernel counts a thread's processor time in ticks: over less than some of them it is no figure. */
const TICK_MS = 4;

interface Used {
  wallMs: number;
  cpuMs: number;
}

/**
 * Processor time of this thread, by process of the simulated cluster: an event and all that its promises do belong to its owner until the next event begins. Short times are
 * taken from the clock, long ones from the kernel's account, which does not know what neighbours on the machine take away. Collecting garbage is in it, as far as it stops
 * the thread; since all processes share one heap here, there is more of that than in a process of its own.
 */
export class CpuMeter implements Watcher {
  readonly #used = new Map<number, Used>();
  #owner = -1;
  #since: Used = now();
  /** Of all messages that have arrived anywhere. */
  messageBytes = 0;

  event(_timeMs: number, owner: number): void {
    this.#settle();
    this.#owner = owner;
  }

  bytes(bytes: Uint8Array): void {
    this.messageBytes += bytes.length;
  }

  /** Gives the milliseconds that a process has used since this call. */
  watch(owner: number): () => number {
    const before = { ...this.#usedBy(owner) };
    return () => {
      const { wallMs, cpuMs } = this.#usedBy(owner);
      return Math.min(wallMs - before.wallMs, cpuMs - before.cpuMs + TICK_MS);
    };
  }

  /** What `run` uses is nobody's: a measurement within an event. */
  apart<T>(run: () => T): T {
    this.#settle();
    const owner = this.#owner;
    this.#owner = -1;
    try {
      return run();
    } finally {
      this.#settle();
      this.#owner = owner;
    }
  }

  #usedBy(owner: number): Used {
    this.#settle();
    let used = this.#used.get(owner);
    if (used === undefined) this.#used.set(owner, (used = { wallMs: 0, cpuMs: 0 }));
    return used;
  }

  #settle(): void {
    const { wallMs, cpuMs } = this.#since;
    this.#since = now();
    const used = this.#used.get(this.#owner) ?? { wallMs: 0, cpuMs: 0 };
    used.wallMs += this.#since.wallMs - wallMs;
    used.cpuMs += this.#since.cpuMs - cpuMs;
    this.#used.set(this.#owner, used);
  }
}

function now(): Used {
  const { user, system } = threadCpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1_000 };
}
