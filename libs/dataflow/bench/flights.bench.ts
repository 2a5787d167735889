import { deserialize, serialize } from "node:v8";
import { type SerdeDescriptor, timestampMs } from "@millrace/model";
import { planJob } from "@millrace/planner";
import { BatchBuilder, RecordOffsets } from "@millrace/records";
import { createWorkerRuntime } from "../src/index.ts";
import { TestJob } from "../test/harness/graph.ts";

// Flights as JSON through tumbling hourly windows per origin, one worker, from batch bytes to sink records: `npm run bench -- --micro --only flights`.
const RECORDS = 200_000;
const RECORDS_PER_BATCH = 50_000; // of the job
const RECORDS_PER_RECORD_BATCH = 2_000;
const HOUR = 3_600_000;

interface Stats {
  flights: number;
  delay: number;
  late: number;
}

const withFields: SerdeDescriptor = {
  format: "json",
  fields: { date: "timestamp", delay: "int", distance: "int", origin: "string", destination: "string" },
};

function flight(index: number): string {
  const date = new Date(978_307_260_000 + index * 5_200).toISOString();
  const airport = (seed: number): string => String.fromCharCode(65 + (seed % 23), 65 + ((seed * 7) % 19), 65 + (seed % 11));
  return JSON.stringify({
    date,
    delay: ((index * 37) % 200) - 20,
    distance: (index * 131) % 2_500,
    origin: airport(index % 229),
    destination: airport((index * 3) % 229),
  });
}

function recordBatches(): Uint8Array[] {
  const builder = new BatchBuilder({ crc32c: () => 0 });
  const encoder = new TextEncoder();
  const batches: Uint8Array[] = [];
  for (let index = 0; index < RECORDS; index++) {
    builder.append(timestampMs(1_000_000 + index), null, encoder.encode(flight(index)));
    if (builder.recordCount === RECORDS_PER_RECORD_BATCH) batches.push(builder.build());
  }
  return batches;
}

async function run(serde: SerdeDescriptor, sliding: boolean): Promise<number> {
  const job = new TestJob();
  const source = { type: "topic", topic: "flights", value: serde, elements: "value", start: "earliest", onBadRecord: "fail" } as const;
  job.add("flights", { kind: "source", source }, []);
  const timeOf =
    serde.format === "json" && serde.fields !== undefined ? (f: { date: number }) => f.date : (f: { date: string }) => Date.parse(f.date);
  job.add("time", { kind: "eventTime", delayMs: HOUR / 2, idleAfterMs: 1_000 }, ["flights"], { time: timeOf });
  job.add("pairs", { kind: "map" }, ["time"], { f: (f: { origin: string; delay: number }) => [f.origin, f.delay] });
  const functions = {
    init: (): Stats => ({ flights: 0, delay: 0, late: 0 }),
    add: (s: Stats, delay: number): Stats => {
      s.flights++;
      s.delay += delay;
      if (delay > 15) s.late++;
      return s;
    },
    merge: (a: Stats, b: Stats): Stats => ({ flights: a.flights + b.flights, delay: a.delay + b.delay, late: a.late + b.late }),
    result: (s: Stats) => ({ flights: s.flights, mean: s.delay / s.flights, late: s.late / s.flights }),
  };
  const sink = { type: "topic", topic: "out", value: { format: "json" } } as const;
  job.add("hourly", { kind: "aggregateByTimeWindow", window: { sizeMs: HOUR, slideMs: HOUR, offsetMs: 0 } }, ["pairs"], functions);
  job.add("sink", { kind: "sink", sink }, ["hourly"]);
  if (sliding) {
    job.add("daily", { kind: "aggregateByTimeWindow", window: { sizeMs: 24 * HOUR, slideMs: HOUR, offsetMs: 0 } }, ["pairs"], functions);
    job.add("sink-daily", { kind: "sink", sink }, ["daily"]);
  }
  const { graph, functions: jobFunctions } = job.build();
  let out = 0;
  const runtime = createWorkerRuntime({
    jobId: "bench",
    plan: planJob(graph),
    functions: jobFunctions,
    settings: graph.settings,
    layout: {
      workerIndex: 0,
      workerCount: 1,
      slotWorkers: new Array<number>(8).fill(0),
      sourceTasks: [{ source: "flights", index: 0, topic: "flights", partition: 0 }],
    },
    codec: { encode: (value) => serialize(value), decode: (bytes) => deserialize(bytes) as unknown },
    eventTimeAheadMaxMs: Infinity,
    output: { sendBlock: () => undefined, edgeEnd: () => undefined, emitSink: () => out++, print: () => undefined },
  });
  const records = new RecordOffsets();
  let maxMs: number | undefined;
  let wm: number | undefined;
  const perBatch = RECORDS_PER_BATCH / RECORDS_PER_RECORD_BATCH;
  for (let batch = 1; (batch - 1) * perBatch < batches.length; batch++) {
    const late = wm;
    if (maxMs !== undefined) wm = maxMs - HOUR / 2;
    runtime.beginBatch({
      batch,
      timeMs: 2_000_000_000_000 + batch * 1_000,
      watermarks: new Map([["time", { lateMs: late, evictMs: wm }]]),
      final: false,
    });
    for (const bytes of batches.slice((batch - 1) * perBatch, batch * perBatch)) {
      runtime.pushRecords({ source: "flights", index: 0, records: records.decode(bytes), startOffset: 0, endOffset: Infinity });
    }
    runtime.endSource("flights", 0);
    maxMs = runtime.endSources().eventTimes[0]?.maxMs ?? maxMs;
    await runtime.advance();
    runtime.finishBatch();
  }
  return out;
}

const batches = recordBatches();
const ofRecords = { unit: "records", units: RECORDS };

export const cases = [
  { name: "flights: hourly windows, fields", ...ofRecords, run: () => run(withFields, false) },
  { name: "flights: hourly + 24 h sliding windows, fields", ...ofRecords, run: () => run(withFields, true) },
  { name: "flights: hourly windows, whole JSON", ...ofRecords, run: () => run({ format: "json" }, false) },
];
