import { DuplicatesUntil, JoinSides as WireJoinSides, type JoinWithinOperator, type Operator, type TimeWindow } from "@millrace/contracts";
import type { OperatorKind, OperatorNode, TimeJoinBounds, TimeJoinType, TimeWindowDescriptor } from "@millrace/model";
import { choiceOf, graphMalformed, modeOf, sinkOf, sourceOf } from "./graph-ends.ts";

type WithoutPlace<N> = N extends OperatorNode ? Omit<N, "id" | "name" | "parents"> : never;

/** An operator without its place in the graph. */
export type OperatorBody = WithoutPlace<OperatorNode>;

type Wire = Operator["kind"] & { readonly case: string };

/** An event-time source partition without records stops holding the watermark back after a minute, unless the graph says otherwise. */
const IDLE_AFTER_MS_DEFAULT = 60_000;
const PRINT_COUNT_DEFAULT = 10;

/** The settings and expressions of an operator; `slideMs` is that of the stream above it. */
export function bodyOf(wire: Wire, { id, slideMs }: { readonly id: string; readonly slideMs: number }): OperatorBody {
  switch (wire.case) {
    case "source":
      return { kind: "source", source: sourceOf(wire.value, id) };
    case "sink":
      return {
        kind: "sink",
        sink: sinkOf(wire.value, id),
        ...mode(wire.value.mode, id),
        ...texts({ key: wire.value.key, value: wire.value.value, timestamp: wire.value.timestamp }),
      };
    case "eventTime": {
      const { time, watermarkDelayMs, withoutWatermark, idleAfterMs, fastestPartition } = wire.value;
      const delayMs = withoutWatermark ? "none" : Number(watermarkDelayMs);
      const idle = idleAfterMs === undefined ? IDLE_AFTER_MS_DEFAULT : Number(idleAfterMs);
      return { kind: "eventTime", delayMs, idleAfterMs: idle, ...(fastestPartition ? { merge: "max" } : {}), ...texts({ time }) };
    }
    case "print":
      return { kind: "print", count: wire.value.count === 0 ? PRINT_COUNT_DEFAULT : wire.value.count };
    case "map":
    case "flatMap":
    case "filter":
    case "mapValues":
    case "flatMapValues":
    case "reduce":
    case "reduceByKey":
      return { kind: wire.case, ...texts(wire.value) };
    case "sort":
      return { kind: "sort", ...texts({ by: wire.value.by }) };
    case "limit":
      return { kind: "limit", count: Number(wire.value.count) };
    case "late":
      return { kind: "late", of: wire.value.of };
    case "union":
    case "count":
    case "countByValue":
    case "groupByKey":
    case "cogroup":
    case "glom":
    case "stateSnapshots":
      return { kind: wire.case };
    case "repartition":
      return { kind: "repartition" } as OperatorBody; // its number of tasks stands beside it, as for every shuffle
    case "updateStateByKey":
      return { kind: "updateStateByKey", form: "keyed", ...texts(wire.value) };
    case "mapWithState":
      return mapWithStateBody(wire.value, id);
    default:
      return keyedBody(wire, { id, slideMs });
  }
}

type MapWithState = Extract<Wire, { readonly case: "mapWithState" }>["value"];

function mapWithStateBody({ timeoutMs, timeoutCheckMs, ...given }: MapWithState, id: string): OperatorBody {
  if (timeoutMs === 0n && timeoutCheckMs !== 0n)
    throw graphMalformed(id, "timeout_check_ms is of keys that time out: give it timeout_ms, too");
  if (timeoutMs === 0n && given.timeoutResult !== "")
    throw graphMalformed(id, "timeout_result is of keys that time out: give it timeout_ms, too");
  const own = {
    ...(timeoutMs === 0n ? {} : { timeoutMs: Number(timeoutMs) }),
    ...(timeoutCheckMs === 0n ? {} : { timeoutCheckMs: Number(timeoutCheckMs) }),
  };
  return { kind: "mapWithState", ...own, ...texts(given) };
}

type Keyed = Extract<
  Wire,
  {
    readonly case:
      | "combineByKey"
      | "join"
      | "window"
      | "reduceByKeyAndWindow"
      | "aggregateByTimeWindow"
      | "aggregateBySession"
      | "aggregateByKey"
      | "dropDuplicates"
      | "joinWithin"
      | "joinTable";
  }
>;

function keyedBody(wire: Keyed, { id, slideMs }: { readonly id: string; readonly slideMs: number }): OperatorBody {
  switch (wire.case) {
    case "combineByKey": {
      const { create, mergeValue, mergeCombiners } = wire.value;
      return { kind: "combineByKey", mapSideCombine: true, ...texts({ create, mergeValue, mergeCombiners }) };
    }
    case "join": {
      const sides = sidesOf(wire.value.sides, id);
      if (sides === "left-semi")
        throw graphMalformed(id, "a join batch against batch has no left semi side: use join_within or join_table");
      return { kind: "join", sides };
    }
    case "window":
      return { kind: "window", windowMs: Number(wire.value.windowMs), slideMs: number(wire.value.slideMs) ?? slideMs };
    case "reduceByKeyAndWindow": {
      const { combine, inverse, condition, windowMs, slideMs: slide } = wire.value;
      const window = { windowMs: Number(windowMs), slideMs: number(slide) ?? slideMs };
      return {
        kind: "reduceByKeyAndWindow",
        ...window,
        inverse: inverse !== "",
        filtered: condition !== "",
        ...texts({ combine, inverse, condition }),
      };
    }
    case "dropDuplicates": {
      const { key, until, ttlMs, unbounded } = wire.value;
      return {
        kind: "dropDuplicates",
        until: choiceOf(UNTIL, until, { operator: id, what: "end of duplicates" }),
        ...kept(ttlMs, unbounded),
        ...texts({ key }),
      };
    }
    case "joinWithin":
      return joinWithinBody(wire.value, id);
    case "joinTable": {
      const sides = sidesOf(wire.value.sides, id);
      if (sides === "right-outer" || sides === "full-outer")
        throw graphMalformed(id, "a join with a table yields its stream's elements: inner, left outer or left semi");
      return { kind: "joinTable", sides, asOf: wire.value.asOfEventTime ? "eventTime" : "batch" };
    }
    default:
      return aggregateBody(wire, id);
  }
}

