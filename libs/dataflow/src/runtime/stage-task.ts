import { deadLetterTopicOf, type OperatorNode } from "@millrace/model";
import { isWholeTable, type PhysicalPlan, type ShuffleEdge, type Stage } from "@millrace/planner";
import { assertDefined } from "@millrace/stdx";
import { notSupported } from "../errors.ts";
import { BLOCK_ROWS_MAX, COMBINED_BLOCK_ROWS_MAX } from "../limits.ts";
import { BatchWindowOperator } from "../operators/batch-window.ts";
import { type Emit, fanOut, type OperatorEnvironment } from "../operators/environment.ts";
import { type EventTimeOperator, eventTimeOperator } from "../operators/event-time.ts";
import { filterOperator, flatMapOperator, flatMapValuesOperator, mapOperator, mapValuesOperator } from "../operators/narrow.ts";
import { paneSender } from "../operators/pane-sender.ts";
import { type EndingOperator, glomOperator, mapPartitionsOperator } from "../operators/partition.ts";
import { askingSender, combiningSender, countSender, gatherSender, pairSender, reduceSender, spreadSender } from "../operators/senders.ts";
import { delayAbove } from "../operators/delay-above.ts";
import { lateOperator, timedSender } from "../operators/timed-sender.ts";
import { sinkOperator } from "../operators/sink.ts";
import { SourcePosition, SourceReader } from "../operators/source-reader.ts";
import { stateSnapshotsOperator } from "../operators/state-snapshots.ts";
import { binary, combinerOf } from "../operators/user-functions.ts";
import { AsyncMapRoot } from "../roots/async-map-root.ts";
import { DedupRoot } from "../roots/dedup-root.ts";
import { GroupStateRoot } from "../roots/group-state-root.ts";
import { KeyedAggregateRoot } from "../roots/keyed-aggregate-root.ts";
import { ProcessRoot } from "../roots/process-root.ts";
import { SessionRoot } from "../roots/session-root.ts";
import { TableJoinRoot } from "../roots/table-join-root.ts";
import { sortRoot, StreamLimitRoot, tableLimitRoot } from "../roots/table-roots.ts";
import { TimeJoinRoot } from "../roots/time-join-root.ts";
import { foldRoot } from "../roots/fold-root.ts";
import { groupRoot } from "../roots/group-root.ts";
import { joinRoot } from "../roots/join-root.ts";
import { MapStateRoot } from "../roots/map-state-root.ts";
import { ReduceWindowRoot } from "../roots/reduce-window-root.ts";
import { repartitionRoot } from "../roots/repartition-root.ts";
import type { RootOperator } from "../roots/root.ts";
import { countRoot, foreachBatchRoot, printRoot, reduceRoot } from "../roots/single-roots.ts";
import { TimeWindowRoot } from "../roots/time-window-root.ts";
import { transformRoot } from "../roots/transform-root.ts";
import { UpdateStateRoot } from "../roots/update-state-root.ts";
import { type BlockTarget, BlockWriter } from "../shuffle/block-writer.ts";
import { type InitialState, initialStateOf } from "../state/initial-state.ts";
import type { StateMemory } from "../state/state-memory.ts";
import { SourceSplitMemory } from "../state/source-split-memory.ts";
import type { Stateful } from "../state/stateful.ts";
import { TaskState } from "../state/task-state.ts";
import type { CallTrail } from "./call-trail.ts";
import type { Lanes } from "./lanes.ts";
import type { RuntimeOutput, SinkRecord, SourceTask } from "./runtime-types.ts";
import { stageTaskIndex } from "./task-index.ts";

/** State of one operator in this task. */
export interface StatefulPart {
  readonly operatorId: string;
  readonly taskIndex: number;
  readonly stateful: Stateful;
}

/** One task of one stage: its root and the fused chain behind it. */
export interface StageTask {
  readonly stage: Stage;
  readonly index: number;
  /** Of a source stage. */
  readonly source: SourceReader | undefined;
  /** Of a keyed stage. */
  readonly root: RootOperator | undefined;
  /** What the root hands its elements to. */
  readonly emit: Emit;
  /** Ends the batch for every operator behind the root, parents first, then for the sending ends. */
  endChain(): void;
  readonly stateful: readonly StatefulPart[];
  readonly eventTimes: readonly { readonly operatorId: string; readonly operator: EventTimeOperator }[];
  /** Sinks of this task with their slots. */
  readonly sinkSlots: readonly { readonly sink: string; readonly slot: number }[];
}

