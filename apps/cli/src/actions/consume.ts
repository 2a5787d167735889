import type { Client, Consumer, PartitionRecords } from "@millrace/client";
import type { ConsumeOptions } from "../commands/records.ts";
import { cliError } from "../errors.ts";
import { CONSUME_POLL_MS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { formatCount } from "../output/format.ts";
import type { CliWorld } from "../world.ts";
import { type Start, startOf, type Stretch, stretchesOf } from "./consume-start.ts";
import { readRange } from "./read-range.ts";
import { RecordPrinter } from "./record-printer.ts";
import { withClient } from "./with-client.ts";

/**
 * `consume`: from a start to the end that is there when it begins, and beyond with --follow; without a start it waits for what comes. The stretch that is
 * there is read by ranges, partition after partition, so that it ends exactly where it should. With --group it is a member, and goes on until it is stopped.
 */
export async function consume(topic: string, options: ConsumeOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const start = startOf(options, world.wallMs());
  await withClient(options, world, async (client) => {
    const printer = new RecordPrinter(topic, options, world);
    if (options.group === undefined) await consumeAlone(client, { topic, options, start, printer, world });
    else await consumeAsMember(client, { topic, options, start, printer, world, groupId: options.group });
    if (world.isTerminal && options.json !== true) world.note(`${formatCount(printer.count)} record${printer.count === 1 ? "" : "s"} read`);
  });
}

interface Consuming {
  readonly topic: string;
  readonly options: ConsumeOptions;
  readonly start: Start | undefined;
  readonly printer: RecordPrinter;
  readonly world: CliWorld;
}

async function consumeAlone(client: Client, consuming: Consuming): Promise<void> {
  const { topic, options, start, printer, world } = consuming;
  const follows = options.follow === true || start === undefined || start.kind === "latest";
  const stretches = await stretchesOf(client, { topic, options, start });
  for (const stretch of stretches) {
    if (printer.isDone) break;
    for await (const group of readRange(client, { topic, ...stretch, isolation: options.isolation }))
      if (await printer.isDoneAfter(group)) break;
  }
  if (!follows || printer.isDone) return;
  if (start === undefined && world.isTerminal) world.note("waiting for new records (--from-beginning reads what is there); Ctrl-C ends");
  const consumer = client.consumer({ isolation: options.isolation });
  consumer.assign(
    stretches.map(({ partition, startOffset, endOffset }: Stretch) => ({ topic, partition, offset: Math.max(startOffset, endOffset) })),
  );
  await printAll(consumer, consuming, () => Promise.resolve());
}

/** What was printed is committed, and no more: with --max-records the next member goes on right behind. */
async function consumeAsMember(client: Client, consuming: Consuming & { readonly groupId: string }): Promise<void> {
  const { topic, options, start, world, groupId } = consuming;
  if (options.partition !== undefined)
    throw cliError("bad-argument", "the group says who reads which partition: leave --partition or --group out", { option: "--group" });
  if (start?.kind === "offset" || start?.kind === "time") {
    const message = "a group starts where it left off, the first time at --from earliest or latest: millrace group reset-offsets moves it";
    throw cliError("bad-argument", message, { option: "--from" });
  }
  await client.partitionCount(topic); // a group may wait for a topic, a person has mistyped it
  const offsetReset = start?.kind === "earliest" ? "earliest" : "latest";
  const consumer = client.consumer({ groupId, offsetReset, isolation: options.isolation, autoCommit: false, clientId: "millrace-cli" });
  let partitions = 0;
  await consumer.subscribe(
    { topics: [topic] },
    {
      onAssigned: (assigned) => {
        partitions += assigned.length;
        if (world.isTerminal) world.progress(`reading ${partitions} partitions`);
      },
      onRevoked: (revoked) => void (partitions -= revoked.length),
    },
  );
  await printAll(consumer, consuming, async ({ partition }, offset) => consumer.commit([{ topic, partition, offset }]));
}

/** Until it is enough, nothing came for as long as was said, or the user ends it. */
async function printAll(
  consumer: Consumer,
  { options, printer, world }: Consuming,
  printed: (group: PartitionRecords, nextOffset: number) => Promise<void>,
): Promise<void> {
  let idleSinceMs = world.monotonicMs();
  try {
    while (!printer.isDone) {
      const waitMs = options.timeout === undefined ? CONSUME_POLL_MS : options.timeout - (world.monotonicMs() - idleSinceMs);
      if (waitMs <= 0) return;
      const group = await consumer.poll({ timeoutMs: Math.min(waitMs, CONSUME_POLL_MS), signal: world.interrupt });
      if (group === undefined) continue;
      const nextOffset = await printer.print(group);
      if (nextOffset !== undefined) await printed(group, nextOffset);
      idleSinceMs = world.monotonicMs();
    }
  } catch (error) {
    if (!isAborted(world.interrupt)) throw error;
  } finally {
    await consumer.close();
  }
}

/** A function, since the compiler takes a property that it has once seen false for unchanged. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
