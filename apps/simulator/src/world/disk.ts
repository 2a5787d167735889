import type { Storage } from "@millrace/ports";
import { createSimulatedStorage, SeededRandom, type SimulatedStorage } from "@millrace/testkit";
import type { Scheduler } from "./scheduler.ts";
import type { SimProcess } from "./sim-process.ts";

export interface DiskSettings {
  readonly syncMsMean: number;
  readonly readMsMean: number;
}

/** A broker's disk: what is durable on it is known to the model of the test kit; here it takes time. */
export class Disk {
  readonly model: SimulatedStorage;
  readonly #settings: DiskSettings;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  /** At least so long for each piece of work: a disk that hangs or is busy. */
  stallMs = 0;

  constructor(seed: number, settings: DiskSettings, scheduler: Scheduler) {
    this.model = createSimulatedStorage({ seed });
    this.#random = new SeededRandom(seed + 1);
    this.#settings = settings;
    this.#scheduler = scheduler;
  }

  /** As one process sees it, until it dies. */
  mount(process: SimProcess): Storage {
    return this.model.mount({
      wait: (work) =>
        new Promise((resolve) => {
          this.#scheduler.after(this.#delayMs(work), process, resolve);
        }),
    });
  }

  #delayMs(work: "sync" | "read"): number {
    const meanMs = work === "sync" ? this.#settings.syncMsMean : this.#settings.readMsMean;
    return this.stallMs * this.#random.next() - Math.log(1 - this.#random.next()) * meanMs;
  }
}
