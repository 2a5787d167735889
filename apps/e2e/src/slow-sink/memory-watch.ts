import { median } from "../replicated/progress-watch.ts";
import { childrenOf } from "../system/managed-process.ts";
import { usageOf } from "../system/process-usage.ts";

const LOOK_MS = 1_000;

/** Resident memory of a process and its children, once a second. */
export class MemoryWatch {
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      this.#samples.push([pid, ...childrenOf(pid)].reduce((sum, each) => sum + rssOf(each), 0));
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** MB, median of the second and of the last fifth of the time: the first belongs to the start. */
  get growth(): { readonly earlyMb: number; readonly lateMb: number } {
    const fifth = Math.floor(this.#samples.length / 5);
    return { earlyMb: median(this.#samples.slice(fifth, 2 * fifth)), lateMb: median(this.#samples.slice(-fifth)) };
  }
}

/** 0: it has just ended. */
function rssOf(pid: number): number {
  try {
    return usageOf(pid).rssMb;
  } catch {
    return 0;
  }
}