function aggregateBody(
  wire: Extract<Keyed, { readonly case: "aggregateByTimeWindow" | "aggregateBySession" | "aggregateByKey" }>,
  id: string,
): OperatorBody {
  const { aggregate, unbounded } = wire.value;
  switch (wire.case) {
    case "aggregateByTimeWindow": {
      const { window, latenessMs } = wire.value;
      if (window === undefined) throw graphMalformed(id, "it has no window: give it one with size_ms");
      const lateness = latenessMs === 0n ? {} : { latenessMs: Number(latenessMs) };
      const own = { ...mode(wire.value.mode, id), ...lateness, ...kept(0n, unbounded) };
      return { kind: "aggregateByTimeWindow", window: windowOf(window), ...own, ...texts({ aggregate }) };
    }
    case "aggregateBySession": {
      const { gap, gapMs } = wire.value;
      const given = modeOf(wire.value.mode, id);
      if (given === "update") throw graphMalformed(id, "sessions have no update mode: they are written when they end, or as a whole table");
      const own = {
        ...(gap === "" ? { gapMs: Number(gapMs) } : {}),
        ...(given === undefined ? {} : { mode: given }),
        ...kept(0n, unbounded),
      };
      return { kind: "aggregateBySession", ...own, ...texts({ aggregate, gap }) };
    }
    case "aggregateByKey": {
      const given = modeOf(wire.value.mode, id) ?? "update";
      if (given === "append") throw graphMalformed(id, "an aggregate over all batches is never final: update or complete");
      return { kind: "aggregateByKey", mode: given, ...kept(wire.value.ttlMs, unbounded), ...texts({ aggregate }) };
    }
  }
}

function joinWithinBody({ sides, bounds, condition, timeOfRight, unbounded }: JoinWithinOperator, id: string): OperatorBody {
  const type: TimeJoinType = sidesOf(sides, id);
  const bound = boundsOf(bounds);
  if (bound === undefined && !unbounded)
    throw graphMalformed(id, "it has no bounds: give it interval, window or same_time, or say unbounded");
  const own = { ...(bound === undefined ? {} : { bounds: bound }), ...(timeOfRight ? { time: "right" as const } : {}) };
  return { kind: "joinWithin", type, ...own, ...kept(0n, unbounded), ...texts({ condition }) };
}

function boundsOf(bounds: JoinWithinOperator["bounds"]): TimeJoinBounds | undefined {
  switch (bounds.case) {
    case "interval":
      return { type: "interval", beforeMs: Number(bounds.value.beforeMs), afterMs: Number(bounds.value.afterMs) };
    case "window":
      return { type: "window", window: windowOf(bounds.value) };
    case "sameTime":
      return { type: "sameTime" };
    case undefined:
      return undefined;
  }
}

function windowOf({ sizeMs, slideMs, offsetMs }: TimeWindow): TimeWindowDescriptor {
  return { sizeMs: Number(sizeMs), slideMs: Number(slideMs ?? sizeMs), offsetMs: Number(offsetMs) };
}

const SIDES: ReadonlyMap<WireJoinSides, TimeJoinType> = new Map([
  [WireJoinSides.UNSPECIFIED, "inner"],
  [WireJoinSides.INNER, "inner"],
  [WireJoinSides.LEFT_OUTER, "left-outer"],
  [WireJoinSides.RIGHT_OUTER, "right-outer"],
  [WireJoinSides.FULL_OUTER, "full-outer"],
  [WireJoinSides.LEFT_SEMI, "left-semi"],
]);

function sidesOf(sides: WireJoinSides, operator: string): TimeJoinType {
  return choiceOf(SIDES, sides, { operator, what: "sides of a join" });
}

const UNTIL: ReadonlyMap<DuplicatesUntil, (OperatorNode & { readonly kind: "dropDuplicates" })["until"]> = new Map([
  [DuplicatesUntil.UNSPECIFIED, "watermark"],
  [DuplicatesUntil.WATERMARK, "watermark"],
  [DuplicatesUntil.EVENT_TIME, "eventTime"],
  [DuplicatesUntil.EVER, "ever"],
]);

/** Expressions that are given, by the names of streams' `declaredJob`. */
function texts(given: object): { readonly expressions?: Readonly<Record<string, string>> } {
  const entries = Object.entries(given).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && !entry[0].startsWith("$") && entry[1] !== "",
  );
  return entries.length === 0 ? {} : { expressions: Object.fromEntries(entries) };
}

function mode(given: Parameters<typeof modeOf>[0], id: string): { readonly mode?: "append" | "update" | "complete" } {
  const known = modeOf(given, id);
  return known === undefined ? {} : { mode: known };
}

function kept(ttlMs: bigint, unbounded: boolean): { readonly ttlMs?: number; readonly unbounded?: boolean } {
  return { ...(ttlMs === 0n ? {} : { ttlMs: Number(ttlMs) }), ...(unbounded ? { unbounded } : {}) };
}

function number(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** The kind in words of the API. */
export function kindOf(wire: Wire): OperatorKind {
  return wire.case;
}
