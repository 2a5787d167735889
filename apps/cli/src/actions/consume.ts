import type { Client, PartitionRecords } from "@millrace/client";
import type { ConsumeOptions } from "../commands/records.ts";
import { cliError } from "../errors.ts";
import type { GlobalOptions } from "../options.ts";
import { formatCount } from "../output/format.ts";
import type { CliWorld } from "../world.ts";
import { readRange } from "./read-range.ts";
import { recordLine } from "./record-line.ts";
import { withClient } from "./with-client.ts";

/** Where reading starts, and ends if it does. */
interface Stretch {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/**
 * `consume`: from the beginning to the end that is there when it starts, and beyond with --follow; without a start it waits for what comes.
 * The stretch that is there is read by ranges, partition after partition, so that it ends exactly where it should.
 */
export async function consume(topic: string, options: ConsumeOptions & GlobalOptions, world: CliWorld): Promise<void> {
  if (options.offset !== undefined && options.partition === undefined) {
    throw cliError("bad-argument", "an offset belongs to a partition: add --partition", { option: "--offset" });
  }
  await withClient(options, world, async (client) => {
    const hasStart = options.fromBeginning === true || options.offset !== undefined;
    const follows = options.follow === true || !hasStart;
    const stretches = await stretchesOf(client, { topic, options, hasStart });
    const printer = new Printer(topic, options, world);
    for (const stretch of stretches) {
      if (printer.isDone) break;
      for await (const group of readRange(client, { topic, ...stretch, isolation: options.isolation })) {
        if (!(await printer.print(group))) break;
      }
    }
    if (follows && !printer.isDone) await follow(client, { topic, options, stretches, printer, world });
    if (world.isTerminal && options.json !== true) world.note(`${formatCount(printer.count)} record${printer.count === 1 ? "" : "s"} read`);
  });
}

/** What there is to read before waiting: empty stretches at the end where no start is asked for. */
async function stretchesOf(
  client: Client,
  asked: { readonly topic: string; readonly options: ConsumeOptions; readonly hasStart: boolean },
): Promise<readonly Stretch[]> {
  const { topic, options, hasStart } = asked;
  const count = await client.partitionCount(topic);
  if (options.partition !== undefined && options.partition >= count) {
    throw cliError("bad-argument", "the topic has no such partition", { topic, partition: options.partition, partitions: count });
  }
  const partitions = options.partition === undefined ? Array.from({ length: count }, (_, partition) => partition) : [options.partition];
  const [starts, ends] = await Promise.all(
    (["earliest", "latest"] as const).map((at) => {
      return client.listOffsets(
        partitions.map((partition) => ({ topic, partition, at })),
        options.isolation,
      );
    }),
  );
  return partitions.map((partition) => {
    const first = starts?.find((one) => one.partition === partition)?.offset ?? 0;
    const endOffset = ends?.find((one) => one.partition === partition)?.offset ?? first;
    return { partition, startOffset: hasStart ? Math.max(options.offset ?? first, first) : endOffset, endOffset };
  });
}

interface Following {
  readonly topic: string;
  readonly options: ConsumeOptions;
  readonly stretches: readonly Stretch[];
  readonly printer: Printer;
  readonly world: CliWorld;
}

async function follow(client: Client, { topic, options, stretches, printer, world }: Following): Promise<void> {
  if (options.fromBeginning !== true && options.offset === undefined && world.isTerminal) {
    world.note("waiting for new records (--from-beginning reads what is there); Ctrl-C ends");
  }
  const consumer = client.consumer({ isolation: options.isolation });
  consumer.assign(
    stretches.map(({ partition, startOffset, endOffset }) => ({ topic, partition, offset: Math.max(startOffset, endOffset) })),
  );
  try {
    while (!world.interrupt.aborted) {
      const group = await consumer.poll({ timeoutMs: POLL_MS, signal: world.interrupt });
      if (group !== undefined && !(await printer.print(group))) break;
    }
  } catch (error) {
    if (!isAborted(world.interrupt)) throw error;
  } finally {
    await consumer.close();
  }
}

const POLL_MS = 1_000; // how often the loop looks up; records come at once

/** A function, since the compiler takes a property that it has once seen false for unchanged. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Prints records up to the greatest count asked for. */
class Printer {
  count = 0;
  readonly #topic: string;
  readonly #options: ConsumeOptions & GlobalOptions;
  readonly #world: CliWorld;

  constructor(topic: string, options: ConsumeOptions & GlobalOptions, world: CliWorld) {
    this.#topic = topic;
    this.#options = options;
    this.#world = world;
  }

  get isDone(): boolean {
    return this.count >= (this.#options.max ?? Infinity) || this.#world.interrupt.aborted;
  }

  /** False: enough. */
  async print(group: Pick<PartitionRecords, "partition" | "records">): Promise<boolean> {
    const records = group.records.slice(0, (this.#options.max ?? Infinity) - this.count);
    const place = { topic: this.#topic, partition: group.partition };
    await this.#world.write(records.map((record) => recordLine(record, place, this.#options)).join(""));
    this.count += records.length;
    return !this.isDone;
  }
}
