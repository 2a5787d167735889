import {
  canonicalKey,
  type CanonicalKey,
  type JobFunction,
  type OutputMode,
  type TableJoinSides,
  type TimeJoinBounds,
  type TimeJoinType,
} from "@millrace/model";
import { type Aggregator, aggregatorFunctions } from "./aggregator.ts";
import { checkDuration, timeWindow, type TimeWindowSpec } from "./checks.ts";
import { DStream } from "./dstream.ts";
import { eraseFunction } from "./erase.ts";
import { jobError } from "./errors.ts";
import type {
  DedupOptions,
  JoinWithinOptions,
  KeyAggregateOptions,
  Late,
  LateSides,
  SessionSpec,
  SessionStream,
  Timed,
  TimeWindowedStream,
} from "./event-time-types.ts";
import { type GraphBuilder, idOf, type OperatorDraft, type OperatorSpec } from "./graph-builder.ts";
import { IDLE_AFTER_MS_DEFAULT } from "./limits.ts";
import type { Pair } from "./pair.ts";
import { draftsOf, type StreamParts } from "./several-streams.ts";
import type { EventTimeOptions } from "./stream-types.ts";

type Functions = Readonly<Record<string, JobFunction>>;

/** The operator of `withEventTime`. */
export function addEventTime(
  graph: GraphBuilder,
  draft: OperatorDraft,
  { time, options }: { readonly time: JobFunction; readonly options: EventTimeOptions },
): OperatorDraft {
  if (draft.hasEventTime) {
    const message = "the stream has an event time already: call withEventTime once, as near to the source as it can be known";
    throw jobError("watermark-redefined", message, { operator: idOf(draft) });
  }
  const { watermark: delayMs, idleAfter: idleAfterMs = IDLE_AFTER_MS_DEFAULT, merge } = options;
  checkDuration(idleAfterMs, "withEventTime idleAfter");
  if (delayMs !== "none" && (!Number.isSafeInteger(delayMs) || delayMs < 0)) checkDuration(delayMs, "withEventTime watermark");
  const spec: OperatorSpec = { kind: "eventTime", delayMs, idleAfterMs, ...(merge === undefined ? {} : { merge }) };
  return graph.add({ spec, parents: [draft], functions: { time }, hasEventTime: true });
}

/** The functions of an aggregator, for an operator below `parent`. */
export function functionsOf<V, A, R>(aggregator: Aggregator<V, A, R>, parent: OperatorDraft): Functions {
  return aggregatorFunctions(aggregator, `aggregateByKey after ${idOf(parent)}`);
}

interface AnyWindowOptions {
  readonly mode?: OutputMode;
  readonly lateness?: number | undefined;
  readonly unbounded?: boolean;
}

/** What `windowByTime` gives; the implementation behind the overloads of both interfaces. */
export function windowedStream<K, V>(
  { graph, draft }: StreamParts,
  spec: TimeWindowSpec | SessionSpec<V>,
): TimeWindowedStream<K, V> & SessionStream<K, V> {
  const where = `windowByTime after ${idOf(draft)}`;
  const window = "session" in spec ? sessionSpec(spec, where) : { window: timeWindow(spec, where), gap: undefined };
  function aggregateByKey<A, R>(aggregator: Aggregator<V, A, R>, options: AnyWindowOptions = {}): never {
    const { mode, lateness, unbounded } = options;
    if (lateness !== undefined) checkDuration(lateness, `${where} lateness`);
    const shared = { ...(mode === undefined ? {} : { mode }), ...(unbounded === true ? { unbounded } : {}) };
    const node =
      "window" in window
        ? { kind: "aggregateByTimeWindow", window: window.window, ...shared, ...(lateness === undefined ? {} : { latenessMs: lateness }) }
        : { kind: "aggregateBySession", ...window.spec, ...shared };
    const functions = { ...functionsOf(aggregator, draft), ...(window.gap === undefined ? {} : { gap: window.gap }) };
    const isFinal = (mode ?? "append") === "append" && lateness === undefined;
    const added = graph.add({ spec: node as OperatorSpec, parents: [draft], functions, hasEventTime: isFinal });
    const stream = withLate(new DStream(graph, added), { graph, of: added, parent: draft });
    return stream as never; // each overload says which
  }
  return { aggregateByKey };
}

