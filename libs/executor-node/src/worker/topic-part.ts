import { type Client, committedBatches, type Producer } from "@millrace/client";
import type { TopicLocation } from "@millrace/contracts";
import { CHECKPOINTS_TOPIC } from "@millrace/model";
import { type CompressionCodecs, readRecords } from "@millrace/records";
import { STATE_RECORD_BYTES_MAX, STATE_RECORDS_UNDER_WAY_MAX } from "../limits.ts";
import { concat } from "./concat.ts";
import type { PartWriter } from "./part-writer.ts";
import { partitionOfJob } from "./sink-marks.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface TopicTarget {
  readonly jobId: string;
  readonly jobEpoch: number;
  readonly batch: number;
  /** Writes outside of any transaction. */
  readonly producer: Producer;
}

/** A part as records. The key names the writer's epoch too: a part that a cut-off worker of an older one still wrote is another part. */
export class TopicPartWriter implements PartWriter {
  readonly #target: TopicTarget;
  readonly #partition: number;
  readonly #key: string;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #recordCount = 0;
  /** Offsets of records on their way, oldest first. */
  readonly #underWay: Promise<number>[] = [];
  #firstOffset: Promise<number> | undefined;

  private constructor(key: string, partition: number, target: TopicTarget) {
    this.#key = key;
    this.#partition = partition;
    this.#target = target;
  }

  static async open(part: string, target: TopicTarget, { client }: { readonly client: Client }): Promise<TopicPartWriter> {
    const partition = await partitionOfJob(target.jobId, CHECKPOINTS_TOPIC, client);
    await target.producer.open([CHECKPOINTS_TOPIC]);
    return new TopicPartWriter(`${target.jobId}/${target.jobEpoch}/${part}/${target.batch}`, partition, target);
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      for (let start = 0; start < piece.length; start += STATE_RECORD_BYTES_MAX)
        await this.#add(piece.subarray(start, start + STATE_RECORD_BYTES_MAX));
    }
  }

  async close(): ReturnType<PartWriter["close"]> {
    await this.#send();
    await Promise.all(this.#underWay);
    const firstOffset = BigInt((await this.#firstOffset) ?? -1);
    const value = { topic: CHECKPOINTS_TOPIC, partition: this.#partition, firstOffset, recordCount: this.#recordCount, key: this.#key };
    return { case: "topic", value };
  }

  /** What is in the topic is what no manifest names. */
  abandon(): Promise<void> {
    return Promise.resolve();
  }

  async #add(piece: Uint8Array): Promise<void> {
    if (this.#heldBytes + piece.length > STATE_RECORD_BYTES_MAX) await this.#send();
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }

  async #send(): Promise<void> {
    if (this.#heldBytes === 0) return;
    const record = { key: encoder.encode(`${this.#key}/${this.#recordCount}`), value: concat(this.#held), partition: this.#partition };
    this.#held = [];
    this.#heldBytes = 0;
    this.#recordCount += 1;
    const offset = this.#target.producer.sendAndWait(CHECKPOINTS_TOPIC, record).then((sent) => sent.offset);
    offset.catch(() => undefined); // Thrown where it is awaited.
    this.#firstOffset ??= offset;
    this.#underWay.push(offset);
    if (this.#underWay.length >= STATE_RECORDS_UNDER_WAY_MAX) await this.#underWay.shift();
  }
}

/** Other jobs and workers write between the records of a part: they are found by key, in order, from the first on. */
export async function* readTopicPart(
  location: TopicLocation,
  { client, compression }: { readonly client: Client; readonly compression: CompressionCodecs },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { topic, partition, recordCount } = location;
  const [latest] = await client.listOffsets([{ topic, partition, at: "latest" }]);
  const range = { topic, partition, startOffset: Number(location.firstOffset), endOffset: latest?.offset ?? 0 };
  let found = 0;
  for await (const chunk of client.fetchRange(range)) {
    for (const batch of committedBatches(chunk)) {
      for (const { key, value } of readRecords(batch, { codecs: compression })) {
        if (found === recordCount || key === null || value === null) continue;
        if (decoder.decode(key) !== `${location.key}/${found}`) continue;
        found += 1;
        yield value.slice();
      }
    }
    if (found === recordCount) return;
  }
}
