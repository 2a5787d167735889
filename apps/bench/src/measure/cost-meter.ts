import type { Cost } from "../load.ts";
import { machineCpuSeconds } from "./host.ts";
import { treeUsage } from "./process-tree.ts";

/** Memory is looked at this often: a peak that lasts less is not seen. */
const LOOK_INTERVAL_MS = 200;

/** Measures what servers and client spend from now until `stop`. */
export class CostMeter {
  readonly #pid: number;
  readonly #serverStart: number;
  readonly #clientStart: NodeJS.CpuUsage;
  readonly #machineStart = machineCpuSeconds().busy;
  readonly #looks: number[] = [];
  readonly #timer: NodeJS.Timeout;

  /** `pid`: root of the server processes. */
  constructor(pid: number) {
    this.#pid = pid;
    this.#serverStart = treeUsage(pid).cpuSeconds;
    this.#clientStart = process.cpuUsage();
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL_MS);
  }

  stop(): Cost {
    clearInterval(this.#timer);
    this.#look();
    const { user, system } = process.cpuUsage(this.#clientStart);
    const secondHalf = this.#looks.slice(Math.floor(this.#looks.length / 2)).sort((a, b) => a - b);
    const serverCpuSeconds = treeUsage(this.#pid).cpuSeconds - this.#serverStart;
    const clientCpuSeconds = (user + system) / 1e6;
    return {
      serverCpuSeconds,
      clientCpuSeconds,
      otherCpuSeconds: Math.max(0, machineCpuSeconds().busy - this.#machineStart - serverCpuSeconds - clientCpuSeconds),
      serverMemoryPeakBytes: Math.max(...this.#looks),
      serverMemoryPlateauBytes: secondHalf[Math.floor(secondHalf.length / 2)] ?? 0,
    };
  }

  #look(): void {
    this.#looks.push(treeUsage(this.#pid).residentBytes);
  }
}
