import { deserialize, serialize } from "node:v8";
import { timestampMs } from "@millrace/model";
import { planJob } from "@millrace/planner";
import { BatchBuilder, RecordOffsets } from "@millrace/records";
import { createWorkerRuntime } from "../src/index.ts";
import { TestJob } from "../test/harness/graph.ts";

// Words of lines counted in windows of 10 s, many results, from batch bytes to encoded sink records. One worker: shuffles stay in memory. `npm run bench -- --micro --only words`.
const LINES = 100_000;
const LINES_PER_BATCH = 50_000; // of the job
const LINES_PER_RECORD_BATCH = 2_000;
const PARTITIONS = 6;
const WORDS_PER_LINE = 8;
const VOCABULARY = 10_000;
const WINDOW_MS = 10_000;
const START_MS = 978_307_200_000;

function uniform(index: number): number {
  let x = Math.imul(index + 1, 0x9e3779b9);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

function line(k: number): string {
  return Array.from({ length: WORDS_PER_LINE }, (_, i) => `w${Math.floor(VOCABULARY ** uniform(k * WORDS_PER_LINE + i))}`).join(" ");
}

/** Record batches of a batch of the job, by partition. */
function jobBatch(start: number): Uint8Array[][] {
  const encoder = new TextEncoder();
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    const builder = new BatchBuilder({ crc32c: () => 0 });
    const batches: Uint8Array[] = [];
    for (let k = start + partition; k < Math.min(start + LINES_PER_BATCH, LINES); k += PARTITIONS) {
      builder.append(timestampMs(START_MS + k), null, encoder.encode(line(k)));
      if (builder.recordCount === LINES_PER_RECORD_BATCH) batches.push(builder.build());
    }
    if (builder.recordCount > 0) batches.push(builder.build());
    return batches;
  });
}

async function run(): Promise<number> {
  const job = new TestJob();
  const source = {
    type: "topic",
    topic: "lines",
    value: { format: "string" },
    elements: "record",
    start: "earliest",
    onBadRecord: "fail",
  } as const;
  job.add("lines", { kind: "source", source }, []);
  job.add("time", { kind: "eventTime", delayMs: 0, idleAfterMs: 60_000 }, ["lines"], { time: (l: { timestamp: number }) => l.timestamp });
  job.add("words", { kind: "flatMap" }, ["time"], { f: (l: { value: string }) => l.value.split(" ") });
  job.add("pairs", { kind: "map" }, ["words"], { f: (word: string) => [word, 1] });
  const window = { sizeMs: WINDOW_MS, slideMs: WINDOW_MS, offsetMs: 0 };
  job.add("counts", { kind: "aggregateByTimeWindow", window }, ["pairs"], {
    init: () => 0,
    add: (n: number) => n + 1,
    merge: (left: number, right: number) => left + right,
  });
  const sink = { type: "topic", topic: "out", key: { format: "string" }, value: { format: "string" } } as const;
  job.add("sink", { kind: "sink", sink }, ["counts"], {
    key: (r: { key: string; window: { start: number } }) => `${r.key}@${r.window.start}`,
    value: (r: { value: number }) => String(r.value),
  });
  const { graph, functions } = job.build();
  let out = 0;
  const runtime = createWorkerRuntime({
    jobId: "bench",
    plan: planJob(graph),
    functions,
    settings: graph.settings,
    layout: {
      workerIndex: 0,
      workerCount: 1,
      slotWorkers: new Array<number>(8).fill(0),
      sourceTasks: Array.from({ length: PARTITIONS }, (_, partition) => ({ source: "lines", index: partition, topic: "lines", partition })),
    },
    codec: { encode: (value) => serialize(value), decode: (bytes) => deserialize(bytes) as unknown },
    eventTimeAheadMaxMs: Infinity,
    output: { sendBlock: () => undefined, edgeEnd: () => undefined, emitSink: () => out++, print: () => undefined },
  });
  const records = new RecordOffsets();
  let late: number | undefined;
  for (const [index, partitions] of batches.entries()) {
    const final = index === batches.length - 1;
    const until = final ? Infinity : START_MS + (index + 1) * LINES_PER_BATCH - 1;
    runtime.beginBatch({
      batch: index + 1,
      timeMs: 2_000_000_000_000 + index * 1_000,
      watermarks: new Map([["time", { lateMs: late, evictMs: until }]]),
      final,
    });
    late = until;
    for (const [partition, all] of partitions.entries()) {
      for (const bytes of all)
        runtime.pushRecords({ source: "lines", index: partition, records: records.decode(bytes), startOffset: 0, endOffset: Infinity });
      runtime.endSource("lines", partition);
    }
    runtime.endSources();
    await runtime.advance();
    runtime.finishBatch();
  }
  return out;
}

const batches = Array.from({ length: Math.ceil(LINES / LINES_PER_BATCH) }, (_, index) => jobBatch(index * LINES_PER_BATCH));

export const cases = [{ name: "words: windows of 10 s, many results", unit: "lines", units: LINES, run }];
