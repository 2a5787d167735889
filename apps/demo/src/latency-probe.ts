import type { Client } from "@millrace/client";
import { build } from "hdr-histogram-js";

export interface LatencyResult {
  readonly recordCount: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const RATE_PER_SECOND = 1_000;
const MICROS = 1_000;

/** End to end at a fixed rate: a record counts from the moment it was due, also if it was sent late, to its delivery to a consumer. */
export async function probeLatency(client: Client, options: { topic: string; seconds: number }): Promise<LatencyResult> {
  const { topic, seconds } = options;
  const total = RATE_PER_SECOND * seconds;
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
  const consumer = client.consumer();
  await consumer.assignTopic(topic, "earliest");
  const producer = client.producer({ acks: "all", lingerMs: 0 });
  await producer.open([topic]);
  const received = collect();
  const startMs = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1_000) * RATE_PER_SECOND));
    for (; sent < due; sent++) {
      const value = new Uint8Array(100);
      new DataView(value.buffer).setFloat64(0, startMs + (sent * 1_000) / RATE_PER_SECOND);
      producer.send(topic, { value });
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await received;
  await producer.close();
  await consumer.close();
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / MICROS;
  return { recordCount: total, p50Ms: at(50), p99Ms: at(99), maxMs: histogram.maxValue / MICROS };

  async function collect(): Promise<void> {
    let count = 0;
    for await (const { records } of consumer) {
      for (const { value } of records) {
        if (value === null) continue;
        const dueMs = new DataView(value.buffer, value.byteOffset).getFloat64(0);
        histogram.recordValue(Math.max(1, Math.round((performance.now() - dueMs) * MICROS)));
        count += 1;
      }
      if (count >= total) return;
    }
  }
}
