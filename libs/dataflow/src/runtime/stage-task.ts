import type { OperatorNode } from "@millrace/model";
import type { PhysicalPlan, ShuffleEdge, Stage } from "@millrace/planner";
import { assert, assertDefined } from "@millrace/stdx";
import { notSupported } from "../errors.ts";
import { BLOCK_ROWS_MAX, COMBINED_BLOCK_ROWS_MAX } from "../limits.ts";
import { BatchWindowOperator } from "../operators/batch-window.ts";
import { type Emit, fanOut, type OperatorEnvironment } from "../operators/environment.ts";
import { type EventTimeOperator, eventTimeOperator } from "../operators/event-time.ts";
import { filterOperator, flatMapOperator, flatMapValuesOperator, mapOperator, mapValuesOperator } from "../operators/narrow.ts";
import { paneSender } from "../operators/pane-sender.ts";
import { type EndingOperator, glomOperator, mapPartitionsOperator } from "../operators/partition.ts";
import { combiningSender, countSender, gatherSender, pairSender, reduceSender } from "../operators/senders.ts";
import { sinkOperator } from "../operators/sink.ts";
import { SourcePosition, SourceReader } from "../operators/source-reader.ts";
import { binary, combinerOf } from "../operators/user-functions.ts";
import { foldRoot } from "../roots/fold-root.ts";
import { groupRoot } from "../roots/group-root.ts";
import { ReduceWindowRoot } from "../roots/reduce-window-root.ts";
import type { RootOperator } from "../roots/root.ts";
import { countRoot, foreachBatchRoot, printRoot, reduceRoot } from "../roots/single-roots.ts";
import { TimeWindowRoot } from "../roots/time-window-root.ts";
import { UpdateStateRoot } from "../roots/update-state-root.ts";
import { type BlockTarget, BlockWriter } from "../shuffle/block-writer.ts";
import type { Stateful } from "../state/stateful.ts";
import type { RuntimeOutput, SourceTask } from "./runtime-types.ts";
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
  /** Slot of each bucket. */
  readonly slots: Uint16Array;
  readonly slotCount: number;
  readonly output: RuntimeOutput;
  environment<O extends OperatorNode>(operator: O, position: () => string | undefined): OperatorEnvironment<O>;
  blockTarget(edge: ShuffleEdge, fromTask: number): BlockTarget;
}

export function createStageTask(factory: TaskFactory, stage: Stage, place: { readonly index: number; readonly source?: SourceTask }): StageTask {
  return new TaskBuilder(factory, stage, place).build();
}

class TaskBuilder {
  readonly #factory: TaskFactory;
  readonly #stage: Stage;
  readonly #index: number;
  readonly #sourceTask: SourceTask | undefined;
  readonly #position: SourcePosition | undefined;
  readonly #entries = new Map<string, Emit>();
  readonly #endings: EndingOperator[] = [];
  readonly #senders: EndingOperator[] = [];
  readonly #stateful: StatefulPart[] = [];
  readonly #eventTimes: { operatorId: string; operator: EventTimeOperator }[] = [];
  readonly #sinkSlots: { sink: string; slot: number }[] = [];

  constructor(factory: TaskFactory, stage: Stage, place: { readonly index: number; readonly source?: SourceTask }) {
    this.#factory = factory;
    this.#stage = stage;
    this.#index = place.index;
    this.#sourceTask = place.source;
    this.#position = place.source === undefined ? undefined : new SourcePosition(place.source);
  }

  build(): StageTask {
    const behindRoot = this.#stage.operators.slice(1).toReversed();
    for (const id of behindRoot) this.#entries.set(id, this.#entry(this.#operator(id)));
    const rootOperator = this.#operator(this.#stage.root);
    const emit = this.#targetsOf(rootOperator.id);
    const root = rootOperator.kind === "source" ? undefined : this.#root(rootOperator);
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
    return new SourceReader({ environment: this.#environment(operator), task, position: assertDefined(this.#position, "position"), next });
  }

  /** Everything that follows an operator: children of this stage (once for each time they name it as a parent), then edges. */
  #targetsOf(id: string): Emit {
    const children = this.#stage.operators.slice(1).flatMap((child) => {
      const times = this.#operator(child).parents.filter((parent) => parent === id).length;
      return new Array<Emit>(times).fill(this.#entries.get(child) ?? unbuilt);
    });
    const edges = this.#stage.outputs.map((index) => assertDefined(this.#factory.plan.edges[index], "edge")).filter((edge) => edge.from === id);
    const senders = edges.map((edge) => {
      const sender = this.#sender(edge);
      this.#senders.push(sender);
      return sender.emit;
    });
    return fanOut([...children, ...senders]);
  }

