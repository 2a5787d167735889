import type { TimeJoinType } from "@millrace/model";
import type { TestJob } from "../harness/graph.ts";
import { type Choice, INTERVAL_MS, type Stream } from "./random-job.ts";

type Pair = readonly [string | number, number];

/** How many choices of operators on event time there are. */
export const TIMED_OPERATORS = 12;

interface Place {
  readonly id: string;
  readonly choice: Choice;
  /** Any stream, a stream with event time, another one with, and a source's own, in whose order elements come. */
  readonly parent: Stream;
  readonly timed: Stream;
  readonly otherTimed: Stream;
  readonly source: Stream;
}

const SUM = {
  init: () => ({ sum: 0, count: 0 }),
  add: (a: { sum: number; count: number }, v: number) => ({ sum: a.sum + v, count: a.count + 1 }),
  merge: (a: { sum: number; count: number }, b: { sum: number; count: number }) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
  result: (a: { sum: number; count: number }) => a.sum * 100 + a.count,
};
const flat = (row: {
  readonly key: string;
  readonly window: { readonly start: number; readonly end: number };
  readonly value: number;
}): unknown => [`${row.key}@${row.window.start}-${row.window.end}`, row.value];
const JOIN_TYPES: readonly TimeJoinType[] = ["inner", "left-outer", "right-outer", "full-outer", "left-semi"];

/** Adds an operator on event time or over all time; results do not depend on order. */
export function addTimed(job: TestJob, place: Place): Stream {
  const { id, choice, parent, timed, source } = place;
  const partitions = choice.slide === 3 ? { partitions: choice.size * 2 } : {};
  const untimed = { id, slide: 1, timed: false };
  const window = { sizeMs: choice.size * 10, slideMs: choice.slide * 10, offsetMs: choice.other % 7 };
  switch (choice.operator % TIMED_OPERATORS) {
    case 0:
    case 1: {
      const isStatic = choice.other % 2 === 0;
      const spec = { kind: "aggregateBySession", ...(isStatic ? { gapMs: choice.size * 8 } : {}), ...partitions } as const;
      job.add(`${id}-w`, spec, [timed.id], { ...SUM, gap: (v: number) => v * 5 });
      job.add(id, { kind: "map" }, [`${id}-w`], { f: flat });
      return { id, slide: 1, timed: true };
    }
    case 2:
      job.add(`${id}-w`, { kind: "aggregateByTimeWindow", window, mode: "update" }, [timed.id], SUM);
      job.add(id, { kind: "map" }, [`${id}-w`], { f: flat });
      return { ...untimed, repeats: true };
    case 3:
      job.add(`${id}-w`, { kind: "aggregateByTimeWindow", window, latenessMs: choice.other }, [timed.id], SUM);
      job.add(id, { kind: "map" }, [`${id}-w`], { f: flat });
      return { ...untimed, repeats: true };
    case 4: {
      const isWindow = choice.other % 2 === 0;
      const spec = isWindow
        ? ({ kind: "aggregateByTimeWindow", window, mode: "complete" } as const)
        : ({ kind: "aggregateByKey", mode: "complete" } as const);
      job.add(`${id}-w`, spec, [isWindow ? timed.id : parent.id], SUM);
      job.add(`${id}-m`, { kind: "map" }, [`${id}-w`], { f: isWindow ? flat : (row: Pair) => row });
      job.add(id, { kind: "sort" }, [`${id}-m`], { compare: ([a]: Pair, [b]: Pair) => (String(a) < String(b) ? -1 : 1) });
      return { ...untimed, slide: isWindow ? 1 : parent.slide, repeats: true };
    }
    case 5: {
      const ttl = choice.size === 1 ? {} : { ttlMs: (choice.size - 1) * INTERVAL_MS };
      job.add(id, { kind: "aggregateByKey", mode: "update", ...ttl, ...partitions }, [parent.id], SUM);
      return { ...untimed, slide: parent.slide, repeats: true };
    }
    case 6: {
      // Which duplicate comes first is the order of the source; behind it, only equal ones may be taken for each other.
      const until = (["watermark", "eventTime", "ever"] as const)[choice.slide - 1] ?? "ever";
      const spec = { kind: "dropDuplicates", until, ...(choice.size > 2 ? { ttlMs: choice.size * INTERVAL_MS } : {}) } as const;
      job.add(id, spec, [until === "eventTime" ? timed.id : source.id], { key: ([k, v]: Pair) => [k, v] });
      return { id, slide: 1, timed: true };
    }
    case 7:
    case 8:
      return addJoin(job, place);
    case 9:
      return addGroups(job, place);
    case 10:
      return addProcess(job, place);
    default:
      job.add(`${id}-w`, { kind: "aggregateByTimeWindow", window }, [timed.id], SUM);
      job.add(id, { kind: "late", of: `${id}-w` }, [timed.id]);
      job.add(`${id}-out`, { kind: "print", count: 1 }, [`${id}-w`]); // an output keeps the window in the plan
      return { id, slide: 1, timed: true };
  }
}