function sessionSpec<V>(
  { session }: SessionSpec<V>,
  where: string,
): { readonly spec: { gapMs?: number }; readonly gap: JobFunction | undefined } {
  if (typeof session === "function") return { spec: {}, gap: eraseFunction(session) };
  checkDuration(session, `${where} session`);
  return { spec: { gapMs: session }, gap: undefined };
}

/** The operator of `aggregateByKey`. */
export function aggregatedByKey<P>(
  { graph, draft }: StreamParts,
  {
    functions,
    options,
  }: { readonly functions: Functions; readonly options: KeyAggregateOptions & { readonly mode: "update" | "complete" } },
): DStream<P, never> {
  const { mode, ttl, unbounded } = options;
  if (ttl !== undefined) checkDuration(ttl, `ttl of aggregateByKey after ${idOf(draft)}`);
  const spec: OperatorSpec = { kind: "aggregateByKey", mode, ...kept(ttl, unbounded) };
  return new DStream<P, never>(graph, graph.add({ spec, parents: [draft], functions, hasEventTime: false }));
}

/** The operator of `dropDuplicates` and `dropDuplicatesWithinWatermark`. */
export function deduplicated<T, Time>(
  { graph, draft }: StreamParts,
  { key, options }: { readonly key: JobFunction; readonly options: (DedupOptions & { readonly sameTime?: boolean }) | "watermark" },
): DStream<T, Time> & Late<T> {
  const spec = { kind: "dropDuplicates", ...dedupSettings(options, draft) } as const;
  const added = graph.add({ spec, parents: [draft], functions: { key } });
  return withLate(new DStream<T, Time>(graph, added), { graph, of: added, parent: draft });
}

function dedupSettings(
  options: (DedupOptions & { readonly sameTime?: boolean }) | "watermark",
  draft: OperatorDraft,
): { readonly until: "watermark" | "eventTime" | "ever"; readonly ttlMs?: number; readonly unbounded?: boolean } {
  if (options === "watermark") return { until: "watermark" };
  if (options.sameTime === true) return { until: "eventTime" };
  const { ttl, unbounded } = { ttl: undefined, unbounded: undefined, ...options };
  if (ttl !== undefined) checkDuration(ttl, `ttl of dropDuplicates after ${idOf(draft)}`);
  return { until: "ever", ...kept(ttl, unbounded) };
}

/** The operator of `joinWithin` and `joinAll`. */
export function joinedWithin<L, R, P>(
  left: StreamParts,
  right: StreamParts,
  options:
    | JoinWithinOptions<never, never, TimeJoinType>
    | { readonly unbounded: true; readonly where?: ((left: never, right: never) => boolean) | undefined },
): DStream<P, Timed> & LateSides<L, R> {
  const { graph } = left;
  const parents = draftsOf(graph, [left, right], "joinWithin");
  const { type = "inner", time, where, unbounded } = { type: undefined, time: undefined, ...options };
  const bounds = boundsOf(options, left.draft);
  const spec: OperatorSpec = {
    kind: "joinWithin",
    type,
    ...(bounds === undefined ? {} : { bounds }),
    ...(time === undefined ? {} : { time }),
    ...(unbounded === true ? { unbounded } : {}),
  };
  const added = graph.add({ spec, parents, functions: where === undefined ? {} : { where: eraseFunction(where) } });
  return Object.assign(new DStream<P, Timed>(graph, added), {
    lateLeft: () => lateOf<L>({ graph, of: added, parent: left.draft }),
    lateRight: () => lateOf<R>({ graph, of: added, parent: right.draft }),
  });
}

