import type { TreeUsage } from "../measure/process-tree.ts";

const LOOK_INTERVAL_MS = 200;

export interface Usage {
  readonly cpuSeconds: number;
  readonly memoryPeakBytes: number;
}

/** CPU time from now until `stop`, and the greatest memory that was seen meanwhile, of processes that can be looked at. */
export class UsageMeter {
  readonly #usage: () => TreeUsage;
  readonly #cpuStart: number;
  readonly #timer: NodeJS.Timeout;
  #peakBytes = 0;

  constructor(usage: () => TreeUsage, cpuStart = usage().cpuSeconds) {
    this.#usage = usage;
    this.#cpuStart = cpuStart;
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL_MS);
  }

  stop(): Usage {
    clearInterval(this.#timer);
    return { cpuSeconds: this.#look() - this.#cpuStart, memoryPeakBytes: this.#peakBytes };
  }

  #look(): number {
    const { cpuSeconds, residentBytes } = this.#usage();
    this.#peakBytes = Math.max(this.#peakBytes, residentBytes);
    return cpuSeconds;
  }
}
