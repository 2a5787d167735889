import type { Client } from "@millrace/client";
import { toAppError } from "@millrace/model";
import type { SimProcess } from "../world/sim-process.ts";
import type { TableValue } from "./table-truth.ts";
import type { Workload } from "./workload.ts";

const POLL_MS = 300;
const RETRY_MS = 500;

interface TableOf {
  readonly topic: string;
  readonly partitions: number;
}

/** Reads a compacted topic from its beginning on into a map: a key that it has once had it drops by a tombstone only. */
export class TableReader {
  readonly values = new Map<string, TableValue>();
  readonly #workload: Workload;
  readonly #process: SimProcess;
  readonly #table: TableOf;
  readonly #client: Client;
  readonly #next: number[];

  constructor(workload: Workload, of: { process: SimProcess; table: TableOf }) {
    this.#workload = workload;
    this.#process = of.process;
    this.#table = of.table;
    this.#client = workload.connect(of.process);
    this.#next = Array.from({ length: of.table.partitions }, () => 0);
  }

  /** Until `isOver`; between two reads it waits, so that what is behind it is compacted meanwhile. */
  async follow(isOver: () => boolean, waitMs: () => number): Promise<void> {
    const consumer = this.#consumer();
    while (!isOver()) {
      await this.#poll(consumer);
      await this.#process.sleep(waitMs());
    }
  }

  /** Up to where the topic ends now; false: not reached in time. */
  async toTheEnd(limitMs: number): Promise<boolean> {
    const endMs = this.#process.clock.monotonicMs() + limitMs;
    const consumer = this.#consumer();
    let ends: readonly number[] | undefined;
    while (this.#process.clock.monotonicMs() < endMs) {
      ends ??= await this.#ends();
      if (ends?.every((end, partition) => (this.#next[partition] ?? 0) >= end) === true) return true;
      await this.#poll(consumer);
    }
    return false;
  }

  #consumer() {
    const consumer = this.#client.consumer({ isolation: "committed", offsetReset: "none" });
    const { topic } = this.#table;
    consumer.assign(this.#next.map((next, partition) => ({ topic, partition, offset: next === 0 ? ("earliest" as const) : next })));
    return consumer;
  }

  async #ends(): Promise<readonly number[] | undefined> {
    const { topic } = this.#table;
    try {
      const asked = this.#next.map((_, partition) => ({ topic, partition, at: "latest" as const }));
      return (await this.#client.listOffsets(asked, "uncommitted")).map(({ offset }) => offset);
    } catch (error) {
      await this.#failed(error);
      return undefined;
    }
  }

  async #poll(consumer: ReturnType<Client["consumer"]>): Promise<void> {
    const { topic } = this.#table;
    try {
      const group = await consumer.poll({ timeoutMs: POLL_MS });
      for (const { key, value } of group?.records ?? []) {
        if (key === null) continue;
        if (value === null) this.values.delete(text(key));
        else this.values.set(text(key), Number(text(value)));
      }
    } catch (error) {
      await this.#failed(error);
    }
    for (const partition of this.#next.keys())
      this.#next[partition] = consumer.position({ topic, partition }) ?? this.#next[partition] ?? 0;
  }

  async #failed(error: unknown): Promise<void> {
    this.#workload.cluster.log.note(this.#process.name, "table cannot be read", { code: toAppError(error).code });
    await this.#process.sleep(RETRY_MS);
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
