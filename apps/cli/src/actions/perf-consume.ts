import type { Client, Consumer } from "@millrace/client";
import type { PerfConsumeOptions } from "../commands/perf.ts";
import { PERF_REPORT_MS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

const MIB = 1_048_576;
const HEADING = [
  "start.time",
  "end.time",
  "data.consumed.in.MB",
  "MB.sec",
  "data.consumed.in.nMsg",
  "nMsg.sec",
  "rebalance.time.ms",
  "fetch.time.ms",
  "fetch.MB.sec",
  "fetch.nMsg.sec",
];

interface Count {
  records: number;
  bytes: number;
  /** Until the first partition was assigned. */
  assignedMs: number | undefined;
}

/** `perf consume` */
export async function perfConsume(topic: string, options: PerfConsumeOptions & GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const startMs = world.monotonicMs();
    const startWallMs = world.wallMs();
    const count: Count = { records: 0, bytes: 0, assignedMs: undefined };
    const row = (): string[] => rowOf(count, { startWallMs, ms: world.monotonicMs() - startMs });
    const consumer = await consumerOf(client, { topic, options, assigned: () => (count.assignedMs ??= world.monotonicMs() - startMs) });
    if (options.json !== true) await world.write(`${HEADING.join(", ")}\n`);
    try {
      await readAll(consumer, { options, world, count, row });
    } finally {
      await consumer.close();
    }
    const final = row();
    if (options.json === true)
      await world.write(jsonLine(Object.fromEntries(HEADING.map((name, index) => [name, numberOrText(final[index] ?? "")]))));
    else await world.write(`${final.join(", ")}\n`);
  });
}

async function consumerOf(
  client: Client,
  { topic, options, assigned }: { readonly topic: string; readonly options: PerfConsumeOptions; readonly assigned: () => unknown },
): Promise<Consumer> {
  const { isolation, group, fromLatest } = options;
  const offsetReset = fromLatest === true ? "latest" : "earliest";
  if (group === undefined) {
    const alone = client.consumer({ isolation, offsetReset });
    await alone.assignTopic(topic, offsetReset);
    assigned();
    return alone;
  }
  await client.partitionCount(topic);
  const member = client.consumer({ isolation, offsetReset, groupId: group, clientId: "millrace-perf" });
  await member.subscribe({ topics: [topic] }, { onAssigned: () => void assigned() });
  return member;
}

interface Reading {
  readonly options: PerfConsumeOptions & GlobalOptions;
  readonly world: CliWorld;
  readonly count: Count;
  readonly row: () => readonly string[];
}

async function readAll(consumer: Consumer, { options, world, count, row }: Reading): Promise<void> {
  let shownMs = world.monotonicMs();
  const isStopped = (): boolean => world.interrupt.aborted;
  while (count.records < options.messages && !isStopped()) {
    const group = await consumer.poll({ timeoutMs: options.timeout, signal: world.interrupt });
    if (group === undefined) {
      if (!isStopped()) world.note(`nothing came for ${options.timeout} ms: ended after ${count.records} of ${options.messages} records`);
      return;
    }
    count.records += group.records.length;
    for (const { key, value } of group.records) count.bytes += (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
    if (options.showDetailedStats !== true || options.json === true || world.monotonicMs() - shownMs < PERF_REPORT_MS) continue;
    shownMs = world.monotonicMs();
    await world.write(`${row().join(", ")}\n`);
  }
}

function rowOf(
  { records, bytes, assignedMs = 0 }: Count,
  { startWallMs, ms }: { readonly startWallMs: number; readonly ms: number },
): string[] {
  const perSecond = (value: number, ofMs: number): string => (value / Math.max(ofMs / 1_000, 0.001)).toFixed(4);
  const fetchMs = Math.max(0, ms - assignedMs);
  return [
    timeOf(startWallMs),
    timeOf(startWallMs + ms),
    (bytes / MIB).toFixed(4),
    perSecond(bytes / MIB, ms),
    String(records),
    perSecond(records, ms),
    assignedMs.toFixed(0),
    fetchMs.toFixed(0),
    perSecond(bytes / MIB, fetchMs),
    perSecond(records, fetchMs),
  ];
}

/** 2026-11-26 12:00:00:123, as Kafka's tool writes it. */
function timeOf(wallMs: number): string {
  return new Date(wallMs).toISOString().replace("T", " ").replace(".", ":").replace("Z", "");
}

function numberOrText(text: string): number | string {
  return /^[\d.]+$/.test(text) ? Number(text) : text;
}
