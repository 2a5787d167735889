import { describe, expect, it } from "@jest/globals";
import { type DeadLetter, timestampMs } from "@millrace/model";
import { planJob } from "@millrace/planner";
import { BatchBuilder, RecordOffsets } from "@millrace/records";
import { TestJob } from "../../test/harness/graph.ts";
import { V8_CODEC } from "../../test/harness/v8-codec.ts";
import { type CallPosition, CallTrail, positionIn } from "./call-trail.ts";
import type { SinkRecord, WorkerRuntime } from "./runtime-types.ts";
import { createWorkerRuntime } from "./worker-runtime.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function recordsOf(values: readonly (string | null)[]): RecordOffsets {
  const builder = new BatchBuilder({ crc32c: () => 0 });
  for (const [index, value] of values.entries())
    builder.append(timestampMs(1_000 + index), encoder.encode(`k${index}`), value === null ? null : encoder.encode(value));
  return new RecordOffsets().decode(builder.build());
}

function runtimeOf(job: TestJob, trail?: CallTrail, workerCount = 1): { readonly runtime: WorkerRuntime; readonly sinks: SinkRecord[] } {
  const sinks: SinkRecord[] = [];
  const runtime = runtimeWithoutBatch(job, { trail, workerCount, sinks });
  runtime.beginBatch({ batch: 1, timeMs: 5_000, watermarks: new Map(), final: false });
  return { runtime, sinks };
}

function runtimeWithoutBatch(
  job: TestJob,
  options: { readonly trail?: CallTrail | undefined; readonly workerCount?: number; readonly sinks?: SinkRecord[] } = {},
): WorkerRuntime {
  const { graph, functions } = job.build();
  const { trail, workerCount = 1, sinks = [] } = options;
  return createWorkerRuntime({
    jobId: "job",
    plan: planJob(graph),
    functions,
    settings: graph.settings,
    layout: {
      workerIndex: 0,
      workerCount,
      slotWorkers: [0, workerCount - 1],
      sourceTasks: [{ source: "in", index: 3, topic: "flights", partition: 3 }],
    },
    codec: V8_CODEC,
    eventTimeAheadMaxMs: Infinity,
    ...(trail === undefined ? {} : { trail }),
    output: { sendBlock: () => undefined, edgeEnd: () => undefined, emitSink: (record) => sinks.push(record), print: () => undefined },
  });
}

function jobOf(onBadRecord: "fail" | "skip" | DeadLetter, f: (value: never) => unknown): TestJob {
  const job = new TestJob({ slotCount: 2 });
  const source = { type: "topic", topic: "flights", value: { format: "json" }, elements: "value", start: "earliest", onBadRecord } as const;
  job.add("in", { kind: "source", source }, []);
  job.add("mapped", { kind: "map" }, ["in"], { f });
  job.add("out", { kind: "sink", sink: { type: "topic", topic: "out", value: { format: "json" } } }, ["mapped"]);
  return job;
}

