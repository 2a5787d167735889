import type { OperatorNode } from "@millrace/model";
import type { PhysicalPlan } from "@millrace/planner";
import type { Watermarks } from "./runtime-types.ts";

const NONE: Watermarks = { lateMs: undefined, evictMs: undefined };

/**
 * How watermarks flow through the graph: the input of an operator is the least of what its parents hand on (or the greatest, by the job's policy). Parents
 * without a watermark have no say; one that has seen no record yet keeps the least undefined. What an operator emits in a batch lies above the late
 * filter that it hands on: a join may emit rows older than its own by its bounds, a timer may fire for the very time of the last watermark.
 */
export class WatermarkFlow {
  readonly #plan: PhysicalPlan;
  readonly #policy: "min" | "max";
  #steps: ReadonlyMap<string, Watermarks> = new Map();
  #inputs = new Map<string, Watermarks>();

  constructor(plan: PhysicalPlan, policy: "min" | "max") {
    this.#plan = plan;
    this.#policy = policy;
  }

  /** Watermarks of a new batch, by eventTime operator. */
  begin(steps: ReadonlyMap<string, Watermarks>): void {
    this.#steps = steps;
    this.#inputs = new Map();
  }

  /** The watermarks by which an operator judges its input. */
  input(id: string): Watermarks {
    const known = this.#inputs.get(id);
    if (known !== undefined) return known;
    const operator = this.#plan.operators.get(id);
    const input = operator === undefined ? NONE : this.#combine(parentsWithTime(operator));
    this.#inputs.set(id, input);
    return input;
  }

  #combine(parents: readonly string[]): Watermarks {
    const outputs = [...new Set(parents)].filter((parent) => this.#plan.watermarked.has(parent)).map((parent) => this.#output(parent));
    return {
      lateMs: this.#choose(outputs.map(({ lateMs }) => lateMs)),
      evictMs: this.#choose(outputs.map(({ evictMs }) => evictMs)),
    };
  }

  #output(id: string): Watermarks {
    const operator = this.#plan.operators.get(id);
    if (operator === undefined) return NONE;
    if (operator.kind === "eventTime") return this.#steps.get(id) ?? NONE;
    const { lateMs, evictMs } = this.input(id);
    const behind = heldBack(operator);
    return { lateMs: lateMs === undefined ? undefined : lateMs - behind, evictMs: evictMs === undefined ? undefined : evictMs - behind };
  }

  #choose(values: readonly (number | undefined)[]): number | undefined {
    if (this.#policy === "max") {
      const known = values.filter((value) => value !== undefined);
      return known.length === 0 ? undefined : Math.max(...known);
    }
    let least: number | undefined;
    for (const value of values) {
      if (value === undefined) return undefined;
      if (least === undefined || value < least) least = value;
    }
    return least;
  }
}

/** A table that is joined as of the batch has no say in the stream's time. */
function parentsWithTime(operator: OperatorNode): readonly string[] {
  return operator.kind === "joinTable" && operator.asOf === "batch" ? operator.parents.slice(0, 1) : operator.parents;
}

/** By how much what the operator emits may be older than its input's watermark. */
function heldBack(operator: OperatorNode): number {
  if (operator.kind === "process") return operator.timers === "event" ? 1 : 0;
  if (operator.kind !== "joinWithin" || operator.bounds?.type !== "interval") return 0;
  return Math.max(operator.bounds.beforeMs, operator.bounds.afterMs, 0) + 1;
}
