import type { JobDefinition } from "@millrace/model";
import {
  type EventTimeOperator,
  eventTimeOperatorsOf,
  nextWatermarks,
  planJob,
  type TrackedPartition,
  trackEventTimes,
  type WatermarkStep,
} from "@millrace/planner";
import type { ValueFormats } from "@millrace/ports";
import { createWorkerRuntime, type SinkRecord, type WorkerRuntime } from "@millrace/dataflow";

/** Elements of a partition: a list, or lists that are read one after the other. */
export type LocalPartition = readonly unknown[] | AsyncIterable<readonly unknown[]>;

/** Elements of one batch: by source operator, then partition. */
export type LocalInput = ReadonlyMap<string, readonly LocalPartition[]>;

/** What a batch gave. */
export interface LocalOutput {
  readonly records: readonly SinkRecord[];
  readonly printed: readonly string[];
}

/** Blocks never leave the only worker, and state is never saved: nothing becomes bytes. */
const NO_CODEC = {
  encode: (): never => {
    throw new Error("a local run keeps values as they are");
  },
  decode: (): never => {
    throw new Error("a local run keeps values as they are");
  },
};

/** Values of formats that need a library stay as they are: empty bytes stand for them. */
const valueOfBytes = new WeakMap<Uint8Array, unknown>();

export const LOCAL_FORMATS: ValueFormats = {
  open: () => ({
    decode: (bytes) => valueOfBytes.get(bytes),
    encode(value) {
      const bytes = new Uint8Array(0);
      valueOfBytes.set(bytes, value);
      return bytes;
    },
  }),
};

/** The runtime of workers with one worker, in this process, batch after batch: the same plan, operators and watermarks as on a cluster. */
export class LocalRuntime {
  readonly #definition: JobDefinition;
  readonly #runtime: WorkerRuntime;
  readonly #eventTimes: readonly EventTimeOperator[];
  readonly #partitions: ReadonlyMap<string, number>;
  #tracked: TrackedPartition[];
  #watermarks: readonly WatermarkStep[] = [];
  #records: SinkRecord[] = [];
  #printed: string[] = [];
  #batch = 0;
  #timeMs: number;

  constructor(
    definition: JobDefinition,
    options: { readonly partitions: ReadonlyMap<string, number>; readonly zeroTimeMs: number; readonly formats?: ValueFormats },
  ) {
    this.#definition = definition;
    this.#partitions = options.partitions;
    this.#timeMs = options.zeroTimeMs;
    const { slotCount, batchIntervalMs, watermarks } = definition.graph.settings;
    this.#eventTimes = eventTimeOperatorsOf(definition.graph);
    this.#runtime = createWorkerRuntime({
      jobId: definition.graph.name,
      plan: planJob(definition.graph),
      functions: definition.functions,
      settings: { batchIntervalMs, ...(watermarks === undefined ? {} : { watermarks }) },
      layout: { workerIndex: 0, workerCount: 1, slotWorkers: Array.from({ length: slotCount }, () => 0), sourceTasks: this.#sourceTasks() },
      codec: NO_CODEC,
      formats: options.formats ?? LOCAL_FORMATS,
      eventTimeAheadMaxMs: Infinity,
      output: {
        sendBlock: () => undefined,
        edgeEnd: () => undefined,
        emitSink: (record) => void this.#records.push(record),
        print: (line) => void this.#printed.push(line),
      },
    });
    this.#tracked = this.#eventTimes.flatMap((operator) =>
      this.#sourceTasks()
        .filter(({ source }) => operator.sources.includes(source))
        .map(({ source, index }) => ({ operatorId: operator.id, source, index, maxMs: undefined, seenAtMs: options.zeroTimeMs })),
    );
  }

  /** Time of the last batch; the zero time before the first. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /** One batch, one interval later. `final`: input ends with it, and every window closes. */
  async runBatch(input: LocalInput, options: { readonly final: boolean }): Promise<LocalOutput> {
    this.#records = [];
    this.#printed = [];
    const timeMs = this.#timeMs + this.#definition.graph.settings.batchIntervalMs;
    const watermarks = this.#watermarksAt(timeMs, options.final);
    this.#runtime.beginBatch({
      batch: ++this.#batch,
      timeMs,
      final: options.final,
      watermarks: new Map(watermarks.map(({ operatorId, lateMs, evictMs }) => [operatorId, { lateMs, evictMs }])),
    });
    for (const { source, index } of this.#sourceTasks()) {
      const partition = input.get(source)?.[index] ?? [];
      if (!(Symbol.asyncIterator in partition)) this.#runtime.pushElements({ source, index, elements: partition });
      else for await (const elements of partition) this.#runtime.pushElements({ source, index, elements });
      this.#runtime.endSource(source, index);
    }
    const { eventTimes } = this.#runtime.endSources();
    await this.#runtime.advance();
    this.#runtime.finishBatch();
    this.#tracked = trackEventTimes(this.#tracked, eventTimes, timeMs);
    this.#watermarks = watermarks;
    this.#timeMs = timeMs;
    return { records: this.#records, printed: this.#printed };
  }

  #watermarksAt(batchTimeMs: number, final: boolean): WatermarkStep[] {
    const { watermarks: settings } = this.#definition.graph.settings;
    return nextWatermarks(this.#eventTimes, this.#tracked, {
      batchTimeMs,
      lastBatchMs: this.#timeMs,
      last: this.#watermarks,
      exhausted: () => false,
      final,
      settings,
    });
  }

  #sourceTasks() {
    return [...this.#partitions].flatMap(([source, count]) =>
      Array.from({ length: count }, (_, index) => ({ source, index, topic: source, partition: index })),
    );
  }
}