describe("createWorkerRuntime, with a source that is no topic", () => {
  const source = { type: "connector", connector: "folder", options: {}, splits: 4, promise: "exactly-once" } as const;
  function jobWith(f: (value: never) => unknown): TestJob {
    const job = new TestJob({ slotCount: 2 });
    job.add("in", { kind: "source", source }, []);
    job.add("mapped", { kind: "map" }, ["in"], { f });
    job.add("out", { kind: "sink", sink: { type: "topic", topic: "out", value: { format: "json" } } }, ["mapped"]);
    return job;
  }
  async function finish(runtime: WorkerRuntime): Promise<void> {
    runtime.endSource("in", 3);
    runtime.endSources();
    await runtime.advance();
    runtime.finishBatch();
  }

  it("takes elements with times of their own, or the batch's", async () => {
    const { runtime, sinks } = runtimeOf(jobWith((value: number) => value + 1));
    runtime.pushElements({ source: "in", index: 3, elements: [1, 2], timestampsMs: [10, 20], position: 0 });
    runtime.pushElements({ source: "in", index: 3, elements: [3] });
    await finish(runtime);
    expect(sinks.map(({ value, timestampMs: time }) => [decoder.decode(value ?? undefined), time])).toEqual([
      ["2", 10],
      ["3", 20],
      ["4", 5_000],
    ]);
  });

  it("names the split and the position when user code throws", () => {
    const throwing = (): never => {
      throw new Error("no");
    };
    const { runtime } = runtimeOf(jobWith(throwing));
    expect(() => runtime.pushElements({ source: "in", index: 3, elements: [1], position: 17 })).toThrow(/position=flights-3@17/);
  });

  it("brings what a split remembers back from checkpoints: whole, then what changed", async () => {
    const { runtime } = runtimeOf(jobWith((value: number) => value));
    runtime.sourceMemory("in", 3)?.add("a");
    runtime.sourceMemory("in", 3)?.add("b");
    await finish(runtime);
    const saved = [runtime.snapshotState().flatMap(({ chunks = [] }) => [...chunks])];
    runtime.beginBatch({ batch: 2, timeMs: 6_000, watermarks: new Map(), final: false });
    runtime.sourceMemory("in", 3)?.delete("a");
    runtime.sourceMemory("in", 3)?.add("c");
    await finish(runtime);
    saved.push(runtime.snapshotState().flatMap(({ chunks = [] }) => [...chunks]));
    const other = runtimeWithoutBatch(jobWith((value: number) => value));
    expect(other.stateTasks).toMatchObject([{ operatorId: "in", taskIndex: 3 }]);
    for (const bytes of saved.flat()) other.loadState({ operatorId: "in", taskIndex: 3, bytes });
    other.stateLoaded();
    expect([...(other.sourceMemory("in", 3)?.texts() ?? [])]).toEqual(["b", "c"]);
  });
});

