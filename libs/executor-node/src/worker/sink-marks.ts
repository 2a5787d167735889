import { type Client, committedBatches } from "@millrace/client";
import { SINK_MARKS_TOPIC } from "@millrace/model";
import { type CompressionCodecs, partitionOfKey, readRecords } from "@millrace/records";

/** A mark record: one per worker and batch with output, in the transaction of that output. */
export interface MarkRecord {
  readonly epoch: number;
  readonly batch: number;
  readonly digest: string;
  /** Slots whose output of the batch is committed, by sink. */
  readonly marks: Readonly<Record<string, readonly number[]>>;
}

export interface SlotMark {
  readonly sink: string;
  readonly slot: number;
  readonly batch: number;
  readonly digest: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Where the marks of one job incarnation are; one partition of the marks topic. */
export class SinkMarks {
  readonly key: Uint8Array;
  readonly partition: number;
  readonly #marks = new Map<string, SlotMark>();

  private constructor(key: string, partition: number) {
    this.key = encoder.encode(key);
    this.partition = partition;
  }

  /** Reads every committed mark from `startOffset` to the end. Only after every former writer is fenced is the end final. */
  static async read(
    job: { jobId: string; incarnation: number; startOffset: number },
    ports: { client: Client; compression: CompressionCodecs },
  ): Promise<{ marks: SinkMarks; endOffset: number }> {
    const key = `${job.jobId}/${job.incarnation}`;
    const partition = await partitionOfJob(job.jobId, SINK_MARKS_TOPIC, ports.client);
    const marks = new SinkMarks(key, partition);
    const target = { topic: SINK_MARKS_TOPIC, partition };
    const [earliest] = await ports.client.listOffsets([{ ...target, at: "earliest" }]);
    const [latest] = await ports.client.listOffsets([{ ...target, at: "latest" }], "committed");
    const endOffset = latest?.offset ?? 0;
    const startOffset = Math.max(job.startOffset, earliest?.offset ?? 0);
    if (startOffset < endOffset) {
      for await (const chunk of ports.client.fetchRange({ ...target, startOffset, endOffset }, { isolation: "committed" })) {
        for (const batch of committedBatches(chunk)) {
          for (const record of readRecords(batch, { codecs: ports.compression })) {
            if (record.key === null || record.value === null || decoder.decode(record.key) !== key) continue;
            marks.#apply(JSON.parse(decoder.decode(record.value)) as MarkRecord);
          }
        }
      }
    }
    return { marks, endOffset };
  }

  /** True if the slot's output of the batch is out already. */
  covers(sink: string, slot: number, batch: number): boolean {
    return (this.#marks.get(`${sink}/${slot}`)?.batch ?? 0) >= batch;
  }

  /** Marks of the slots given, those that have any. */
  of(sinkSlots: ReadonlyMap<string, readonly number[]>): SlotMark[] {
    return [...sinkSlots].flatMap(([sink, slots]) => slots.flatMap((slot) => this.#marks.get(`${sink}/${slot}`) ?? []));
  }

  encode(record: MarkRecord): Uint8Array {
    return encoder.encode(JSON.stringify(record));
  }

  /** Call when the record's transaction has committed. */
  committed(record: MarkRecord): void {
    this.#apply(record);
  }

  #apply(record: MarkRecord): void {
    for (const [sink, slots] of Object.entries(record.marks)) {
      for (const slot of slots) {
        const key = `${sink}/${slot}`;
        if ((this.#marks.get(key)?.batch ?? 0) < record.batch) this.#marks.set(key, { sink, slot, batch: record.batch, digest: record.digest });
      }
    }
  }
}

/** Internal topics are shared by jobs: a job keeps to one partition. */
export async function partitionOfJob(jobId: string, topic: string, client: Client): Promise<number> {
  return partitionOfKey(encoder.encode(jobId), await client.partitionCount(topic));
}