/** What tasks are built from, the same for all tasks of a worker. */
export interface TaskFactory {
  readonly jobId: string;
  readonly plan: PhysicalPlan;
  readonly batchIntervalMs: number;
  readonly eventTimeAheadMaxMs: number;
  readonly lanes: Lanes;
  readonly trail: CallTrail;
  readonly memory: StateMemory;
  readonly slotCount: number;
  /** Task of each bucket, for a stage of so many tasks. */
  slots(taskCount: number): Uint16Array;
  readonly output: RuntimeOutput;
  /** Of `mapAsync`. */
  readonly asking: Pick<ConstructorParameters<typeof AsyncMapRoot>[0], "codec" | "answers" | "timers">;
  environment<O extends OperatorNode>(operator: O, position: () => string | undefined): OperatorEnvironment<O>;
  blockTarget(edge: ShuffleEdge, fromTask: number): BlockTarget;
}

export function createStageTask(
  factory: TaskFactory,
  stage: Stage,
  place: { readonly index: number; readonly source?: SourceTask },
): StageTask {
  return new TaskBuilder(factory, stage, place).build();
}

class TaskBuilder {
  readonly #factory: TaskFactory;
  readonly #stage: Stage;
  readonly #index: number;
  readonly #sourceTask: SourceTask | undefined;
  readonly #position: SourcePosition | undefined;
  /** Entries of operators by id and lane. */
  readonly #entries = new Map<string, Emit>();
  /** Senders that all lanes share, by edge. */
  readonly #sharedSenders = new Map<number, EndingOperator>();
  readonly #endings: EndingOperator[] = [];
  readonly #senders: EndingOperator[] = [];
  readonly #stateful: StatefulPart[] = [];
  readonly #eventTimes: { operatorId: string; operator: EventTimeOperator }[] = [];
  readonly #sinkSlots: { sink: string; slot: number }[] = [];
  #mapState: MapStateRoot | undefined;

  constructor(factory: TaskFactory, stage: Stage, place: { readonly index: number; readonly source?: SourceTask }) {
    this.#factory = factory;
    this.#stage = stage;
    this.#index = place.index;
    this.#sourceTask = place.source;
    this.#position = place.source === undefined ? undefined : new SourcePosition(place.source, factory.trail);
  }

  build(): StageTask {
    const rootOperator = this.#operator(this.#stage.root);
    const root = rootOperator.kind === "source" ? undefined : this.#root(rootOperator);
    if (root instanceof MapStateRoot) this.#mapState = root;
    const emit = this.#targetsOf(rootOperator.id, 0);
    const source = rootOperator.kind === "source" ? this.#source(rootOperator, emit) : undefined;
    const endings = [...this.#endings.toReversed(), ...this.#senders];
    return {
      stage: this.#stage,
      index: this.#index,
      source,
      root,
      emit,
      endChain() {
        for (const ending of endings) ending.end();
      },
      stateful: this.#stateful,
      eventTimes: this.#eventTimes,
      sinkSlots: this.#sinkSlots,
    };
  }

  #operator(id: string): OperatorNode {
    return assertDefined(this.#factory.plan.operators.get(id), `operator ${id}`);
  }

  #environment<O extends OperatorNode>(operator: O): OperatorEnvironment<O> {
    return this.#factory.environment(operator, () => this.#position?.text());
  }

