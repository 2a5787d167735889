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
  #next = 0;
  #isOver = false;
  #running: Promise<void> | undefined;

  constructor(client: Client, topic: string = SINKS.input) {
    this.#client = client;
    this.#topic = topic;
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
        producer.send(this.#topic, { value: new TextEncoder().encode(String(id)), partition: (id % KEYS) % INPUT_PARTITIONS });
      }
      await producer.flush();
      await delay(PAUSE_MS);
    }
    await producer.close();
  }
}
