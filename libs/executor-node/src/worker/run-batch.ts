import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, committedBatches, type FetchedChunk } from "@millrace/client";
import type { BatchPlan, SourcePartitionOwner, SourceRange, WorkerReportSchema } from "@millrace/contracts";
import type { BatchResult, WorkerRuntime } from "@millrace/dataflow";
import type { Clock } from "@millrace/ports";
import { type CompressionCodecs, type Crc32c, RecordOffsets } from "@millrace/records";
import { RANGE_PREFETCH_BYTES } from "../limits.ts";
import type { BatchOutput, OutputTarget } from "./batch-output.ts";
import { StageClock } from "./stage-clock.ts";
import type { BatchTrace } from "./batch-trace.ts";
import type { CheckpointWriter } from "./checkpoint-writer.ts";
import type { ShuffleIdentity } from "./shuffle-server.ts";
import type { Signal } from "./signal.ts";
import type { StreamSources } from "./stream-sources.ts";

/** What a worker has open between batches. */
export interface BatchContext {
  readonly client: Client;
  readonly clock: Clock;
  readonly crc32c: Crc32c;
  readonly compression: CompressionCodecs;
  readonly identity: ShuffleIdentity;
  readonly runtime: WorkerRuntime;
  readonly arrived: Signal;
  /** This worker's source partitions. */
  readonly sources: readonly SourcePartitionOwner[];
  /** Those of them that are of no topic. */
  readonly streamSources: StreamSources;
  readonly target: OutputTarget;
  readonly checkpoints: CheckpointWriter;
}

interface BatchRun {
  readonly plan: BatchPlan;
  readonly checkpoint: boolean;
  /** Its records are read already (continuous mode): least timestamp of their batches, Infinity without any. Absent: they are read now. */
  readonly oldestMs?: number;
  readonly output: BatchOutput;
  /** Resolves when the plan is stored; undefined when it is. Nothing is committed before. */
  readonly recorded: () => Promise<void> | undefined;
  /** Resolves when peers and output have room; undefined when they have now. */
  readonly ready: () => Promise<void> | undefined;
  readonly trace: BatchTrace;
  /** Bytes of blocks sent to other workers since the last call. */
  readonly takeShuffleBytes: () => number;
  report(report: MessageInitShape<typeof WorkerReportSchema>["report"] & object): Promise<void>;
}

/** One batch, from its recorded plan to its committed output: read, map, shuffle, reduce, save state, commit, tell. */
export async function runBatch(run: BatchRun, context: BatchContext): Promise<void> {
  const { plan, output } = run;
  const { runtime } = context;
  runtime.beginBatch({
    batch: Number(plan.batch),
    timeMs: Number(plan.timeMs),
    watermarks: new Map(plan.watermarks.map((step) => [step.operatorId, { lateMs: step.lateMs, evictMs: step.evictMs }])),
    final: plan.final,
  });
  const clock = new StageClock(context.clock);
  const oldestMs = run.oldestMs ?? (await clock.time("map", () => readSources(run, context)));
  for (const { source, index } of context.sources) runtime.endSource(source, index);
  const mapped = runtime.endSources();
  const eventTimes = mapped.eventTimes.map(({ operatorId, source, index, maxMs }) => ({ operatorId, source, index, maxMs }));
  const counts = { recordsIn: BigInt(mapped.recordsIn), bytesIn: BigInt(mapped.bytesIn) };
  await run.report({ case: "mapDone", value: { batch: plan.batch, eventTimes, ...counts } });
  const { trace } = run;
  if (!runtime.finished) {
    const startMs = context.clock.wallMs();
    await untilFinished(context, clock);
    trace.did("reduce", startMs);
  }
  const result = runtime.finishBatch();
  const saved = run.checkpoint
    ? await clock.time("checkpoint", () => trace.step("checkpoint", () => context.checkpoints.save(Number(plan.batch))))
    : { parts: [], marksEndOffset: 0n };
  output.prepare();
  const recorded = run.recorded();
  if (recorded !== undefined) await clock.time("plan", () => recorded);
  await clock.time("sink", () => trace.step("sink", () => output.commit()));
  const value = {
    batch: plan.batch,
    ...saved,
    ...figures(result, output),
    stages: clock.stages(),
    shuffleBytes: BigInt(run.takeShuffleBytes()),
    ...(oldestMs === Infinity ? {} : { oldestTimestampMs: BigInt(oldestMs) }),
  };
  await run.report({ case: "batchDone", value });
}