function boundsOf(options: object, draft: OperatorDraft): TimeJoinBounds | undefined {
  if ("window" in options)
    return { type: "window", window: timeWindow(options.window as TimeWindowSpec, `joinWithin after ${idOf(draft)}`) };
  if ("sameTime" in options) return { type: "sameTime" };
  if (!("before" in options) || !("after" in options)) return undefined;
  const { before: beforeMs, after: afterMs } = options as { readonly before: number; readonly after: number };
  if (Number.isSafeInteger(beforeMs) && Number.isSafeInteger(afterMs) && beforeMs + afterMs >= 0)
    return { type: "interval", beforeMs, afterMs };
  const message = "before and after must be whole milliseconds and leave a time in which elements can meet (before + after >= 0)";
  throw jobError("invalid-operator-setting", message, { operator: `joinWithin after ${idOf(draft)}`, beforeMs, afterMs });
}

/** The operator of `joinTable`. */
export function joinedTable<P, Time>(
  stream: StreamParts,
  table: StreamParts,
  { type = "inner", asOf }: { readonly type?: TableJoinSides; readonly asOf: "batch" | "eventTime" },
): DStream<P, Time> {
  const parents = draftsOf(stream.graph, [stream, table], "joinTable");
  const spec: OperatorSpec = { kind: "joinTable", sides: type, asOf };
  return new DStream<P, Time>(stream.graph, stream.graph.add({ spec, parents, hasEventTime: stream.draft.hasEventTime }));
}

/** The operator of `joinStatic`: a flatMap over rows that every task holds. */
export function joinedStatic<P, Time>(
  { graph, draft }: StreamParts,
  { rows, type }: { readonly rows: Iterable<Pair<unknown, unknown>>; readonly type: TableJoinSides | "left-anti" },
): DStream<P, Time> {
  const byKey = new Map<CanonicalKey, unknown[]>();
  for (const [key, value] of rows) {
    const canonical = canonicalKey(key);
    byKey.set(canonical, [...(byKey.get(canonical) ?? []), value]);
  }
  const f = (element: Pair<unknown, unknown>): readonly unknown[] => {
    const [key, value] = element;
    const found = key === null || key === undefined ? [] : (byKey.get(canonicalKey(key)) ?? []);
    if (type === "left-anti") return found.length === 0 ? [element] : [];
    if (type === "left-semi") return found.length === 0 ? [] : [element];
    if (found.length === 0 && type === "left-outer") return [[key, [value, undefined]]];
    return found.map((row) => [key, [value, row]]);
  };
  const functions = { f: eraseFunction(f) };
  return new DStream<P, Time>(graph, graph.add({ spec: { kind: "flatMap" }, parents: [draft], functions, shownKind: "joinStatic" }));
}

/** The operator of `orderBy`. */
export function ordered<T, Time>({ graph, draft }: StreamParts, compare: JobFunction): DStream<T, Time> {
  return new DStream<T, Time>(graph, graph.add({ spec: { kind: "sort" }, parents: [draft], functions: { compare }, hasEventTime: false }));
}

/** The operator of `limit`. */
export function limited<T, Time>({ graph, draft }: StreamParts, count: number): DStream<T, Time> {
  return new DStream<T, Time>(graph, graph.add({ spec: { kind: "limit", count }, parents: [draft], hasEventTime: false }));
}

interface LatePlace {
  readonly graph: GraphBuilder;
  readonly of: OperatorDraft;
  readonly parent: OperatorDraft;
}

/** The stream with `late()`. */
export function withLate<S extends object, T>(stream: S, place: LatePlace): S & Late<T> {
  return Object.assign(stream, { late: () => lateOf<T>(place) });
}

function lateOf<T>({ graph, of, parent }: LatePlace): DStream<T, Timed> {
  return new DStream<T, Timed>(graph, graph.add({ spec: { kind: "late", of: idOf(of) }, parents: [parent], lateOf: of }));
}

function kept(ttl: number | undefined, unbounded: boolean | undefined): { readonly ttlMs?: number; readonly unbounded?: boolean } {
  return { ...(ttl === undefined ? {} : { ttlMs: ttl }), ...(unbounded === true ? { unbounded } : {}) };
}
