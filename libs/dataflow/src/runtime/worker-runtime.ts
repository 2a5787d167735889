import type { OperatorNode } from "@millrace/model";
import type { PhysicalPlan, ShuffleEdge, Stage } from "@millrace/planner";
import { NO_VALUE_FORMATS, type SourceMemory } from "@millrace/ports";
import { assert, assertDefined } from "@millrace/stdx";
import { type Counts, createEnvironment } from "../operators/environment.ts";
import { decodeRows, encodeRows } from "../shuffle/block-codec.ts";
import { type BlockTarget, slotTable } from "../shuffle/block-writer.ts";
import { Inbox } from "../shuffle/inbox.ts";
import { rowCount } from "../shuffle/rows.ts";
import { StateMemory } from "../state/state-memory.ts";
import { keysOf, type StateAnswer, StateCollector, type StateQuery } from "../state/state-query.ts";
import { BatchState } from "./batch-state.ts";
import { CallTrail } from "./call-trail.ts";
import { Lanes } from "./lanes.ts";
import type {
  BatchResult,
  IncomingBlock,
  MapResult,
  OpenBatch,
  RuntimeBatch,
  RuntimeOutput,
  StatePartName,
  StateSnapshot,
  WorkerLayout,
  WorkerRuntime,
  WorkerRuntimeOptions,
} from "./runtime-types.ts";
import { createStageTask, type StageTask, type StatefulPart, type TaskFactory } from "./stage-task.ts";

/** Builds the tasks that the layout gives to this worker. Throws `graph-mismatch` where the bundle lacks a function of the graph. */
export function createWorkerRuntime(options: WorkerRuntimeOptions): WorkerRuntime {
  return new Runtime(options);
}

type EdgeEndMessage = Parameters<WorkerRuntime["receiveEdgeEnd"]>[0];

class Runtime implements WorkerRuntime {
  readonly #options: WorkerRuntimeOptions;
  readonly #plan: PhysicalPlan;
  readonly #layout: WorkerLayout;
  readonly #output: RuntimeOutput;
  readonly #state: BatchState;
  readonly #lanes: Lanes;
  readonly #trail: CallTrail;
  readonly #counts = new Map<string, Counts>();
  /** Own tasks by stage index. */
  readonly #tasks: readonly (readonly StageTask[])[];
  readonly #parts: readonly StatefulPart[];
  readonly #memory: StateMemory;
  /** Parts of which something was loaded that is not put to use yet. */
  readonly #loading = new Set<StatefulPart>();
  readonly sinkSlots: ReadonlyMap<string, readonly number[]>;
  #inbox: Inbox;
  /** Blocks that peers sent before this worker began their batch. */
  readonly #early = new Map<number, { blocks: IncomingBlock[]; ends: EdgeEndMessage[] }>();
  /** Blocks sent per (edge, worker) in this batch. */
  #sent = new Map<number, number[]>();
  #stagesDone = new Set<number>();
  #sourcesEnded = new Set<string>();
  #recordsIn = 0;
  #bytesIn = 0;
  /** Batch that takes records though its plan is not known yet. */
  #open: number | undefined;
  /** The last call; calls run one after the other. */
  #advancing: Promise<void> = Promise.resolve();