  #source(operator: OperatorNode & { kind: "source" }, next: Emit): SourceReader {
    const task = assertDefined(this.#sourceTask, "source task");
    if (deadLetterTopicOf(operator.source) !== undefined) this.#sinkSlots.push({ sink: operator.id, slot: task.index });
    const write = (record: SinkRecord): void => {
      this.#factory.output.emitSink(record);
    };
    return new SourceReader({
      environment: this.#environment(operator),
      task,
      position: assertDefined(this.#position, "position"),
      next,
      write,
      memory: operator.source.type === "topic" ? undefined : this.#keep(operator.id, 0, new SourceSplitMemory(this.#state(operator))),
    });
  }

  /** Everything that follows an operator: children of this stage (once for each time they name it as a parent), then edges. */
  #targetsOf(id: string, lane: number): Emit {
    const { lanes } = this.#factory;
    const children = this.#stage.operators
      .slice(1)
      .flatMap((child) => lanes.below(this.#stage, { id, lane }, child).map((below) => this.#entryOf(child, below)));
    const edges = this.#stage.outputs
      .map((index) => assertDefined(this.#factory.plan.edges[index], "edge"))
      .filter((edge) => edge.from === id);
    return fanOut([...children, ...edges.map((edge) => this.#senderOf(edge, lane).emit)]);
  }

  /** Rows that are combined have no order to keep: one sender combines those of all lanes. */
  #senderOf(edge: ShuffleEdge, lane: number): EndingOperator {
    const shared = edge.combine ? this.#sharedSenders.get(edge.index) : undefined;
    if (shared !== undefined) return shared;
    const sender = this.#sender(edge, edge.combine ? 0 : lane);
    this.#senders.push(sender);
    if (edge.combine) this.#sharedSenders.set(edge.index, sender);
    return sender;
  }

  /** The operator's entry in a lane, built once; a sink writes its lanes through one slot. */
  #entryOf(id: string, lane: number): Emit {
    const operator = this.#operator(id);
    const own = operator.kind === "sink" ? 0 : lane;
    const name = `${own}/${id}`;
    let entry = this.#entries.get(name);
    if (entry === undefined) this.#entries.set(name, (entry = this.#entry(operator, own)));
    return entry;
  }

  #entry(operator: OperatorNode, lane: number): Emit {
    const next = this.#targetsOf(operator.id, lane);
    const environment = this.#environment(operator);
    switch (operator.kind) {
      case "map":
        return mapOperator(environment, next);
      case "filter":
        return filterOperator(environment, next);
      case "flatMap":
        return flatMapOperator(environment, next);
      case "mapValues":
        return mapValuesOperator(environment, next);
      case "flatMapValues":
        return flatMapValuesOperator(environment, next);
      case "union":
        return next;
      case "mapPartitions":
        return this.#ending(mapPartitionsOperator(environment, next, () => this.#hasPartition(environment)));
      case "glom":
        return this.#ending(glomOperator(environment, next, () => this.#hasPartition(environment)));
      case "window":
        return this.#ending(
          this.#keep(
            operator.id,
            lane,
            new BatchWindowOperator({
              environment: this.#environment(operator),
              state: this.#state(operator),
              next,
              batchIntervalMs: this.#factory.batchIntervalMs,
            }),
          ),
        );
      case "stateSnapshots": {
        const mapState = assertDefined(this.#mapState, "mapWithState above");
        return this.#ending(stateSnapshotsOperator(environment, () => mapState.live(), next));
      }
      case "late": {
        const of = this.#operator(operator.of);
        return lateOperator(this.#environment(of), environment, next);
      }
      case "eventTime":
        return this.#eventTime(operator, next);
      case "sink":
        return this.#sink(operator);
      default:
        throw notSupported(operator, "this operator cannot stand inside a stage");
    }
  }

  #eventTime(operator: OperatorNode, next: Emit): Emit {
    if (this.#sourceTask === undefined)
      throw notSupported(operator, "event time must be set before the first shuffle: move withEventTime next to the source");
    const built = eventTimeOperator(this.#environment(operator), next, this.#factory.eventTimeAheadMaxMs);
    this.#eventTimes.push({ operatorId: operator.id, operator: built });
    return built.emit;
  }

  #sink(operator: OperatorNode & { kind: "sink" }): Emit {
    const slot = stageTaskIndex(this.#factory.plan, { operatorId: operator.id, stage: this.#stage, task: this.#index });
    this.#sinkSlots.push({ sink: operator.id, slot });
    return sinkOperator(this.#environment(operator), slot, (record) => this.#factory.output.emitSink(record));
  }

  #hasPartition(environment: OperatorEnvironment): boolean {
    return this.#sourceTask === undefined || environment.batch.hasPartition(this.#stage.root, this.#index);
  }

  #ending(operator: EndingOperator): Emit {
    this.#endings.push(operator);
    return operator.emit;
  }

  #keep<S extends Stateful>(operatorId: string, lane: number, stateful: S): S {
    const taskIndex = stageTaskIndex(this.#factory.plan, { operatorId, stage: this.#stage, task: this.#index, lane });
    this.#stateful.push({ operatorId, taskIndex, stateful });
    return stateful;
  }

  #state({ id }: OperatorNode): TaskState {
    return new TaskState(id, this.#factory.memory);
  }

  #sender(edge: ShuffleEdge, lane: number): EndingOperator {
    const taskCount = this.#taskCountOf(this.#factory.plan.stages[edge.toStage]);
    const rowsMax = edge.combine ? COMBINED_BLOCK_ROWS_MAX : BLOCK_ROWS_MAX;
    const target = this.#factory.blockTarget(edge, this.#factory.lanes.sender(this.#index, lane));
    const writer = new BlockWriter({ slots: this.#factory.slots(taskCount), slotCount: taskCount, target, rowsMax });
    const operator = this.#operator(edge.to);
    const environment = this.#environment(operator);
    switch (operator.kind) {
      case "aggregateByTimeWindow":
        return paneSender(this.#environment(operator), writer);
      case "aggregateBySession":
      case "dropDuplicates":
      case "process":
      case "mapGroupsWithState":
        return timedSender(environment, writer);
      case "joinWithin": // a side without a watermark has no late rows
        return timedSender(environment, writer, { takesAll: !this.#factory.plan.watermarked.has(edge.from) });
      case "joinTable": // a table's record is never late: it takes its place among the versions
        return timedSender(environment, writer, { takesAll: edge.from !== operator.parents[0] });
      case "sort":
      case "limit":
        return gatherSender(environment, writer, operator.kind === "limit" ? operator.count : Infinity);
      case "count":
        return countSender(environment, writer);
      case "reduce":
        return reduceSender(environment, writer, binary(environment, "f"));
      case "print":
        return gatherSender(environment, writer, operator.count + 1);
      case "foreachBatch":
      case "transform":
        return gatherSender(environment, writer, Infinity);
      case "repartition":
        return spreadSender(environment, writer, { task: this.#index, partitions: taskCount });
      case "mapAsync":
        return askingSender(environment, writer, { task: this.#index, partitions: taskCount });
      default:
        return edge.combine ? combiningSender(environment, writer, combinerOf(environment)) : pairSender(environment, writer);
    }
  }

  /** Of the operators that keep nothing from one batch to the next; the others below. */
  #root(operator: OperatorNode): RootOperator {
    const environment = this.#environment(operator);
    switch (operator.kind) {
      case "reduceByKey":
      case "combineByKey":
      case "countByValue":
        return foldRoot(environment, combinerOf(environment), this.#isCombined());
      case "groupByKey":
        return groupRoot(environment);
      case "join":
      case "cogroup":
        return joinRoot(this.#environment(operator));
      case "transform":
        return transformRoot(environment);
      case "repartition":
        return repartitionRoot(environment);
      case "mapAsync":
        return new AsyncMapRoot({ environment: this.#environment(operator), task: this.#index, ...this.#factory.asking });
      case "sort":
        return sortRoot(environment);
      case "count":
        return countRoot(environment, this.#index);
      case "reduce":
        return reduceRoot(environment, binary(environment, "f"));
      case "foreachBatch":
        return foreachBatchRoot(environment, this.#factory.jobId);
      case "print":
        return printRoot(this.#environment(operator), (text) => this.#factory.output.print(text));
      case "limit":
        if (isWholeTable(this.#factory.plan.operators, operator.parents[0] ?? "")) return tableLimitRoot(this.#environment(operator));
        return this.#keep(operator.id, 0, new StreamLimitRoot(this.#environment(operator), this.#state(operator)));
      default:
        return this.#keep(operator.id, 0, this.#statefulRoot(operator));
    }
  }

  #statefulRoot(operator: OperatorNode): RootOperator & Stateful {
    const state = this.#state(operator);
    const { batchIntervalMs, plan } = this.#factory;
    switch (operator.kind) {
      case "updateStateByKey":
        return new UpdateStateRoot(this.#environment(operator), state, this.#initial(operator));
      case "mapWithState": {
        const initial = this.#initial(operator);
        return new MapStateRoot({ environment: this.#environment(operator), state, initial, batchIntervalMs });
      }
      case "reduceByKeyAndWindow": {
        const environment = this.#environment(operator);
        const combiner = combinerOf(environment);
        return new ReduceWindowRoot({ environment, state, combiner, isCombined: this.#isCombined(), batchIntervalMs });
      }
      case "aggregateByTimeWindow":
        return new TimeWindowRoot(this.#environment(operator), state);
      case "aggregateByKey": {
        const environment = this.#environment(operator);
        return new KeyedAggregateRoot(environment, state, combinerOf(environment));
      }
      case "aggregateBySession":
        return new SessionRoot(this.#environment(operator), state);
      case "dropDuplicates":
        return new DedupRoot(this.#environment(operator), state, delayAbove(plan, operator));
      case "joinWithin":
        return new TimeJoinRoot(this.#environment(operator), state, this.#sidesThatGo(operator));
      case "joinTable":
        return new TableJoinRoot(this.#environment(operator), state);
      case "mapGroupsWithState":
        return new GroupStateRoot(this.#environment(operator), state);
      case "process":
        return new ProcessRoot(this.#environment(operator), state, this.#initial(operator));
      default:
        throw notSupported(operator, "this operator cannot receive a shuffle");
    }
  }

  /** Senders have combined what comes in. */
  #isCombined(): boolean {
    return this.#stage.inputs.some((index) => this.#factory.plan.edges[index]?.combine === true);
  }

  /** Rows of a side can go when the other side has a watermark, which says that no partner comes any more. */
  #sidesThatGo({ parents: [left = "", right = ""] }: OperatorNode): { readonly left: boolean; readonly right: boolean } {
    const { watermarked } = this.#factory.plan;
    return { left: watermarked.has(right), right: watermarked.has(left) };
  }

  #initial(operator: OperatorNode): InitialState | undefined {
    return initialStateOf(this.#environment(operator), { task: this.#index, taskCount: this.#taskCountOf(this.#stage) });
  }

  #taskCountOf(stage: Stage | undefined): number {
    return stage?.taskCount ?? this.#factory.slotCount;
  }
}
