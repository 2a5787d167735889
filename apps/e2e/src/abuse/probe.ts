import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { crc32c } from "@millrace/codecs";
import { produceApi, ZERO_UUID } from "@millrace/kafka-wire";
import { timestampMs } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { onAnswers, rawSocket, requestFrame } from "./raw-client.ts";

const PAUSE_MS = 10;
const ANSWER_MS_MAX = 30_000;

export interface Latencies {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A client with good manners: produces one record at a time with acks=all, and knows how long each took. */
export class Probe {
  readonly #socket: Socket;
  readonly #topic: string;
  #took: number[] = [];
  #isStopping = false;
  #running: Promise<void> = Promise.resolve();
  #answered: (() => void) | undefined;

  private constructor(socket: Socket, topic: string) {
    this.#socket = socket;
    this.#topic = topic;
  }

  static async start(address: string, topic: string): Promise<Probe> {
    const probe = new Probe(await rawSocket(address), topic);
    onAnswers(probe.#socket, () => probe.#answered?.());
    probe.#running = probe.#run();
    return probe;
  }

  /** What was measured since the last call. Throws if the broker stopped answering. */
  take(): Latencies {
    const took = this.#took.sort((a, b) => a - b);
    this.#took = [];
    if (took.length === 0 || this.#socket.destroyed) throw new Error("the client with good manners is not served any more");
    const at = (share: number): number => Math.round((took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0) * 10) / 10;
    return { requests: took.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
    this.#socket.destroy();
  }

  async #run(): Promise<void> {
    const builder = new BatchBuilder({ crc32c });
    for (let correlationId = 1; !this.#isStopping && !this.#socket.destroyed; correlationId++) {
      builder.append(timestampMs(Date.now()), null, new Uint8Array(100));
      const topicData = [{ name: this.#topic, topicId: ZERO_UUID, partitionData: [{ index: 0, records: builder.build() }] }];
      const body = { transactionalId: null, acks: -1, timeoutMs: ANSWER_MS_MAX, topicData };
      const startMs = performance.now();
      this.#socket.write(requestFrame(produceApi, { version: 7, correlationId, body }));
      const answer = new Promise<void>((resolve) => (this.#answered = resolve));
      const isLate = await Promise.race([answer, delay(ANSWER_MS_MAX, "late", { ref: false })]);
      if (isLate === "late") this.#socket.destroy();
      this.#took.push(performance.now() - startMs);
      await delay(PAUSE_MS);
    }
  }
}