/** All own ranges, each fetched ahead while an earlier one is worked on; processed in order of source task. Resolves with the least timestamp of the first records of batches. */
async function readSources(run: BatchRun, context: BatchContext): Promise<number> {
  const { plan, ready } = run;
  const { runtime, sources, client } = context;
  const own = plan.ranges.flatMap((range) => {
    if (context.streamSources.owns(range)) return [];
    const source = sources.find((candidate) => candidate.source === range.source && candidate.index === range.index);
    return source === undefined ? [] : [{ range, source }];
  });
  const reads = own.map(({ range, source }) => ({ range, source, chunks: startReading(client, source, range) }));
  const records = new RecordOffsets();
  let oldestMs = Infinity;
  for (const { range, source, chunks } of reads) {
    const startOffset = Number(range.startOffset);
    const endOffset = Number(range.endOffset);
    let askedMs = context.clock.wallMs();
    for (let next = await chunks.first; next.done !== true; next = await chunks.iterator.next()) {
      for (const batch of committedBatches(next.value)) {
        records.decode(batch, { codecs: context.compression });
        run.trace.sawRecords(source, records, askedMs);
        oldestMs = Math.min(oldestMs, records.timestamps[0] ?? Infinity);
        runtime.pushRecords({ source: range.source, index: range.index, records, startOffset, endOffset });
      }
      await ready();
      askedMs = context.clock.wallMs();
      if (context.arrived.failure !== undefined) throw context.arrived.failure;
    }
  }
  await readStreamSources(run, context);
  return oldestMs;
}

/** The same of sources that are no topics. */
async function readStreamSources({ plan, ready }: BatchRun, { streamSources, runtime, arrived }: BatchContext): Promise<void> {
  for (const range of plan.ranges) {
    if (!streamSources.owns(range)) continue;
    const { source, index } = range;
    for await (const { elements, timestampsMs, position } of streamSources.read(range)) {
      runtime.pushElements({ source, index, elements, timestampsMs, position });
      await ready();
      if (arrived.failure !== undefined) throw arrived.failure;
    }
  }
}

interface Reading {
  readonly iterator: AsyncIterator<FetchedChunk>;
  readonly first: Promise<IteratorResult<FetchedChunk>>;
}

/** The first chunk is asked for at once, so that all leaders work at the same time. */
function startReading(client: Client, source: SourcePartitionOwner, range: SourceRange): Reading {
  const { topic, partition } = source;
  const chunks = client.fetchRange(
    { topic, partition, startOffset: Number(range.startOffset), endOffset: Number(range.endOffset) },
    { isolation: "committed", prefetchBytes: RANGE_PREFETCH_BYTES },
  );
  const iterator = chunks[Symbol.asyncIterator]();
  const first = iterator.next();
  first.catch(() => undefined); // Thrown where it is awaited.
  return { iterator, first };
}

/** Keyed stages run as soon as all their blocks are there. */
async function untilFinished({ runtime, arrived }: BatchContext, clock: StageClock): Promise<void> {
  for (;;) {
    await clock.time("reduce", () => runtime.advance());
    if (runtime.finished) return;
    await clock.time("shuffle", () => arrived.wait());
  }
}

function figures(result: BatchResult, output: BatchOutput) {
  return {
    recordsOut: BigInt(output.recordCount),
    lateRecords: BigInt(result.lateRecords),
    statePending: result.statePending,
    metrics: result.operators.map((operator) => ({
      operatorId: operator.operatorId,
      recordsIn: BigInt(operator.recordsIn),
      recordsOut: BigInt(operator.recordsOut),
      lateRecords: BigInt(operator.lateRecords),
      stateKeys: BigInt(operator.stateKeys),
    })),
  };
}
