import type { Client } from "@millrace/client";
import { SINK_MARKS_TOPIC } from "@millrace/model";
import { errors } from "../errors.ts";
import { type CompressionCodecs, createBatchCursor, partitionOfKey, readEndTransactionMarker, readRecords } from "@millrace/records";

/** A mark record: one per worker and batch with output, in the transaction of that output. */
export interface MarkRecord {
  readonly epoch: number;
  readonly batch: number;
  readonly digest: string;
  /** Slots whose output of the batch is committed, by sink. */
  readonly marks: Readonly<Record<string, readonly number[]>>;
}

type TakeRecord = (record: { readonly key: Uint8Array | null; readonly value: Uint8Array | null }) => void;

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

  /**
   * Reads every committed mark from `startOffset` to the high watermark. Not to the last stable offset: the partition is shared, and an open transaction of
   * another job would hide marks behind it. After every former writer of this job is fenced each of its transactions has its marker below the high
   * watermark; what is open still is others', and ignored.
   */
  static async read(
    job: { jobId: string; incarnation: number; startOffset: number },
    ports: { client: Client; compression: CompressionCodecs; others?: TakeRecord },
  ): Promise<{ marks: SinkMarks; endOffset: number }> {
    const partition = await partitionOfJob(job.jobId, SINK_MARKS_TOPIC, ports.client);
    const marks = new SinkMarks(`${job.jobId}/${job.incarnation}`, partition);
    const target = { topic: SINK_MARKS_TOPIC, partition };
    const [earliest] = await ports.client.listOffsets([{ ...target, at: "earliest" }]);
    const [latest] = await ports.client.listOffsets([{ ...target, at: "latest" }], "uncommitted");
    const endOffset = latest?.offset ?? 0;
    const startOffset = Math.max(job.startOffset, earliest?.offset ?? 0);
    // A checkpoint whose marks are gone cannot tell what is out already: running on would write it twice (DESIGN idea 5).
    if (job.startOffset > endOffset || (job.startOffset > 0 && startOffset > job.startOffset))
      throw errors.marksLost({ topic: SINK_MARKS_TOPIC, partition, wanted: job.startOffset, first: earliest?.offset ?? 0, end: endOffset });
    if (startOffset < endOffset) {
      const pending = new PendingMarks(marks, ports);
      for await (const chunk of ports.client.fetchRange({ ...target, startOffset, endOffset }, { isolation: "uncommitted" }))
        pending.addAll(chunk.batches);
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

  /** A mark record of this job incarnation; undefined: someone else's. */
  parse(record: { readonly key: Uint8Array | null; readonly value: Uint8Array | null }): MarkRecord | undefined {
    if (record.key === null || record.value === null || decoder.decode(record.key) !== decoder.decode(this.key)) return undefined;
    return JSON.parse(decoder.decode(record.value)) as MarkRecord;
  }

  #apply(record: MarkRecord): void {
    for (const [sink, slots] of Object.entries(record.marks)) {
      for (const slot of slots) {
        const key = `${sink}/${slot}`;
        if ((this.#marks.get(key)?.batch ?? 0) < record.batch)
          this.#marks.set(key, { sink, slot, batch: record.batch, digest: record.digest });
      }
    }
  }
}

/** Marks whose transaction has not ended yet, by producer; applied at its commit marker, dropped at its abort. */
class PendingMarks {
  readonly #marks: SinkMarks;
  readonly #compression: CompressionCodecs;
  /** Takes records that are of no transaction. */
  readonly #others: TakeRecord | undefined;
  readonly #byProducer = new Map<number, MarkRecord[]>();

  constructor(marks: SinkMarks, ports: { readonly compression: CompressionCodecs; readonly others?: TakeRecord }) {
    this.#marks = marks;
    this.#compression = ports.compression;
    this.#others = ports.others;
  }

  addAll(batches: Uint8Array): void {
    for (const cursor = createBatchCursor(batches); cursor.advance();) {
      const { view } = cursor;
      if (!view.isControl && !view.isTransactional) this.#pass(view.subarray());
      else if (view.isControl) this.#end(view.producerId, readEndTransactionMarker(view.subarray())?.outcome === "commit");
      else this.#add(view.producerId, view.subarray());
    }
  }

  #pass(batch: Uint8Array): void {
    if (this.#others !== undefined) for (const record of readRecords(batch, { codecs: this.#compression })) this.#others(record);
  }

  #add(producerId: number, batch: Uint8Array): void {
    for (const record of readRecords(batch, { codecs: this.#compression })) {
      const mark = this.#marks.parse(record);
      if (mark === undefined) continue;
      const waiting = this.#byProducer.get(producerId) ?? [];
      this.#byProducer.set(producerId, waiting);
      waiting.push(mark);
    }
  }

  #end(producerId: number, committed: boolean): void {
    const waiting = this.#byProducer.get(producerId) ?? [];
    this.#byProducer.delete(producerId);
    if (committed) for (const mark of waiting) this.#marks.committed(mark);
  }
}

/** Internal topics are shared by jobs: a job keeps to one partition. */
export async function partitionOfJob(jobId: string, topic: string, client: Client): Promise<number> {
  return partitionOfKey(encoder.encode(jobId), await client.partitionCount(topic));
}
