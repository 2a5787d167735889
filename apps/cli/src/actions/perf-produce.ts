import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Delivery } from "@millrace/client";
import type { AppError } from "@millrace/model";
import type { PerfProduceOptions } from "../commands/perf.ts";
import { PERF_PAYLOADS, PERF_REPORT_MS, PERF_TURN_RECORDS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { createLatencies, type Latencies, type LatencySummary } from "./latencies.ts";
import { withClient } from "./with-client.ts";

const MIB = 1_048_576;

/** `perf produce` */
export async function perfProduce(topic: string, options: PerfProduceOptions & GlobalOptions, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const { acks, compression, batchSize, lingerMs, recordSize } = options;
    const producer = client.producer({ acks, compression, batchBytes: batchSize, lingerMs, idempotent: acks === "all" });
    const report = new Report(options, world);
    let failure: AppError | undefined;
    producer.onDelivery((delivery) => {
      failure ??= delivery.error;
      if (delivery.error === undefined) report.delivered(delivery);
    });
    await producer.open([topic]);
    const payloads = Array.from({ length: PERF_PAYLOADS }, () => randomBytes(recordSize));
    report.start();
    for (let sent = 0; sent < options.numRecords && failure === undefined && !world.interrupt.aborted; sent++) {
      if (!producer.send(topic, { value: payloads[sent % PERF_PAYLOADS] ?? null })) await producer.ready();
      if (sent % PERF_TURN_RECORDS === 0) await nextTurn(); // answers are read, and shown in time
      const aheadMs = options.throughput === 0 ? 0 : (sent / options.throughput) * 1_000 - report.elapsedMs;
      if (aheadMs > 1) await sleep(aheadMs, undefined, { signal: world.interrupt }).catch(() => undefined);
    }
    await producer.flush();
    await producer.close();
    await report.finish();
  });
}

/** Upper-case letters, as Kafka's tool has them: they compress a little, like real data. */
function randomBytes(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, () => 65 + Math.floor(Math.random() * 26));
}

/** Lines as kafka-producer-perf-test prints them. */
class Report {
  readonly #options: PerfProduceOptions & GlobalOptions;
  readonly #world: CliWorld;
  readonly #total = createLatencies();
  #window = createLatencies();
  #windowStartMs = 0;
  #startMs = 0;

  constructor(options: PerfProduceOptions & GlobalOptions, world: CliWorld) {
    this.#options = options;
    this.#world = world;
  }

  get elapsedMs(): number {
    return this.#world.monotonicMs() - this.#startMs;
  }

  start(): void {
    this.#startMs = this.#windowStartMs = this.#world.monotonicMs();
  }

  delivered({ recordCount, sentAtMs }: Delivery): void {
    const nowMs = this.#world.monotonicMs();
    for (const latencies of [this.#total, this.#window]) latencies.add(nowMs - sentAtMs, recordCount);
    const windowMs = nowMs - this.#windowStartMs;
    if (windowMs < PERF_REPORT_MS) return;
    if (this.#options.json !== true) void this.#world.write(`${this.#rates(this.#window, windowMs).text} ms max latency.\n`);
    this.#window = createLatencies();
    this.#windowStartMs = nowMs;
  }

  finish(): Promise<void> {
    const { text, records, perSecond, mbPerSecond, latencies } = this.#rates(this.#total, this.elapsedMs);
    const { avgMs, maxMs, p50, p95, p99, p999 } = latencies;
    if (this.#options.json === true)
      return this.#world.write(jsonLine({ records, perSecond, mbPerSecond, avgMs, maxMs, p50, p95, p99, p999 }));
    const tail = [p50, p95, p99, p999].map((ms) => ms.toFixed(ms < 10 ? 1 : 0));
    return this.#world.write(
      `${text} ms max latency, ${tail[0] ?? ""} ms 50th, ${tail[1] ?? ""} ms 95th, ${tail[2] ?? ""} ms 99th, ${tail[3] ?? ""} ms 99.9th.\n`,
    );
  }

  #rates(
    from: Latencies,
    ms: number,
  ): { text: string; records: number; perSecond: number; mbPerSecond: number; latencies: LatencySummary } {
    const latencies = from.summary();
    const records = latencies.count;
    const perSecond = records / Math.max(ms / 1_000, 0.001);
    const mbPerSecond = (perSecond * this.#options.recordSize) / MIB;
    const rate = `${perSecond.toFixed(1)} records/sec (${mbPerSecond.toFixed(2)} MB/sec)`;
    const text = `${records} records sent, ${rate}, ${latencies.avgMs.toFixed(2)} ms avg latency, ${latencies.maxMs.toFixed(2)}`;
    return { text, records, perSecond, mbPerSecond, latencies };
  }
}