  #entry(operator: OperatorNode): Emit {
    const next = this.#targetsOf(operator.id);
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
        return this.#ending(mapPartitionsOperator(environment, next));
      case "glom":
        return this.#ending(glomOperator(environment, next));
      case "window":
        return this.#ending(this.#keep(operator.id, new BatchWindowOperator(this.#environment(operator), next, this.#factory.batchIntervalMs)));
      case "eventTime":
        return this.#eventTime(operator, next);
      case "sink":
        return this.#sink(operator);
      default:
        throw notSupported(operator, "this operator cannot stand inside a stage");
    }
  }

  #eventTime(operator: OperatorNode, next: Emit): Emit {
    if (this.#sourceTask === undefined) throw notSupported(operator, "event time must be set before the first shuffle: move withEventTime next to the source");
    const built = eventTimeOperator(this.#environment(operator), next, this.#factory.eventTimeAheadMaxMs);
    this.#eventTimes.push({ operatorId: operator.id, operator: built });
    return built.emit;
  }

  #sink(operator: OperatorNode & { kind: "sink" }): Emit {
    const slot = this.#taskIndexOf(operator.id);
    this.#sinkSlots.push({ sink: operator.id, slot });
    return sinkOperator(this.#environment(operator), slot, (record) => this.#factory.output.emitSink(record));
  }

  #ending(operator: EndingOperator): Emit {
    this.#endings.push(operator);
    return operator.emit;
  }

  #keep<S extends Stateful>(operatorId: string, stateful: S): S {
    this.#stateful.push({ operatorId, taskIndex: this.#taskIndexOf(operatorId), stateful });
    return stateful;
  }

  #taskIndexOf(operatorId: string): number {
    return stageTaskIndex(this.#factory.plan, { operatorId, stage: this.#stage, task: this.#index });
  }

  #sender(edge: ShuffleEdge): EndingOperator {
    const { slots, slotCount } = this.#factory;
    const rowsMax = edge.combine ? COMBINED_BLOCK_ROWS_MAX : BLOCK_ROWS_MAX;
    const writer = new BlockWriter({ slots, slotCount, target: this.#factory.blockTarget(edge, this.#index), rowsMax });
    const operator = this.#operator(edge.to);
    const environment = this.#environment(operator);
    switch (operator.kind) {
      case "aggregateByTimeWindow":
        return paneSender(this.#environment(operator), writer);
      case "count":
        return countSender(environment, writer);
      case "reduce":
        return reduceSender(environment, writer, binary(environment, "f"));
      case "print":
        return gatherSender(environment, writer, operator.count + 1);
      case "foreachBatch":
        return gatherSender(environment, writer, Infinity);
      default:
        return edge.combine ? combiningSender(environment, writer, combinerOf(environment)) : pairSender(environment, writer);
    }
  }

  #root(operator: OperatorNode): RootOperator {
    const environment = this.#environment(operator);
    const isCombined = this.#stage.inputs.some((index) => this.#factory.plan.edges[index]?.combine === true);
    switch (operator.kind) {
      case "reduceByKey":
      case "combineByKey":
      case "countByValue":
        return foldRoot(environment, combinerOf(environment), isCombined);
      case "groupByKey":
        return groupRoot(environment);
      case "updateStateByKey":
        return this.#keep(operator.id, new UpdateStateRoot(this.#environment(operator)));
      case "reduceByKeyAndWindow": {
        const { batchIntervalMs } = this.#factory;
        const own = this.#environment(operator);
        return this.#keep(operator.id, new ReduceWindowRoot({ environment: own, combiner: combinerOf(own), isCombined, batchIntervalMs }));
      }
      case "aggregateByTimeWindow":
        return this.#keep(operator.id, new TimeWindowRoot(this.#environment(operator)));
      case "count":
        return countRoot(environment);
      case "reduce":
        return reduceRoot(environment, binary(environment, "f"));
      case "foreachBatch":
        return foreachBatchRoot(environment, this.#factory.jobId);
      case "print":
        return printRoot(this.#environment(operator), (text) => this.#factory.output.print(text));
      default:
        throw notSupported(operator, "this operator cannot receive a shuffle");
    }
  }
}

function unbuilt(): never {
  assert(false, "a child was not built before its parent");
}
