import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";

const LOOK_MS = 20;

/** Looks at a topic as its readers do, and knows for how long at most nothing new was committed. */
export class OutputWatch {
  readonly #client: Client;
  readonly #topic: string;
  #isOver = false;
  #grewAtMs = performance.now();
  #longestMs = 0;
  #running: Promise<void> | undefined;

  constructor(client: Client, topic: string) {
    this.#client = client;
    this.#topic = topic;
  }

  start(): void {
    this.#running = this.#run();
    this.#running.catch(() => undefined); // thrown by stop
  }

  /** Milliseconds without anything new, at most, since the last call. */
  takeLongestPause(): number {
    const longestMs = Math.max(this.#longestMs, performance.now() - this.#grewAtMs);
    this.#longestMs = 0;
    return Math.round(longestMs);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const partitions = Array.from({ length: await this.#client.partitionCount(this.#topic) }, (_, partition) => partition);
    let before = -1;
    while (!this.#isOver) {
      const queries = partitions.map((partition) => ({ topic: this.#topic, partition, at: "latest" as const }));
      const ends = await this.#client.listOffsets(queries, "committed");
      const total = ends.reduce((sum, { offset }) => sum + offset, 0);
      const nowMs = performance.now();
      if (total > before) {
        this.#longestMs = Math.max(this.#longestMs, nowMs - this.#grewAtMs);
        this.#grewAtMs = nowMs;
        before = total;
      }
      await delay(LOOK_MS);
    }
  }
}
