import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";
import { KEYS, SINKS } from "./sinks-job.ts";

export const INPUT_PARTITIONS = 4;
const BLOCK = 40;
const PAUSE_MS = 100;

/** Sends numbers in order, a key's all to one partition, until it is told to stop. */
export class NumberSource {
  readonly #client: Client;
  readonly #topic: string;
  readonly #isThere: (id: number) => boolean;
  #next = 0;
  #acknowledged = 0;
  #isOver = false;
  #running: Promise<void> | undefined;

  /** `isThere`: what another source has sent before; those are left out. */
  constructor(client: Client, topic: string = SINKS.input, isThere: (id: number) => boolean = () => false) {
    this.#client = client;
    this.#topic = topic;
    this.#isThere = isThere;
  }

  /** All below are acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  start(): void {
    this.#running = this.#run();
    this.#running.catch(() => undefined); // thrown by stop
  }

  /** How many are acknowledged. */
  async stop(): Promise<number> {
    this.#isOver = true;
    await this.#running;
    return this.#next;
  }

  async #run(): Promise<void> {
    const producer = this.#client.producer({ idempotent: true });
    await producer.open([this.#topic]);
    while (!this.#isOver) {
      for (let i = 0; i < BLOCK; i++) {
        const id = this.#next++;
        if (this.#isThere(id)) continue;
        producer.send(this.#topic, { value: new TextEncoder().encode(String(id)), partition: (id % KEYS) % INPUT_PARTITIONS });
      }
      await producer.flush();
      this.#acknowledged = this.#next;
      await delay(PAUSE_MS);
    }
    await producer.close();
  }
}
