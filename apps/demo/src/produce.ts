import type { Client } from "@millrace/client";
import type { ExpectedDelays } from "./expected.ts";
import { readFlights } from "./flights-file.ts";
import type { Progress } from "./progress.ts";
import { count } from "./show.ts";

export interface ProduceResult {
  readonly recordCount: number;
  readonly payloadBytes: number;
  readonly seconds: number;
}

const CHECK_EVERY_RECORDS = 5_000;

/** Every flight of the file as JSON, keyed by origin, acknowledged by the log; what the job must find is computed from the same rows. */
export async function produceFlights(
  client: Client,
  options: { topic: string; recordCount: number; expected: ExpectedDelays; progress: Progress },
): Promise<ProduceResult> {
  const { topic, recordCount, expected, progress } = options;
  const producer = client.producer({ acks: "all", idempotent: true, lingerMs: 5, batchBytes: 128 * 1024 });
  await producer.open([topic]);
  const encoder = new TextEncoder();
  const keys = new Map<string, Uint8Array>();
  const startMs = performance.now();
  let sent = 0;
  let payloadBytes = 0;
  for await (const flights of readFlights({ recordCount })) {
    for (const flight of flights) {
      let key = keys.get(flight.origin);
      if (key === undefined) keys.set(flight.origin, (key = encoder.encode(flight.origin)));
      const value = encoder.encode(JSON.stringify(flight));
      payloadBytes += value.length;
      expected.add(flight);
      if (!producer.send(topic, { key, value, timestampMs: flight.date.getTime() })) await producer.ready();
      if (++sent % CHECK_EVERY_RECORDS === 0) {
        const seconds = (performance.now() - startMs) / 1_000;
        progress.update(`${count(sent)} flights produced, ${count(sent / seconds)}/s`);
        await new Promise((resolve) => setImmediate(resolve)); // Let batches leave while the file is read.
      }
    }
  }
  await producer.close();
  return { recordCount: sent, payloadBytes, seconds: (performance.now() - startMs) / 1_000 };
}
