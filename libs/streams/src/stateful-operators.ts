import type { JobFunction } from "@millrace/model";
import { DStream } from "./dstream.ts";
import { eraseFunction } from "./erase.ts";
import { withLate } from "./event-time-operators.ts";
import type { Late, Timed } from "./event-time-types.ts";
import type { OperatorSpec } from "./graph-builder.ts";
import type { StreamParts } from "./several-streams.ts";
import { hasInitial, initialFunction } from "./shuffle-options.ts";
import type { GroupOptions, Variables } from "./state-types.ts";

/** The operator of `mapGroupsWithState` and `flatMapGroupsWithState`. */
export function groupedWithState<E>(
  { graph, draft }: StreamParts,
  { f, many, options }: { readonly f: JobFunction; readonly many: boolean; readonly options: GroupOptions },
): DStream<E> {
  const { timeout, mode, unbounded } = options;
  const given = mode === undefined ? {} : { mode };
  const spec: OperatorSpec = { kind: "mapGroupsWithState", many, timeout, ...given, ...(unbounded === true ? { unbounded } : {}) };
  return new DStream<E>(graph, graph.add({ spec, parents: [draft], functions: { f }, hasEventTime: false }));
}

/** A `ProcessSpec` whose types the signature of the operator has checked. */
interface ProcessParts {
  readonly timers: "event" | "batch" | "none";
  readonly variables: Variables;
  readonly initial?: Iterable<unknown>;
  readonly onRecords: (...args: never[]) => unknown;
  readonly onTimer?: (...args: never[]) => unknown;
  readonly onInitialState?: (...args: never[]) => unknown;
  readonly unbounded?: boolean;
}

/** The operator of `process`. */
export function processed<T, E>({ graph, draft }: StreamParts, given: ProcessParts): DStream<E, Timed> & Late<T> {
  const { timers, variables, initial, onRecords, onTimer, onInitialState, unbounded } = given;
  const spec: OperatorSpec = {
    kind: "process",
    timers,
    variables: Object.fromEntries(Object.entries(variables).map(([name, { descriptor }]) => [name, descriptor])),
    ...hasInitial(initial),
    ...(unbounded === true ? { unbounded } : {}),
  };
  const functions: Record<string, JobFunction> = { onRecords: eraseFunction(onRecords) };
  if (onTimer !== undefined) functions.onTimer = eraseFunction(onTimer);
  if (onInitialState !== undefined) functions.onInitialState = eraseFunction(onInitialState);
  const first = initialFunction(initial).initial;
  if (first !== undefined) functions.initial = eraseFunction(first);
  const added = graph.add({ spec, parents: [draft], functions, hasEventTime: timers === "event" });
  return withLate(new DStream<E, Timed>(graph, added), { graph, of: added, parent: draft });
}
