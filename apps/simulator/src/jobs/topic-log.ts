import { type Client, committedBatches } from "@millrace/client";
import { readRecords } from "@millrace/records";
import { NO_COMPRESSION } from "../world/no-compression.ts";

const decoder = new TextDecoder();

/** What a reader of committed records sees of a topic of JSON values, read on from where it was. */
export class TopicLog<T> {
  readonly partitions: T[][];
  readonly #topic: string;
  readonly #client: Client;
  readonly #positions: number[];

  constructor(client: Client, of: { readonly topic: string; readonly partitions: number }) {
    this.#client = client;
    this.#topic = of.topic;
    this.partitions = Array.from({ length: of.partitions }, () => []);
    this.#positions = this.partitions.map(() => 0);
  }

  get recordCount(): number {
    return this.partitions.reduce((sum, { length }) => sum + length, 0);
  }

  /** To the last stable offset of each partition. A failure leaves it where it was, or further. */
  async readOn(): Promise<void> {
    const topic = this.#topic;
    const queries = this.#positions.map((_, partition) => ({ topic, partition, at: "latest" as const }));
    for (const { partition, offset } of await this.#client.listOffsets(queries, "committed")) await this.#readTo(partition, offset);
  }

  async #readTo(partition: number, endOffset: number): Promise<void> {
    const startOffset = this.#positions[partition] ?? 0;
    if (startOffset >= endOffset) return;
    const found: T[] = [];
    const range = { topic: this.#topic, partition, startOffset, endOffset };
    for await (const chunk of this.#client.fetchRange(range, { isolation: "committed" }))
      for (const batch of committedBatches(chunk))
        for (const { offset, value } of readRecords(batch, { codecs: NO_COMPRESSION }))
          if (offset >= startOffset && offset < endOffset && value !== null) found.push(JSON.parse(decoder.decode(value)) as T);
    this.partitions[partition]?.push(...found);
    this.#positions[partition] = endOffset;
  }
}
