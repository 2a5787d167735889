import type { OperatorKind, OperatorNode } from "@millrace/model";
import { UNION_PARENTS_MAX } from "./limits.ts";

/** What planning needs to know of an operator. */
export interface OperatorTraits {
  /** How its input reaches it: nothing (sources), within the stage, or over a shuffle (by key, evenly, all to slot 0). */
  readonly input: "none" | "narrow" | "key" | "spread" | "single";
  /** Whether the sending side of that shuffle can reduce what it sends. */
  readonly combine: boolean;
  /** What becomes of the event time of elements. `uses`: it is needed, and gone afterwards. */
  readonly eventTime: "sets" | "keeps" | "drops" | "needs" | "uses" | "ends";
  /** What is kept from one batch to the next: per key, whole batches, or nothing. */
  readonly state: "none" | "keyed" | "batches" | "windows";
}

const NARROW: OperatorTraits = { input: "narrow", combine: false, eventTime: "keeps", state: "none" };
const UNTIMED: OperatorTraits = { ...NARROW, eventTime: "drops" };
const KEYED: OperatorTraits = { input: "key", combine: false, eventTime: "drops", state: "none" };
const TIMED: OperatorTraits = { ...KEYED, eventTime: "needs", state: "keyed" };
const SINGLE: OperatorTraits = { input: "single", combine: true, eventTime: "drops", state: "none" };

const TRAITS: Readonly<Record<OperatorKind, OperatorTraits>> = {
  source: { input: "none", combine: false, eventTime: "drops", state: "none" },
  map: NARROW,
  flatMap: NARROW,
  filter: NARROW,
  mapValues: NARROW,
  flatMapValues: NARROW,
  union: NARROW,
  mapPartitions: UNTIMED,
  glom: UNTIMED,
  eventTime: { ...NARROW, eventTime: "sets" },
  reduce: SINGLE,
  count: SINGLE,
  countByValue: { ...KEYED, combine: true },
  groupByKey: KEYED,
  reduceByKey: { ...KEYED, combine: true },
  combineByKey: { ...KEYED, combine: true },
  join: KEYED,
  cogroup: KEYED,
  transform: { ...SINGLE, combine: false },
  repartition: { ...KEYED, input: "spread" },
  mapAsync: { ...KEYED, input: "spread", eventTime: "keeps" },
  updateStateByKey: { ...KEYED, state: "keyed" },
  mapWithState: { ...KEYED, state: "keyed" },
  stateSnapshots: UNTIMED,
  window: { ...UNTIMED, state: "batches" },
  reduceByKeyAndWindow: { ...KEYED, combine: true, state: "batches" },
  aggregateByTimeWindow: { input: "key", combine: true, eventTime: "needs", state: "windows" },
  aggregateBySession: { ...TIMED, state: "windows" },
  aggregateByKey: { ...KEYED, combine: true, state: "keyed" },
  dropDuplicates: { ...TIMED, eventTime: "keeps" },
  joinWithin: TIMED,
  joinTable: { ...TIMED, eventTime: "keeps" },
  mapGroupsWithState: { ...KEYED, state: "keyed" },
  process: { ...KEYED, state: "keyed" },
  limit: { ...SINGLE, combine: false, state: "keyed" },
  sort: { ...SINGLE, combine: false },
  late: NARROW,
  foreachBatch: { input: "single", combine: false, eventTime: "ends", state: "none" },
  print: { input: "single", combine: false, eventTime: "ends", state: "none" },
  sink: { ...NARROW, eventTime: "ends" },
};

/** Traits of an operator: those of its kind, and what its settings change. */
export function traitsOf(operator: OperatorNode): OperatorTraits {
  const traits = TRAITS[operator.kind];
  switch (operator.kind) {
    case "aggregateByTimeWindow":
      return isFinal(operator) ? traits : { ...traits, eventTime: "uses" };
    case "aggregateBySession":
      return operator.mode === "complete" ? { ...traits, eventTime: "uses" } : traits;
    case "dropDuplicates":
      return operator.until === "ever" ? traits : { ...traits, eventTime: "needs" };
    case "joinWithin":
      return operator.bounds === undefined ? { ...traits, eventTime: "keeps" } : traits;
    case "joinTable":
      return operator.asOf === "eventTime" ? { ...traits, eventTime: "needs" } : traits;
    case "mapGroupsWithState":
      return operator.timeout === "event" ? { ...traits, eventTime: "uses" } : traits;
    case "process":
      return operator.timers === "event" ? { ...traits, eventTime: "needs" } : traits;
    default:
      break;
  }
  if (operator.kind === "combineByKey" && !operator.mapSideCombine) return { ...traits, combine: false };
  if (operator.kind === "reduceByKeyAndWindow" && operator.inverse) return { ...traits, state: "keyed" };
  return traits;
}

/** Whether each row of the windows is emitted once, when it can change no more. */
function isFinal(operator: OperatorNode & { kind: "aggregateByTimeWindow" }): boolean {
  return (operator.mode ?? "append") === "append" && (operator.latenessMs ?? 0) === 0;
}

/** Whether an operator ends a stream: nothing may follow it. */
export function isOutput(operator: OperatorNode): boolean {
  return TRAITS[operator.kind].eventTime === "ends";
}

/** Whether its state would be lost without checkpoints. (Windows over whole batches are read again from the sources' logs.) */
export function needsCheckpoint(operator: OperatorNode): boolean {
  const { state } = traitsOf(operator);
  return state === "keyed" || state === "windows";
}

/** How many parents a kind takes, least and most. */
export function parentCounts(kind: OperatorKind): readonly [min: number, max: number] {
  switch (kind) {
    case "source":
      return [0, 0];
    case "union":
    case "transform":
      return [1, UNION_PARENTS_MAX];
    case "join":
    case "cogroup":
    case "joinWithin":
    case "joinTable":
      return [2, 2];
    default:
      return [1, 1];
  }
}
