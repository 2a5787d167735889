import { BUCKET_COUNT, type JoinSides } from "@millrace/model";
import { jobError } from "./errors.ts";
import type { OperatorSpec } from "./graph-builder.ts";
import type { Pair } from "./pair.ts";

/** Options of operators behind a shuffle by key. */
export interface ShuffleOptions {
  /** Tasks of the operator, at most 720. Default: the job's slots. Results do not depend on it. */
  readonly partitions?: number;
}

/** Options of `updateStateByKey`. */
export interface UpdateOptions<K, S> extends ShuffleOptions {
  readonly initial?: Iterable<Pair<K, S>>;
}

/** A join of these sides. */
export function joinSpec(sides: JoinSides, options: ShuffleOptions): OperatorSpec {
  return { kind: "join", sides, ...shuffle(options) };
}

/** The option as the graph holds it, checked. */
export function shuffle({ partitions }: ShuffleOptions): ShuffleOptions {
  if (partitions === undefined) return {};
  if (Number.isSafeInteger(partitions) && partitions >= 1 && partitions <= BUCKET_COUNT) return { partitions };
  throw jobError("invalid-operator-setting", `partitions must be a whole number from 1 to ${BUCKET_COUNT}`, { partitions });
}

/** Mark of an operator that has an initial state. */
export function hasInitial(initial: Iterable<unknown> | undefined): { readonly hasInitial?: true } {
  return initial === undefined ? {} : { hasInitial: true };
}

/** The function by which workers read the initial state. */
export function initialFunction(initial: Iterable<unknown> | undefined): { readonly initial?: () => Iterable<unknown> } {
  if (initial === undefined) return {};
  const pairs = [...initial]; // every task reads it
  return { initial: () => pairs };
}