  constructor(options: WorkerRuntimeOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#layout = options.layout;
    this.#output = options.output;
    this.#inbox = new Inbox(options.layout.workerCount);
    this.#state = new BatchState(options.plan, options.settings);
    this.#lanes = new Lanes(options.plan);
    this.#trail = options.trail ?? new CallTrail();
    this.#memory = new StateMemory(options.codec, options.spill);
    const factory = this.#factory();
    this.#tasks = options.plan.stages.map((stage) => this.#createTasks(factory, stage));
    this.#parts = this.#tasks.flat().flatMap((task) => task.stateful);
    this.sinkSlots = slotsBySink(this.#tasks.flat());
  }

  get stateTasks(): readonly StatefulPart[] {
    return this.#parts;
  }

  loadState(part: { readonly operatorId: string; readonly taskIndex: number; readonly bytes: Uint8Array }): void {
    this.#state.noteState(part.operatorId);
    const own = this.#parts.find((candidate) => candidate.operatorId === part.operatorId && candidate.taskIndex === part.taskIndex);
    if (own === undefined) return;
    own.stateful.state.load(part.bytes);
    this.#loading.add(own);
  }

  stateLoaded(): void {
    for (const { stateful } of this.#loading) {
      stateful.state.endLoad();
      stateful.restored();
    }
    this.#loading.clear();
    this.#memory.relieve();
  }

  openBatch(batch: OpenBatch): void {
    this.#reset(batch.batch);
    this.#state.open(batch);
    this.#open = batch.batch;
    this.#takeEarly(batch.batch);
  }

  beginBatch(batch: RuntimeBatch): void {
    const isOpen = batch.batch === this.#open;
    if (!isOpen) this.#reset(batch.batch);
    this.#open = undefined;
    this.#state.begin(batch);
    if (!isOpen) this.#takeEarly(batch.batch);
  }

  #reset(batch: number): void {
    assert(batch > this.#state.batch, () => `batches must come in order batch=${batch} last=${this.#state.batch}`);
    this.stateLoaded();
    this.#trail.beginBatch(batch);
    this.#inbox = new Inbox(this.#layout.workerCount);
    this.#sent = new Map();
    this.#stagesDone = new Set();
    this.#sourcesEnded = new Set();
    this.#recordsIn = 0;
    this.#bytesIn = 0;
    for (const counts of this.#counts.values()) Object.assign(counts, { recordsIn: 0, recordsOut: 0, lateRecords: 0 });
    for (const task of this.#tasks.flat()) if (task.source !== undefined) task.source.badRecords = 0;
  }

  #takeEarly(batch: number): void {
    const early = this.#early.get(batch);
    for (const number of this.#early.keys()) if (number <= batch) this.#early.delete(number);
    for (const block of early?.blocks ?? []) this.receiveBlock(block);
    for (const end of early?.ends ?? []) this.receiveEdgeEnd(end);
  }

  pushRecords(request: Parameters<WorkerRuntime["pushRecords"]>[0]): void {
    const pushed = this.#sourceTask(request.source, request.index)?.source?.push(request.records, request.startOffset, request.endOffset);
    if (pushed === undefined) return;
    this.#recordsIn += pushed.records;
    this.#bytesIn += pushed.bytes;
  }

  pushElements(request: Parameters<WorkerRuntime["pushElements"]>[0]): void {
    const reader = this.#sourceTask(request.source, request.index)?.source;
    this.#recordsIn += reader?.pushElements({ ...request, timeMs: request.timeMs ?? this.#state.timeMs }) ?? 0;
  }

  sourceMemory(source: string, index: number): SourceMemory | undefined {
    return this.#sourceTask(source, index)?.source?.memory;
  }

  endSource(source: string, index: number): void {
    this.#sourcesEnded.add(`${source}/${index}`);
    this.#sourceTask(source, index)?.endChain();
  }

  endSources(): MapResult {
    assert(this.#open === undefined, "a batch ends only when its plan is known");
    for (const { source, index } of this.#layout.sourceTasks) {
      assert(
        this.#sourcesEnded.has(`${source}/${index}`) || this.#sourceTask(source, index) === undefined,
        () => `a source task has not ended source=${source} index=${index}`,
      );
    }
    const eventTimes = this.#tasks.flat().flatMap((task) => {
      const seen = new Map<string, number>(); // an operator has a part per lane
      for (const { operatorId, operator } of task.eventTimes)
        seen.set(operatorId, Math.max(operator.takeMax() ?? -Infinity, seen.get(operatorId) ?? -Infinity));
      const times = Array.from(seen, ([operatorId, maxMs]) => ({ operatorId, source: task.stage.root, index: task.index, maxMs }));
      return times.filter(({ maxMs }) => maxMs !== -Infinity);
    });
    for (const stage of this.#plan.stages) if (stage.tasks === "source-partitions") this.#endStage(stage);
    this.#trail.leave();
    return { eventTimes, recordsIn: this.#recordsIn, bytesIn: this.#bytesIn };
  }

  receiveBlock(block: IncomingBlock): void {
    if (block.batch > this.#state.batch) {
      this.#earlyOf(block.batch).blocks.push(block);
    } else {
      assert(block.batch === this.#state.batch, () => `a block of a past batch came batch=${block.batch} current=${this.#state.batch}`);
      this.#inbox.addRemote(block.edge, block.toSlot, { fromTask: block.fromTask, rows: () => decodeRows(this.#options.codec, block) });
    }
  }

  receiveEdgeEnd(end: EdgeEndMessage): void {
    if (end.batch > this.#state.batch) this.#earlyOf(end.batch).ends.push(end);
    else this.#inbox.end(end.edge, end.fromWorker, end.blockCount);
  }

  advance(): Promise<void> {
    this.#advancing = this.#advancing.then(() => this.#runReady());
    return this.#advancing;
  }

  get finished(): boolean {
    return this.#stagesDone.size === this.#plan.stages.length;
  }

  finishBatch(): BatchResult {
    assert(this.finished, "the batch has not finished");
    const operators = Array.from(this.#counts, ([operatorId, counts]) => ({
      operatorId,
      ...counts,
      stateKeys: this.#stateKeys(operatorId),
    }));
    const sinks = operators.filter(({ operatorId }) => this.#plan.operators.get(operatorId)?.kind === "sink");
    return {
      recordsOut: sinks.reduce((sum, one) => sum + one.recordsOut, 0),
      lateRecords: operators.reduce((sum, one) => sum + one.lateRecords, 0),
      badRecords: this.#tasks.flat().reduce((sum, task) => sum + (task.source?.badRecords ?? 0), 0),
      statePending: this.#parts.some(({ stateful }) => stateful.pending),
      operators,
    };
  }

  snapshotState(wantsFull: (part: StatePartName, hasChanges: boolean) => boolean = () => false): readonly StateSnapshot[] {
    return this.#parts.map(({ operatorId, taskIndex, stateful: { state, keyCount } }) => {
      const full = wantsFull({ operatorId, taskIndex }, state.hasChanges);
      const isNeeded = full || (state.hasChanges && (state.started || state.hasBase));
      return { operatorId, taskIndex, keyCount, isFull: full || !state.hasBase, chunks: isNeeded ? state.chunks(full) : undefined };
    });
  }

  readState(operatorId: string, query: StateQuery): StateAnswer {
    const keys = keysOf(query);
    const collector = new StateCollector(query);
    const parts = this.#parts.filter((part) => part.operatorId === operatorId).sort((left, right) => left.taskIndex - right.taskIndex);
    collect: for (const { taskIndex, stateful } of parts)
      for (const { table, row } of stateful.state.rows(keys)) if (!collector.take(taskIndex, table, row)) break collect;
    this.#memory.relieve();
    return collector.answer;
  }

  heldState(): ReturnType<WorkerRuntime["heldState"]> {
    return this.#parts.map(({ operatorId, taskIndex, stateful: { keyCount } }) => ({ operatorId, taskIndex, keyCount }));
  }

  /** Looks again after each stage: what peers sent meanwhile may have made another one ready. */
  async #runReady(): Promise<void> {
    for (let stage = this.#readyStage(); stage !== undefined; stage = this.#readyStage()) await this.#runStage(stage);
    this.#trail.leave();
  }

  /** The first keyed stage whose inputs have all ended. Output operations take effect in order of registration, so they wait for those before them. */
  #readyStage(): Stage | undefined {
    let outputWaits = false;
    for (const stage of this.#plan.stages) {
      if (this.#stagesDone.has(stage.index) || stage.tasks === "source-partitions") continue;
      const isOutput = isOutputKind(this.#plan.operators.get(stage.root));
      const isReady = stage.inputs.every((edge) => this.#inbox.hasEnded(edge));
      if (isReady && !(isOutput && outputWaits)) return stage;
      if (isOutput) outputWaits = true;
    }
    return undefined;
  }

  async #runStage(stage: Stage): Promise<void> {
    for (const task of this.#tasks[stage.index] ?? []) {
      const root = assertDefined(task.root, "root");
      for (const block of this.#inbox.take(stage.inputs, task.index, (left, right) => this.#lanes.compare(left, right))) {
        root.receive(block.rows(), this.#plan.edges[block.edge]?.from ?? "");
        this.#memory.relieve();
      }
      await root.endBatch(task.emit);
      task.endChain();
      this.#memory.relieve();
      await this.#output.ready?.();
    }
    this.#endStage(stage);
  }

  /** All own tasks of the stage have run: tells every worker that nothing more comes on its edges. */
  #endStage(stage: Stage): void {
    if (this.#stagesDone.has(stage.index)) return;
    this.#stagesDone.add(stage.index);
    const { workerCount, workerIndex } = this.#layout;
    for (const edge of stage.outputs) {
      this.#inbox.end(edge, workerIndex, 0);
      for (let toWorker = 0; toWorker < workerCount; toWorker++) {
        if (toWorker === workerIndex) continue;
        this.#output.edgeEnd({ batch: this.#state.batch, edge, toWorker, blockCount: this.#sent.get(edge)?.[toWorker] ?? 0 });
      }
    }
  }

  #factory(): TaskFactory {
    const { jobId, plan, settings, layout, functions, output, eventTimeAheadMaxMs, formats = NO_VALUE_FORMATS } = this.#options;
    const slotCount = layout.slotWorkers.length;
    const tables = new Map<number, Uint16Array>();
    return {
      jobId,
      plan,
      batchIntervalMs: settings.batchIntervalMs,
      eventTimeAheadMaxMs,
      lanes: this.#lanes,
      trail: this.#trail,
      memory: this.#memory,
      slotCount,
      slots: (taskCount) => {
        const table = tables.get(taskCount) ?? slotTable(taskCount);
        tables.set(taskCount, table);
        return table;
      },
      output,
      asking: { codec: this.#options.codec, answers: this.#options.answers, timers: this.#options.timers },
      environment: (operator, position) =>
        createEnvironment({
          operator,
          functions,
          batch: this.#state,
          counts: this.#countsOf(operator),
          formats,
          trail: this.#trail,
          position,
        }),
      blockTarget: (edge, fromTask) => this.#blockTarget(edge, fromTask),
    };
  }

  #blockTarget(edge: ShuffleEdge, fromTask: number): BlockTarget {
    const { slotWorkers, workerIndex, workerCount } = this.#layout;
    return (toSlot, rows) => {
      const toWorker = assertDefined(slotWorkers[toSlot % slotWorkers.length], "worker of slot");
      if (toWorker === workerIndex) {
        this.#inbox.addLocal(edge.index, toSlot, { fromTask, rows: () => rows });
        return;
      }
      let sent = this.#sent.get(edge.index);
      if (sent === undefined) this.#sent.set(edge.index, (sent = new Array<number>(workerCount).fill(0)));
      sent[toWorker] = (sent[toWorker] ?? 0) + 1;
      const payload = encodeRows(this.#options.codec, rows);
      this.#output.sendBlock({
        batch: this.#state.batch,
        edge: edge.index,
        fromTask,
        toSlot,
        toWorker,
        recordCount: rowCount(rows),
        payload,
      });
    };
  }

  #createTasks(factory: TaskFactory, stage: Stage): readonly StageTask[] {
    if (stage.tasks === "source-partitions") {
      const own = this.#layout.sourceTasks.filter(({ source }) => source === stage.root);
      return own.map((source) => createStageTask(factory, stage, { index: source.index, source }));
    }
    const { slotWorkers, workerIndex } = this.#layout;
    const all = Array.from({ length: stage.taskCount ?? slotWorkers.length }, (_, index) => index);
    const own = all.filter((index) => slotWorkers[index % slotWorkers.length] === workerIndex);
    return own.map((index) => createStageTask(factory, stage, { index }));
  }

  /** The task, or undefined for a source that leads to no output: it is not part of the plan, though its partitions may have owners. */
  #sourceTask(source: string, index: number): StageTask | undefined {
    const stage = this.#plan.stages.find(({ root }) => root === source);
    if (stage === undefined) return undefined;
    return assertDefined(
      this.#tasks[stage.index]?.find((task) => task.index === index),
      `source task ${source}/${index}`,
    );
  }

  #countsOf(operator: OperatorNode): Counts {
    let counts = this.#counts.get(operator.id);
    if (counts === undefined) this.#counts.set(operator.id, (counts = { recordsIn: 0, recordsOut: 0, lateRecords: 0 }));
    return counts;
  }

  #earlyOf(batch: number): { blocks: IncomingBlock[]; ends: EdgeEndMessage[] } {
    let early = this.#early.get(batch);
    if (early === undefined) this.#early.set(batch, (early = { blocks: [], ends: [] }));
    return early;
  }

  #stateKeys(operatorId: string): number {
    return this.#parts.reduce((sum, part) => sum + (part.operatorId === operatorId ? part.stateful.keyCount : 0), 0);
  }
}

function slotsBySink(tasks: readonly StageTask[]): ReadonlyMap<string, readonly number[]> {
  const slots = new Map<string, number[]>();
  for (const { sink, slot } of tasks.flatMap((task) => task.sinkSlots)) slots.set(sink, [...(slots.get(sink) ?? []), slot]);
  return slots;
}

function isOutputKind(operator: OperatorNode | undefined): boolean {
  return operator?.kind === "foreachBatch" || operator?.kind === "print";
}