describe("createWorkerRuntime", () => {
  it("reads the offsets of the plan and nothing else, and keeps the records' timestamps", async () => {
    const { runtime, sinks } = runtimeOf(jobOf("fail", (value: number) => value * 2));
    runtime.pushRecords({ source: "in", index: 3, records: recordsOf(["1", "2", "3", "4"]), startOffset: 1, endOffset: 3 });
    runtime.endSource("in", 3);
    expect(runtime.endSources()).toMatchObject({ recordsIn: 2, bytesIn: 6 });
    await runtime.advance();
    expect(runtime.finished).toBe(true);
    expect(sinks.map(({ value, timestampMs: time, slot }) => [decoder.decode(value ?? undefined), time, slot])).toEqual([
      ["4", 1_001, 3],
      ["6", 1_002, 3],
    ]);
    expect(runtime.sinkSlots.get("out")).toEqual([3]);
  });

  it("says which operator failed at which record", () => {
    const job = jobOf("fail", (value: number) => {
      if (value === 3) throw new RangeError("three is too many");
      return value;
    });
    const { runtime } = runtimeOf(job);
    const push = (): void =>
      runtime.pushRecords({ source: "in", index: 3, records: recordsOf(["1", "2", "3"]), startOffset: 0, endOffset: 9 });
    expect(push).toThrow(
      expect.objectContaining({
        code: "user-code-failed",
        reason: expect.stringContaining("RangeError: three is too many"),
        context: expect.objectContaining({ operator: "mapped", function: "f", position: "flights-3@2", batch: 1 }),
      }),
    );
  });

  it("leaves a trail to the user function that runs, and the record it is given, for whoever cannot ask it", () => {
    const trail = new CallTrail();
    const seen: (CallPosition | undefined)[] = [];
    const look = () => seen.push(positionIn(new Uint8Array(trail.memory.slice(0)), trail.names));
    const job = jobOf("fail", (value: number) => {
      look();
      return value;
    });
    const { runtime } = runtimeOf(job, trail);
    runtime.pushRecords({ source: "in", index: 3, records: recordsOf(["1", "2", "3"]), startOffset: 1, endOffset: 9 });
    look();
    const at = { operator: "mapped", kind: "map", name: "mapped", function: "f", batch: 1 };
    expect(seen).toEqual([{ ...at, position: "flights-3@1" }, { ...at, position: "flights-3@2" }, undefined]);
  });

  it("stops at a record that cannot be decoded, or counts and skips it, as the source says", async () => {
    const values = ["1", "{", null, "4"];
    const failing = runtimeOf(jobOf("fail", (value: number) => value)).runtime;
    const push = (runtime: WorkerRuntime): void =>
      runtime.pushRecords({ source: "in", index: 3, records: recordsOf(values), startOffset: 0, endOffset: 9 });
    expect(() => push(failing)).toThrow(
      expect.objectContaining({ code: "bad-record", context: { operator: "in", position: "flights-3@1" } }),
    );

    const { runtime, sinks } = runtimeOf(jobOf("skip", (value: number) => value));
    push(runtime);
    runtime.endSource("in", 3);
    runtime.endSources();
    await runtime.advance();
    expect(runtime.finishBatch()).toMatchObject({ recordsOut: 2, badRecords: 2 });
    expect(sinks).toHaveLength(2);
  });

  it("sends a record that cannot be decoded to the dead letters as it is, with reason and place, under marks of the source", async () => {
    const { runtime, sinks } = runtimeOf(jobOf({ deadLetter: "bad" }, (value: number) => value));
    runtime.pushRecords({ source: "in", index: 3, records: recordsOf(["1", "{", null]), startOffset: 0, endOffset: 9 });
    runtime.endSource("in", 3);
    runtime.endSources();
    await runtime.advance();
    expect(runtime.finishBatch()).toMatchObject({ badRecords: 2 });
    const dead = sinks.filter(({ sink }) => sink === "in");
    expect(dead.map(({ slot, value, timestampMs }) => [slot, value === null ? null : decoder.decode(value), timestampMs])).toEqual([
      [3, "{", 1_001],
      [3, null, 1_002],
    ]);
    const headers = dead[0]?.headers?.map(({ key, value }) => [key, decoder.decode(value)]) ?? [];
    expect(headers.map(([key]) => key)).toEqual(["millrace.error", "millrace.position", "millrace.operator"]);
    expect(headers[0]?.[1]).toContain("JSON");
    expect(headers.slice(1).map(([, value]) => value)).toEqual(["flights-3@1", "in"]);
    expect(runtime.sinkSlots.get("in")).toEqual([3]);
  });

  it("waits for every worker's edge end, and refuses when blocks are missing", async () => {
    const job = new TestJob({ slotCount: 2 });
    job.source("in");
    job.add("sums", { kind: "reduceByKey" }, ["in"], { f: (a: number, b: number) => a + b });
    job.add("out", { kind: "sink", sink: { type: "topic", topic: "out", value: { format: "json" } } }, ["sums"]);
    const { runtime } = runtimeOf(job, undefined, 2);
    runtime.endSource("in", 3);
    runtime.endSources();
    await runtime.advance();
    expect(runtime.finished).toBe(false);
    expect(() => runtime.receiveEdgeEnd({ batch: 1, edge: 0, fromWorker: 1, blockCount: 1 })).toThrow(
      expect.objectContaining({ code: "corrupt-shuffle-block" }),
    );
  });

  it("keeps blocks of the next batch until it begins", async () => {
    const job = new TestJob({ slotCount: 2 });
    job.source("in");
    job.add("sums", { kind: "reduceByKey" }, ["in"], { f: (a: number, b: number) => a + b });
    job.add("out", { kind: "sink", sink: { type: "topic", topic: "out", value: { format: "json" } } }, ["sums"]);
    const { runtime, sinks } = runtimeOf(job, undefined, 2);
    const payload = V8_CODEC.encode([["a", "a"], [1, 2], []]);
    runtime.receiveBlock({ batch: 2, edge: 0, fromTask: 0, toSlot: 0, recordCount: 2, payload });
    runtime.receiveEdgeEnd({ batch: 2, edge: 0, fromWorker: 1, blockCount: 1 });
    runtime.receiveEdgeEnd({ batch: 1, edge: 0, fromWorker: 1, blockCount: 0 });
    for (const batch of [1, 2]) {
      if (batch === 2) runtime.beginBatch({ batch, timeMs: 6_000, watermarks: new Map(), final: false });
      runtime.endSource("in", 3);
      runtime.endSources();
      await runtime.advance();
      expect(runtime.finished).toBe(true);
    }
    expect(sinks.map(({ value }) => decoder.decode(value ?? undefined))).toEqual(['["a",3]']);
  });
});