function addJoin(job: TestJob, { id, choice, timed, otherTimed }: Place): Stream {
  const parents = [timed.id, otherTimed.id];
  const beforeMs = (choice.other % 4) * 6 - 6;
  const bounds = { type: "interval", beforeMs, afterMs: Math.max(0, -beforeMs) + choice.size * 5 } as const;
  const type = JOIN_TYPES[choice.other % 5] ?? "inner";
  if (choice.slide === 3) {
    // As of event time: only whether there is a version, since two of one time have no order.
    job.add(`${id}-t`, { kind: "mapValues" }, [otherTimed.id], { f: () => 1 });
    job.add(`${id}-j`, { kind: "joinTable", sides: "left-outer", asOf: "eventTime" }, [timed.id, `${id}-t`]);
    job.add(id, { kind: "mapValues" }, [`${id}-j`], { f: ([v, found]: readonly [number, number?]) => v * 2 + (found ?? 0) });
    return { id, slide: 1, timed: true };
  }
  job.add(`${id}-j`, { kind: "joinWithin", type, bounds, time: choice.slide === 2 ? "right" : "left" }, parents);
  const valueOf = (value: number | readonly [number?, number?]): number =>
    Array.isArray(value) ? Number(value[0] ?? 50) * 3 + Number(value[1] ?? 70) : Number(value);
  job.add(id, { kind: "mapValues" }, [`${id}-j`], { f: valueOf });
  return { id, slide: 1, timed: true };
}

interface GroupCall {
  readonly hasTimedOut: boolean;
  readonly currentWatermark: number | undefined;
  getOption(): number | undefined;
  update(value: number): void;
  remove(): void;
  setTimeoutDuration(ms: number): void;
  setTimeoutTimestamp(ms: number): void;
}

function addGroups(job: TestJob, { id, choice, parent, timed }: Place): Stream {
  const timeout = (["none", "event", "batch"] as const)[choice.slide - 1] ?? "none";
  const many = choice.other % 2 === 0;
  const f = (key: string | number, values: readonly number[], state: GroupCall): unknown => {
    const sum = values.reduce((all, value) => all + value, state.getOption() ?? 0);
    if (state.hasTimedOut) {
      if (sum % 2 === 0) state.remove();
      return many
        ? [
            [key, sum],
            ["out", 1],
          ]
        : [key, sum];
    }
    if (sum % 5 === 0) state.remove();
    else state.update(sum);
    if (timeout === "batch") state.setTimeoutDuration(choice.size * INTERVAL_MS);
    if (timeout === "event" && sum % 3 !== 0 && state.currentWatermark !== Infinity)
      state.setTimeoutTimestamp((state.currentWatermark ?? 0) + choice.size * 7);
    if (many)
      return values.length > 1
        ? [
            [key, sum],
            [key, values.length],
          ]
        : [];
    return values.length > 1 ? undefined : [key, sum];
  };
  const from = timeout === "event" ? timed : parent;
  job.add(id, { kind: "mapGroupsWithState", many, timeout, mode: "append" }, [from.id], { f });
  return { id, slide: from.slide, timed: false };
}

interface ProcessCall {
  readonly state: {
    readonly sum: { get(): number | undefined; set(value: number): void; clear(): void };
    readonly list: { get(): readonly number[]; add(value: number): void; clear(): void };
  };
  readonly timers: { set(at: number): void; delete(at: number): void };
}

function addProcess(job: TestJob, { id, choice, parent, timed }: Place): Stream {
  const timers = (["none", "event", "batch"] as const)[choice.slide - 1] ?? "none";
  const base = timers === "batch" ? INTERVAL_MS : 10;
  const variables = { sum: { type: "value" }, list: { type: "list", ttlMs: choice.size * INTERVAL_MS } } as const;
  const total = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const onRecords = (key: string | number, values: readonly number[], { state, timers: own }: ProcessCall): unknown => {
    const sum = (state.sum.get() ?? 0) + total(values);
    state.sum.set(sum);
    for (const value of values) if (value > 0) state.list.add(value);
    if (timers !== "none") for (const value of values) own.set(value * base);
    if (timers !== "none" && sum % 4 === 0) own.delete(3 * base);
    return [[key, sum + 10 * total(state.list.get())]];
  };
  const onTimer = (key: string | number, at: number, { state, timers: own }: ProcessCall): unknown => {
    const sum = state.sum.get() ?? 0;
    if (sum % 3 === 0) state.sum.clear();
    if (at % 20 === 0) own.set(at - 1); // in the past: fires in the next batch
    if (at % 40 === 0) state.list.clear();
    return [[`${key}!`, sum + at]];
  };
  const from = timers === "event" ? timed : parent;
  job.add(id, { kind: "process", timers, variables }, [from.id], { onRecords, onTimer });
  return { id, slide: from.slide, timed: timers === "event" };
}
