import type { SinkRecord } from "@millrace/dataflow";
import type { SinkConnector, SinkSlotMark, SinkSlots, SinkWriter } from "@millrace/ports";
import type { SlotMark } from "./sink-marks.ts";

/** A sink that is no topic, as one worker has it open: its writer, and how far each of its slots is. */
export class ConnectorOutput {
  readonly sink: string;
  readonly #slots: readonly number[];
  readonly #writer: SinkWriter;
  readonly #marks: Map<number, SinkSlotMark>;
  #written = false;

  private constructor(slots: SinkSlots, writer: SinkWriter) {
    this.sink = slots.sink;
    this.#slots = slots.slots;
    this.#writer = writer;
    this.#marks = new Map(writer.marks);
  }

  static async open(connector: SinkConnector, slots: SinkSlots): Promise<ConnectorOutput> {
    return new ConnectorOutput(slots, await connector.open(slots));
  }

  /** Marks of the own slots, those that have any. */
  get marks(): SlotMark[] {
    return [...this.#marks].map(([slot, mark]) => ({ sink: this.sink, slot, ...mark }));
  }

  /** Passes a record on, unless its slot's output of the batch is out already. */
  write(record: SinkRecord, batch: number): void {
    if (this.#covers(record.slot, batch)) return;
    this.#written = true;
    const { slot, element, key, value, timestampMs, partition = "" } = record;
    this.#writer.write({ slot, element, key, value, timestampMs, partition });
  }

  ready(): Promise<void> | undefined {
    return this.#writer.ready();
  }

  /** Records and marks together. Without records nothing: replaying the batch writes nothing either. */
  async commit(batch: SinkSlotMark): Promise<void> {
    if (!this.#written) return;
    this.#written = false;
    const slots = this.#slots.filter((slot) => !this.#covers(slot, batch.batch));
    await this.#writer.commit({ ...batch, slots });
    for (const slot of slots) this.#marks.set(slot, batch);
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  #covers(slot: number, batch: number): boolean {
    return (this.#marks.get(slot)?.batch ?? 0) >= batch;
  }
}
