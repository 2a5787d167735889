import type { Producer, ProducerRecord } from "@millrace/client";
import type { SinkRecord } from "@millrace/dataflow";
import { SINK_MARKS_TOPIC } from "@millrace/model";
import { assertDefined } from "@millrace/stdx";
import { OUTPUT_TRACED_MAX, OUTPUT_TURN_RECORDS } from "../limits.ts";
import type { ConnectorOutput } from "./connector-output.ts";
import { errors } from "../errors.ts";
import type { MarkRecord, SinkMarks } from "./sink-marks.ts";

export interface OutputTarget {
  readonly producer: Producer;
  readonly marks: SinkMarks;
  /** Topic by sink. */
  readonly topics: ReadonlyMap<string, string>;
  /** Sinks that are no topics. */
  readonly connectors: ReadonlyMap<string, ConnectorOutput>;
  /** Slots by topic sink that this worker owns. */
  readonly sinkSlots: ReadonlyMap<string, readonly number[]>;
  /** Lets the event loop go round once: what is buffered gets sent while the batch computes on. */
  readonly turn: () => Promise<void>;
}

interface Way {
  readonly sink: string;
  readonly slot: number;
  /** Of a sink that is no topic. */
  readonly connector: ConnectorOutput | undefined;
  readonly topic: string;
  /** The slot's records of this batch are out already. */
  readonly isOut: boolean;
}

/**
 * Output of one batch on its way out: one transaction with the records of every slot whose mark is not there yet, and those marks.
 * Records of a slot that is marked for the batch are dropped: they are out already (DESIGN idea 5).
 */
export class BatchOutput {
  readonly #target: OutputTarget;
  readonly #batch: { readonly batch: number; readonly jobEpoch: number };
  /** Of the batch's plan, which may come after the first records. */
  #digest: string | undefined;
  #open = false;
  #full = false;
  #recordCount = 0;
  #sinceTurn = 0;
  #mark: MarkRecord | undefined;
  /** Where records of one slot go: they come many in a row. */
  #way: Way | undefined;

  readonly #headers: () => ProducerRecord["headers"];
  /** Records that carry them, by sink. */
  readonly #traced = new Map<string, number>();

  /** `headers` go with the first records of each sink: the trace that they belong to. Readers look at the first record of a batch, and a header on each would cost as much as the record. */
  constructor(
    target: OutputTarget,
    batch: { batch: number; digest?: string; jobEpoch: number },
    headers: () => ProducerRecord["headers"] = () => undefined,
  ) {
    this.#target = target;
    this.#batch = batch;
    this.#digest = batch.digest;
    this.#headers = headers;
  }

  /** The plan is known, which marks name. */
  planned(digest: string): void {
    this.#digest = digest;
  }

  /** Records of the batch, those that are out already among them: a replay counts as much as the first run. */
  get recordCount(): number {
    return this.#recordCount;
  }

  emit(record: SinkRecord): void {
    const { marks, producer } = this.#target;
    this.#recordCount += 1;
    const way = this.#wayOf(record);
    if (way.connector !== undefined) {
      this.#writeTo(way.connector, record);
      return;
    }
    if (way.isOut) return;
    if (!this.#open) producer.beginTransaction({ partitions: [{ topic: SINK_MARKS_TOPIC, partition: marks.partition }] });
    this.#open = true;
    this.#sinceTurn += 1;
    const { key, value, timestampMs } = record;
    const traced = this.#tracedHeaders(record.sink);
    const headers = record.headers === undefined ? traced : [...record.headers, ...(traced ?? [])];
    this.#full = !producer.send(way.topic, headers === undefined ? { key, value, timestampMs } : { key, value, timestampMs, headers });
  }

  /** Resolves when there is room for more; undefined when there is now. After many records it takes a turn, so that they are on their way already. */
  ready(): Promise<void> | undefined {
    for (const connector of this.#target.connectors.values()) {
      const room = connector.ready();
      if (room !== undefined) return this.#waitFor(connector, room);
    }
    if (this.#full) {
      this.#full = false;
      this.#sinceTurn = 0;
      return this.#target.producer.ready();
    }
    if (this.#sinceTurn < OUTPUT_TURN_RECORDS) return undefined;
    this.#sinceTurn = 0;
    return this.#target.turn();
  }

  /** Everything has been emitted: the mark goes into the transaction, so that it is on its way while the plan is stored. */
  prepare(): void {
    if (!this.#open || this.#mark !== undefined) return;
    const { marks, producer } = this.#target;
    this.#mark = this.#markRecord(assertDefined(this.#digest, "digest of the plan"));
    producer.send(SINK_MARKS_TOPIC, { key: marks.key, value: marks.encode(this.#mark), partition: marks.partition });
  }

  /**
   * Sink after sink, marks and records become visible together, or not at all; a crash between two sinks is what marks are for: the replay writes
   * to those only whose mark is behind. A batch without output commits nothing: replaying it writes nothing either.
   */
  async commit(): Promise<void> {
    const digest = assertDefined(this.#digest, "digest of the recorded plan");
    this.prepare();
    if (this.#mark !== undefined) {
      await this.#target.producer.commitTransaction();
      this.#target.marks.committed(this.#mark);
    }
    for (const connector of this.#target.connectors.values())
      await this.#waitFor(connector, connector.commit({ batch: this.#batch.batch, digest }));
  }

  #wayOf({ sink, slot }: SinkRecord): Way {
    if (this.#way?.sink === sink && this.#way.slot === slot) return this.#way;
    const { marks, topics, connectors } = this.#target;
    const connector = connectors.get(sink);
    const isOut = connector === undefined && marks.covers(sink, slot, this.#batch.batch);
    const topic = connector !== undefined || isOut ? "" : assertDefined(topics.get(sink), `topic of sink ${sink}`);
    return (this.#way = { sink, slot, connector, topic, isOut });
  }

  #tracedHeaders(sink: string): ProducerRecord["headers"] {
    const count = this.#traced.size === 0 ? 0 : (this.#traced.get(sink) ?? 0);
    if (count >= OUTPUT_TRACED_MAX) return undefined;
    const headers = this.#headers();
    if (headers !== undefined) this.#traced.set(sink, count + 1);
    return headers;
  }

  #writeTo(connector: ConnectorOutput, record: SinkRecord): void {
    this.#sinceTurn += 1;
    try {
      connector.write(record, this.#batch.batch);
    } catch (cause) {
      throw errors.sinkFailed(connector.sink, cause);
    }
  }

  async #waitFor(connector: ConnectorOutput, done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (cause) {
      throw errors.sinkFailed(connector.sink, cause);
    }
  }

  #markRecord(digest: string): MarkRecord {
    const { batch, jobEpoch } = this.#batch;
    const moved = [...this.#target.sinkSlots].map(
      ([sink, slots]) => [sink, slots.filter((slot) => !this.#target.marks.covers(sink, slot, batch))] as const,
    );
    return { epoch: jobEpoch, batch, digest, marks: Object.fromEntries(moved.filter(([, slots]) => slots.length > 0)) };
  }
}
