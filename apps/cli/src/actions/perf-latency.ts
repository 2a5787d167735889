import type { Consumer } from "@millrace/client";
import { AppError } from "@millrace/model";
import type { PerfLatencyOptions } from "../commands/perf.ts";
import { PERF_LATENCY_WAIT_MS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { createLatencies } from "./latencies.ts";
import { withClient } from "./with-client.ts";

const SHOWN_EACH = 1_000;

/** `perf latency`: from `send` until a consumer has the record. */
export async function perfLatency(topic: string, options: PerfLatencyOptions & GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const { acks, numMessages, recordSize } = options;
    const producer = client.producer({ acks, idempotent: acks === "all" });
    const consumer = client.consumer();
    const latencies = createLatencies();
    try {
      await producer.open([topic]);
      const count = await client.partitionCount(topic);
      const ends = await client.listOffsets(Array.from({ length: count }, (_, partition) => ({ topic, partition, at: "latest" })));
      consumer.assign(ends.map(({ partition, offset }) => ({ topic, partition, offset })));
      for (let index = 0; index < numMessages && !world.interrupt.aborted; index++) {
        const value = new Uint8Array(recordSize).fill(65 + (index % 26));
        const sentMs = world.monotonicMs();
        const stored = await producer.sendAndWait(topic, { value });
        if (!(await isRead(consumer, stored, world))) break;
        const ms = world.monotonicMs() - sentMs;
        latencies.add(ms);
        if (index % SHOWN_EACH === 0 && options.json !== true) await world.write(`${index}\t${ms.toFixed(4)}\n`);
      }
    } finally {
      await consumer.close();
      await producer.close();
    }
    const { avgMs, p50, p99, p999, count } = latencies.summary();
    if (options.json === true) return world.write(jsonLine({ records: count, avgMs, p50, p99, p999 }));
    return world.write(
      `Avg latency: ${avgMs.toFixed(4)} ms\n\nPercentiles: 50th = ${p50.toFixed(3)}, 99th = ${p99.toFixed(3)}, 99.9th = ${p999.toFixed(3)}\n`,
    );
  });
}

/** Waits for this one record: others may write to the topic. False: interrupted. */
async function isRead(
  consumer: Consumer,
  stored: { readonly partition: number; readonly offset: number },
  world: CliWorld,
): Promise<boolean> {
  const untilMs = world.monotonicMs() + PERF_LATENCY_WAIT_MS;
  for (;;) {
    const group = await consumer.poll({ timeoutMs: untilMs - world.monotonicMs(), signal: world.interrupt });
    if (world.interrupt.aborted) return false;
    if (group?.partition === stored.partition && group.nextOffset > stored.offset) return true;
    if (world.monotonicMs() < untilMs) continue;
    throw new AppError({
      kind: "unavailable",
      code: "record-not-read",
      message: "a record that was stored did not come back in time: look at the partition's leader (millrace topic describe)",
      context: { ...stored, waitedMs: PERF_LATENCY_WAIT_MS },
    });
  }
}
