import type { OperatorNode } from "@millrace/model";
import type { PhysicalPlan } from "@millrace/planner";
import { parentBatchMissing } from "../errors.ts";
import type { BatchContext } from "../operators/environment.ts";
import type { OpenBatch, RuntimeBatch, RuntimeSettings, Watermarks } from "./runtime-types.ts";
import { WatermarkFlow } from "./watermark-flow.ts";

/** The running batch as operators see it: which streams have a batch now, and the watermarks of stateful operators. */
export class BatchState implements BatchContext {
  batch = 0;
  timeMs = 0;
  final = false;
  readonly #plan: PhysicalPlan;
  readonly #batchIntervalMs: number;
  /** Operators whose state has been there since an earlier batch or a checkpoint, if without keys. */
  readonly #withState = new Set<string>();
  readonly #flow: WatermarkFlow;
  #present = new Set<string>();
  #partitionCounts: ReadonlyMap<string, number> | undefined;

  constructor(plan: PhysicalPlan, settings: RuntimeSettings) {
    this.#plan = plan;
    this.#batchIntervalMs = settings.batchIntervalMs;
    this.#flow = new WatermarkFlow(plan, settings.watermarks?.policy ?? "min");
  }

  /** Records may come before the plan does: what they meet on their way to a shuffle or a sink is the number of the batch and the late filter. */
  open({ batch, lateMs }: OpenBatch): void {
    this.batch = batch;
    this.#flow.begin(new Map(Array.from(lateMs, ([id, late]) => [id, { lateMs: late, evictMs: undefined }])));
  }

  begin(batch: RuntimeBatch): void {
    this.batch = batch.batch;
    this.timeMs = batch.timeMs;
    this.final = batch.final;
    this.#flow.begin(batch.watermarks);
    this.#partitionCounts = batch.partitionCounts;
    this.#present = new Set();
    for (const operator of this.#plan.operators.values()) {
      if (this.#hasBatch(operator, batch.absentSources)) this.#present.add(operator.id);
    }
    for (const id of this.#present) this.#withState.add(id);
  }

  hasPartition(source: string, task: number): boolean {
    return task < (this.#partitionCounts?.get(source) ?? Infinity);
  }

  /** State of the operator was restored. */
  noteState(operatorId: string): void {
    this.#withState.add(operatorId);
  }

  isPresent(operatorId: string): boolean {
    return this.#present.has(operatorId);
  }

  watermarksOf(operatorId: string): Watermarks {
    return this.#flow.input(operatorId);
  }

  /** The grid of the operator's slide, then what it makes of a parent without a batch (semantics §1.2, §1.3). Batch n lies n intervals after zero time. */
  #hasBatch(operator: OperatorNode, absentSources: ReadonlySet<string> | undefined): boolean {
    const slideMs = this.#plan.slideMs.get(operator.id) ?? this.#batchIntervalMs;
    if (this.batch % (slideMs / this.#batchIntervalMs) !== 0) return false;
    const missing = operator.parents.find((parent) => !this.#present.has(parent));
    switch (operator.kind) {
      case "source":
        return absentSources?.has(operator.id) !== true;
      case "window":
      case "reduceByKeyAndWindow":
      case "mapWithState": // no batch counts as an empty one
      case "process":
      case "mapGroupsWithState":
      case "aggregateByKey":
      case "dropDuplicates":
        return true;
      case "union":
      case "count":
      case "repartition":
      case "mapAsync":
      case "transform":
      case "join":
      case "cogroup":
      case "joinWithin":
      case "joinTable":
        if (missing !== undefined) throw parentBatchMissing(operator, missing, this.timeMs);
        return true;
      case "updateStateByKey":
        return missing === undefined || this.#withState.has(operator.id);
      default:
        return missing === undefined;
    }
  }
}
