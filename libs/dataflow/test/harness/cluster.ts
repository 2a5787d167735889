import type { JobDefinition } from "@millrace/model";
import { planJob } from "@millrace/planner";
import {
  type BatchResult,
  createWorkerRuntime,
  type IncomingBlock,
  type MapResult,
  type RuntimeBatch,
  type SinkRecord,
  type SourceTask,
  type WorkerRuntime,
} from "../../src/index.ts";
import { MemoryStateStore } from "@millrace/testkit";
import { V8_CODEC } from "./v8-codec.ts";

type EdgeEnd = Parameters<WorkerRuntime["receiveEdgeEnd"]>[0];
type Message = { readonly from: number; readonly to: number } & ({ readonly block: IncomingBlock } | { readonly end: EdgeEnd });

/** Elements of one batch by source, then task. */
export type BatchInput = ReadonlyMap<string, readonly (readonly unknown[])[]>;

export interface BatchOutcome {
  readonly maps: readonly MapResult[];
  readonly results: readonly BatchResult[];
  readonly sinks: readonly SinkRecord[];
}

/** A state part as checkpoints have it: one that is whole and those after it that say what changed. */
export interface SavedPart {
  readonly operatorId: string;
  readonly taskIndex: number;
  readonly chunks: readonly Uint8Array[];
}

/** State parts by operator and task. */
export type Snapshot = ReadonlyMap<string, SavedPart>;

/**
 * Several workers of one job in one thread. Messages between them are delivered one at a time, in an order that `pick` chooses among the senders: only
 * what one worker sends to another stays in order, as over a connection.
 */
export class TestCluster {
  readonly workers: readonly WorkerRuntime[];
  readonly printed: string[] = [];
  readonly #sourceTasks: readonly (SourceTask & { readonly worker: number })[];
  readonly #parts = new Map<string, SavedPart>();
  readonly #pick: (count: number) => number;
  readonly #continuous: boolean;
  #messages: Message[] = [];
  #sinks: SinkRecord[] = [];

  constructor(options: {
    readonly job: JobDefinition;
    readonly workerCount: number;
    readonly tasksOfSource: ReadonlyMap<string, number>;
    readonly pick?: (count: number) => number;
    readonly snapshot?: Snapshot;
    /** Memory budget of each worker; the rest goes to a store. Absent: all in memory. */
    readonly budgetBytes?: number;
    /** As in continuous mode: elements come one by one, in any order of the sources, before the plan of their batch does. */
    readonly continuous?: boolean;
  }) {
    const { job, workerCount } = options;
    const plan = planJob(job.graph);
    const { slotCount, batchIntervalMs } = job.graph.settings;
    this.#pick = options.pick ?? (() => 0);
    this.#continuous = options.continuous ?? false;
    let next = 0;
    this.#sourceTasks = Array.from(options.tasksOfSource).flatMap(([source, count]) =>
      Array.from({ length: count }, (_, index) => ({ source, index, topic: source, partition: index, worker: next++ % workerCount })),
    );
    const slotWorkers = Array.from({ length: slotCount }, (_, slot) => Math.floor((slot * workerCount) / slotCount));
    this.workers = Array.from({ length: workerCount }, (_, workerIndex) =>
      createWorkerRuntime({
        jobId: "job",
        plan,
        functions: job.functions,
        settings: { batchIntervalMs },
        layout: { workerIndex, workerCount, slotWorkers, sourceTasks: this.#sourceTasks.filter(({ worker }) => worker === workerIndex) },
        codec: V8_CODEC,
        ...(options.budgetBytes === undefined ? {} : { spill: { store: new MemoryStateStore(), budgetBytes: options.budgetBytes } }),
        eventTimeAheadMaxMs: Infinity,
        output: {
          sendBlock: ({ toWorker, ...block }) => this.#messages.push({ from: workerIndex, to: toWorker, block }),
          edgeEnd: ({ toWorker, ...end }) =>
            this.#messages.push({ from: workerIndex, to: toWorker, end: { ...end, fromWorker: workerIndex } }),
          emitSink: (record) => this.#sinks.push(record),
          print: (text) => this.printed.push(text),
        },
      }),
    );
    for (const part of options.snapshot?.values() ?? []) {
      this.#parts.set(`${part.operatorId}/${part.taskIndex}`, part);
      for (const worker of this.workers) for (const bytes of part.chunks) worker.loadState({ ...part, bytes });
    }
    for (const worker of this.workers) worker.stateLoaded();
  }

