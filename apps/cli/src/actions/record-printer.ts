import type { PartitionRecords } from "@millrace/client";
import type { ConsumeOptions } from "../commands/records.ts";
import type { GlobalOptions } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { recordLine } from "./record-line.ts";

/** Prints records of one topic, up to the greatest count asked for. */
export class RecordPrinter {
  count = 0;
  readonly #topic: string;
  readonly #options: ConsumeOptions & GlobalOptions;
  readonly #world: CliWorld;
  readonly #countMax: number;

  constructor(topic: string, options: ConsumeOptions & GlobalOptions, world: CliWorld) {
    this.#topic = topic;
    this.#options = options;
    this.#world = world;
    this.#countMax = options.maxRecords ?? options.max ?? Infinity;
  }

  get isDone(): boolean {
    return this.count >= this.#countMax || this.#world.interrupt.aborted;
  }

  async isDoneAfter(group: Pick<PartitionRecords, "partition" | "records">): Promise<boolean> {
    await this.print(group);
    return this.isDone;
  }

  /** Offset after the last record that was printed; undefined if none was. */
  async print(group: Pick<PartitionRecords, "partition" | "records">): Promise<number | undefined> {
    const records = group.records.slice(0, this.#countMax - this.count);
    const place = { topic: this.#topic, partition: group.partition };
    await this.#world.write(records.map((record) => recordLine(record, place, this.#options)).join(""));
    this.count += records.length;
    const last = records.at(-1);
    return last === undefined ? undefined : last.offset + 1;
  }
}
