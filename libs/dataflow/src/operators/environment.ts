import type { JobFunction, JobFunctions, OperatorNode } from "@millrace/model";
import type { ValueFormats } from "@millrace/ports";
import { missingFunction, userCodeFailed } from "../errors.ts";
import type { CallTrail, UserCall } from "../runtime/call-trail.ts";
import type { Watermarks } from "../runtime/runtime-types.ts";

/** How operators hand elements on: value and event time (NaN: none). A call per element, nothing allocated for it. */
export type Emit = (value: unknown, time: number) => void;

/** The batch that runs, shared by all operators of a worker; its fields change from batch to batch. */
export interface BatchContext {
  batch: number;
  timeMs: number;
  final: boolean;
  /** Whether the operator's stream has a batch at this time (semantics §1: none is not empty). */
  isPresent(operatorId: string): boolean;
  /** Whether the source has a partition for this task in this batch. */
  hasPartition(source: string, task: number): boolean;
  /** Watermarks of a stateful operator: the minimum over the eventTime operators above it. */
  watermarksOf(operatorId: string): Watermarks;
}

/** Counters of one operator, over all its tasks of this worker and one batch. */
export interface Counts {
  recordsIn: number;
  recordsOut: number;
  lateRecords: number;
}

/** What an operator of one task has of the world. */
export interface OperatorEnvironment<O extends OperatorNode = OperatorNode> {
  readonly operator: O;
  readonly batch: BatchContext;
  readonly counts: Counts;
  readonly formats: ValueFormats;
  /** A user function by its name in the graph; a missing one is a `graph-mismatch`. */
  required(name: string): JobFunction;
  optional(name: string): JobFunction | undefined;
  /** Note of the calls of a function: `enter` before each. */
  call(name: string): UserCall;
  /** Turns what a user function threw into a typed error that says where. */
  fail(functionName: string, cause: unknown): never;
}

export function createEnvironment<O extends OperatorNode>(options: {
  readonly operator: O;
  readonly functions: JobFunctions;
  readonly batch: BatchContext;
  readonly counts: Counts;
  readonly formats: ValueFormats;
  readonly trail: CallTrail;
  /** Record that is being read, as topic-partition@offset; undefined in keyed stages. */
  readonly position: () => string | undefined;
}): OperatorEnvironment<O> {
  const { operator, functions, batch, counts, formats, trail, position } = options;
  const own = functions.get(operator.id) ?? {};
  for (const name of Object.keys(own)) trail.call(operator, name); // known before any batch
  return {
    operator,
    batch,
    counts,
    formats,
    required(name) {
      const found = own[name];
      if (found === undefined) throw missingFunction(operator, name);
      return found;
    },
    optional: (name) => own[name],
    call: (name) => trail.call(operator, name),
    fail(functionName, cause) {
      throw userCodeFailed({ operator, functionName, position: position(), batch: batch.batch, cause });
    },
  };
}

/** All listeners in order; none, one and several without a loop where it can be. */
export function fanOut(targets: readonly Emit[]): Emit {
  const [first, second] = targets;
  if (first === undefined) return () => undefined;
  if (second === undefined) return first;
  return (value, time) => {
    for (const target of targets) target(value, time);
  };
}