  /** Runs a batch up to its `steps`-th message between workers, as one that is cut off by a crash; this cluster must not be used again. */
  async crashIn(batch: RuntimeBatch, input: BatchInput, steps: number): Promise<void> {
    await this.#mapAll(batch, input);
    await Promise.all(this.workers.map((worker) => worker.advance()));
    for (let step = 0; step < steps && this.#messages.length > 0; step++) await this.#deliver();
  }

  async runBatch(batch: RuntimeBatch, input: BatchInput): Promise<BatchOutcome> {
    this.#sinks = [];
    const maps = await this.#mapAll(batch, input);
    await Promise.all(this.workers.map((worker) => worker.advance()));
    while (this.#messages.length > 0) await this.#deliver();
    return { maps, results: this.workers.map((worker) => worker.finishBatch()), sinks: this.#sinks };
  }

  async #deliver(): Promise<void> {
    const message = this.#takeMessage();
    const worker = this.workers[message.to];
    if (worker === undefined) throw new Error("no such worker");
    if ("block" in message) worker.receiveBlock(message.block);
    else worker.receiveEdgeEnd(message.end);
    await worker.advance();
  }

  /** All state after the last batch; what changed since the last call alone is read, unless `full`. */
  snapshot(full = false): Snapshot {
    for (const worker of this.workers) {
      for (const { operatorId, taskIndex, isFull, chunks } of worker.snapshotState(() => full)) {
        if (chunks === undefined) continue;
        const name = `${operatorId}/${taskIndex}`;
        const before = isFull ? [] : (this.#parts.get(name)?.chunks ?? []);
        this.#parts.set(name, { operatorId, taskIndex, chunks: [...before, ...chunks] });
      }
    }
    return new Map(this.#parts);
  }

  async #mapAll(batch: RuntimeBatch, input: BatchInput): Promise<readonly MapResult[]> {
    if (this.#continuous) await this.#follow(batch, input);
    for (const worker of this.workers) worker.beginBatch(batch);
    return this.workers.map((worker, index) => this.#map(worker, index, this.#continuous ? new Map() : input));
  }

  /** What arrives before the marker: an element of any source at a time, and now and then what workers have sent each other by then. */
  async #follow(batch: RuntimeBatch, input: BatchInput): Promise<void> {
    const lateMs = new Map(Array.from(batch.watermarks, ([id, watermarks]) => [id, watermarks.lateMs]));
    for (const worker of this.workers) worker.openBatch({ batch: batch.batch, lateMs });
    const waiting = this.#sourceTasks.map((task) => ({ task, elements: [...(input.get(task.source)?.[task.index] ?? [])] }));
    for (let open = waiting; open.length > 0; open = open.filter(({ elements }) => elements.length > 0)) {
      const next = open[this.#pick(open.length)];
      if (next === undefined) throw new Error("no such source");
      const { source, index, worker } = next.task;
      this.workers[worker]?.pushElements({ source, index, elements: next.elements.splice(0, 1), timeMs: batch.timeMs });
      if (this.#messages.length > 0 && this.#pick(2) === 1) await this.#deliver();
    }
  }

  #map(worker: WorkerRuntime, workerIndex: number, input: BatchInput): MapResult {
    for (const task of this.#sourceTasks) {
      if (task.worker !== workerIndex) continue;
      const elements = input.get(task.source)?.[task.index] ?? [];
      worker.pushElements({ source: task.source, index: task.index, elements });
      worker.endSource(task.source, task.index);
    }
    return worker.endSources();
  }

  /** The first message of a random (sender, receiver). */
  #takeMessage(): Message {
    const lanes = [...new Set(this.#messages.map(({ from, to }) => `${from}>${to}`))];
    const lane = lanes[this.#pick(lanes.length)];
    const index = this.#messages.findIndex(({ from, to }) => `${from}>${to}` === lane);
    const [message] = this.#messages.splice(index, 1);
    if (message === undefined) throw new Error("no message");
    return message;
  }
}
