import type { JobFunctions, OperatorNode, TimeJoinType } from "@millrace/model";

export interface Timed {
  readonly value: unknown;
  readonly time: number;
}

export interface TimedBatch {
  readonly n: number;
  readonly timeMs: number;
  /** Of the eventTime operators, which all have one watermark here. */
  readonly late: number | undefined;
  readonly evict: number | undefined;
}

type F = (...args: readonly unknown[]) => unknown;
type Pair = readonly [key: unknown, value: unknown];

interface Arrived extends Timed {
  readonly n: number;
  /** wm(t) of the operator when it came. */
  readonly evict: number;
}

/** Watermarks of an operator's input as numbers. */
interface Bounds {
  readonly late: number;
  readonly evict: number;
}

const ofKey = (key: unknown): string => JSON.stringify(key);

/**
 * Operators on event time and over all time, said as plainly as possible: every element that came is kept for ever, and each batch is worked out from all of them by
 * the rule's own words, without timers, indexes or eviction.
 */
export class NaiveTimed {
  readonly #functions: JobFunctions;
  readonly #operators: ReadonlyMap<string, OperatorNode>;
  /** All elements that were not late, by operator and side. */
  readonly #arrived = new Map<string, Arrived[]>();
  readonly #keyed = new Map<string, Map<string, { key: unknown; state: Record<string, unknown> }>>();
  readonly #emitted = new Map<string, Set<unknown>>();
  readonly late = new Map<string, number>();

  constructor(functions: JobFunctions, operators: readonly OperatorNode[]) {
    this.#functions = functions;
    this.#operators = new Map(operators.map((operator) => [operator.id, operator]));
  }

  /** The operator's batch; undefined: it is none of these. */
  run(operator: OperatorNode, parents: readonly (readonly Timed[])[], batch: TimedBatch): readonly Timed[] | undefined {
    const [parent = [], other = []] = parents;
    switch (operator.kind) {
      case "late":
        return parent.filter(({ time, value }) => this.#isLate(this.#node(operator.of), { time, value }, this.bounds(operator.of, batch)));
      case "aggregateBySession":
        return this.#sessions(operator, parent, batch);
      case "aggregateByKey":
        return this.#byKey(operator, parent, batch);
      case "dropDuplicates":
        return this.#dedup(operator, parent, batch);
      case "joinWithin":
        return this.#join(operator, [parent, other], batch);
      case "joinTable":
        return this.#joinTable(operator, [parent, other], batch);
      case "mapGroupsWithState":
        return this.#groups(operator, parent, batch);
      case "process":
        return this.#process(operator, parent, batch);
      case "limit": {
        const before = this.#arrivedOf(operator.id).length;
        this.#accept(operator, operator.id, parent, batch);
        return untimed(parent.slice(0, Math.max(0, operator.count - before)));
      }
      case "aggregateByTimeWindow":
        return (operator.mode ?? "append") === "append" && operator.latenessMs === undefined
          ? undefined
          : this.#windows(operator, parent, batch);
      default:
        return undefined;
    }
  }

  #node(id: string): OperatorNode {
    const operator = this.#operators.get(id);
    if (operator === undefined) throw new Error(`no operator ${id}`);
    return operator;
  }

  /** Watermarks hand themselves on less what an operator may emit late; here all start from one. */
  bounds(id: string, { late, evict }: TimedBatch): Bounds {
    const behind = Math.max(0, ...this.#node(id).parents.map((parent) => this.#behind(parent)));
    return { late: (late ?? -Infinity) - behind, evict: (evict ?? -Infinity) - behind };
  }

  #behind(id: string): number {
    const operator = this.#node(id);
    const above = Math.max(0, ...operator.parents.map((parent) => this.#behind(parent)));
    if (operator.kind === "process" && operator.timers === "event") return above + 1;
    if (operator.kind !== "joinWithin" || operator.bounds?.type !== "interval") return above;
    return above + Math.max(operator.bounds.beforeMs, operator.bounds.afterMs) + 1;
  }

  #isLate(operator: OperatorNode, { time, value }: Timed, { late }: Bounds): boolean {
    switch (operator.kind) {
      case "aggregateByTimeWindow": {
        const starts = startsOf(operator.window, time);
        return starts.length > 0 && starts.every((start) => start + operator.window.sizeMs + (operator.latenessMs ?? 0) <= late);
      }
      case "aggregateBySession":
        return this.#gap(operator, value) > 0 && time + this.#gap(operator, value) <= late;
      default:
        return time <= late;
    }
  }

  #gap(operator: OperatorNode & { kind: "aggregateBySession" }, value: unknown): number {
    return operator.gapMs ?? Number(this.#f(operator, "gap")((value as Pair)[1]));
  }

  /** Adds what is not late to what has arrived under `name`; gives what was added. */
  #accept(operator: OperatorNode, name: string, elements: readonly Timed[], batch: TimedBatch): readonly Arrived[] {
    const bounds = this.bounds(operator.id, batch);
    const isLate = (element: Timed): boolean => !Number.isNaN(element.time) && this.#isLate(operator, element, bounds);
    const added = elements.filter((element) => !isLate(element)).map((element) => ({ ...element, n: batch.n, evict: bounds.evict }));
    this.late.set(operator.id, (this.late.get(operator.id) ?? 0) + elements.length - added.length);
    this.#arrivedOf(name).push(...added);
    return added;
  }

  #arrivedOf(name: string): Arrived[] {
    const known = this.#arrived.get(name) ?? [];
    this.#arrived.set(name, known);
    return known;
  }

  #emittedOf(id: string): Set<unknown> {
    const known = this.#emitted.get(id) ?? new Set<unknown>();
    this.#emitted.set(id, known);
    return known;
  }

  #aggregate(operator: OperatorNode, values: readonly unknown[]): unknown {
    const add = this.#f(operator, "add");
    return this.#f(operator, "result")(values.reduce((all, value) => add(all, value), this.#f(operator, "init")()));
  }

  #windows(operator: OperatorNode & { kind: "aggregateByTimeWindow" }, parent: readonly Timed[], batch: TimedBatch): readonly Timed[] {
    const { sizeMs } = operator.window;
    const isComplete = operator.mode === "complete";
    const given = this.bounds(operator.id, batch);
    const { late, evict } = isComplete ? { late: -Infinity, evict: -Infinity } : given;
    const lateness = operator.latenessMs ?? 0;
    const added = isComplete
      ? parent.map((one) => ({ ...one, n: batch.n, evict }))
      : this.#accept(operator, `${operator.id}/all`, parent, batch);
    // What a window has taken: records that came while it was open.
    const taken = this.#arrivedOf(operator.id) as (Arrived & { starts?: number[] })[];
    for (const one of added)
      taken.push({ ...one, starts: startsOf(operator.window, one.time).filter((start) => start + sizeMs + lateness > late) });
    const windows = new Map<string, { key: unknown; start: number; values: unknown[]; touched: boolean }>();
    for (const { value, starts = [], n } of taken) {
      const [key, item] = value as Pair;
      for (const start of starts) {
        const text = ofKey([key, start]);
        const window = windows.get(text) ?? { key, start, values: [], touched: false };
        window.values.push(item);
        window.touched ||= n === batch.n;
        windows.set(text, window);
      }
    }
    const rows = [...windows.values()].filter(({ start, touched }) => {
      const end = start + sizeMs;
      if (isComplete) return parent.some(({ time }) => startsOf(operator.window, time).length > 0);
      if (operator.mode === "update") return touched && end + lateness > late;
      return (end > late && end <= evict) || (touched && end <= late && end + lateness > late);
    });
    return rows.map(({ key, start, values }) => ({
      value: { key, window: { start, end: start + sizeMs }, value: this.#aggregate(operator, values) },
      time: NaN,
    }));
  }

  #sessions(operator: OperatorNode & { kind: "aggregateBySession" }, parent: readonly Timed[], batch: TimedBatch): readonly Timed[] {
    const useful = parent.filter(({ value }) => this.#gap(operator, value) > 0);
    this.#accept(operator, operator.id, useful, batch);
    const { evict } = this.bounds(operator.id, batch);
    const closed = this.#emittedOf(operator.id);
    const open = this.#arrivedOf(operator.id).filter((one) => !closed.has(one));
    const sorted = [...open].sort((a, b) => a.time - b.time);
    const sessions: { key: unknown; start: number; end: number; members: Arrived[] }[] = [];
    for (const one of sorted) {
      const [key] = one.value as Pair;
      const end = one.time + this.#gap(operator, one.value);
      const session = sessions.find((other) => ofKey(other.key) === ofKey(key) && one.time <= other.end);
      if (session === undefined) sessions.push({ key, start: one.time, end, members: [one] });
      else {
        session.end = Math.max(session.end, end);
        session.members.push(one);
      }
    }
    const isComplete = operator.mode === "complete";
    if (isComplete && useful.length === 0) return [];
    const results = isComplete ? sessions : sessions.filter(({ end }) => end <= evict);
    if (!isComplete) for (const { members } of results) for (const one of members) closed.add(one);
    return results.map(({ key, start, end, members }) => ({
      value: {
        key,
        window: { start, end },
        value: this.#aggregate(
          operator,
          members.map(({ value }) => (value as Pair)[1]),
        ),
      },
      time: end - 0.001,
    }));
  }

  #byKey(operator: OperatorNode & { kind: "aggregateByKey" }, parent: readonly Timed[], { timeMs }: TimedBatch): readonly Timed[] {
    const cells = this.#cells(operator.id);
    for (const [text, { state }] of cells) if (timeMs >= Number(state["until"])) cells.delete(text);
    const touched = new Set<string>();
    for (const { value } of parent) {
      const [key, item] = value as Pair;
      const values = (cells.get(ofKey(key))?.state["values"] as unknown[] | undefined) ?? [];
      cells.set(ofKey(key), { key, state: { values: [...values, item], until: timeMs + (operator.ttlMs ?? Infinity) } });
      touched.add(ofKey(key));
    }
    const rows = [...cells].filter(([text]) => touched.size > 0 && (operator.mode === "complete" || touched.has(text)));
    return rows.map(([, { key, state }]) => ({ value: [key, this.#aggregate(operator, state["values"] as unknown[])], time: NaN }));
  }

  #dedup(operator: OperatorNode & { kind: "dropDuplicates" }, parent: readonly Timed[], batch: TimedBatch): readonly Timed[] {
    const { evict } = this.bounds(operator.id, batch);
    const added = this.#accept(operator, `${operator.id}/all`, parent, batch);
    const held = this.#cells(operator.id);
    if (operator.until === "ever") for (const [text, { state }] of held) if (batch.timeMs >= Number(state["until"])) held.delete(text);
    const passed: Timed[] = [];
    for (const { value, time } of added) {
      const key = [this.#f(operator, "key")(value), operator.until === "eventTime" ? time : 0];
      if (held.has(ofKey(key))) continue;
      const until = operator.until === "ever" ? batch.timeMs + (operator.ttlMs ?? Infinity) : time; // the watermarks of these jobs have no delay
      held.set(ofKey(key), { key, state: { until } });
      passed.push({ value, time });
    }
    if (operator.until !== "ever") for (const [text, { state }] of held) if (Number(state["until"]) <= evict) held.delete(text);
    return passed;
  }

  #join(
    operator: OperatorNode & { kind: "joinWithin" },
    [left, right]: readonly [readonly Timed[], readonly Timed[]],
    batch: TimedBatch,
  ): readonly Timed[] {
    this.#accept(operator, `${operator.id}/left`, left, batch);
    const late = this.late.get(operator.id) ?? 0;
    this.#accept(operator, `${operator.id}/right`, right, batch);
    if (operator.parents[0] === operator.parents[1]) this.late.set(operator.id, late); // an element that is both sides is late once
    const lefts = this.#arrivedOf(`${operator.id}/left`);
    const rights = this.#arrivedOf(`${operator.id}/right`);
    const bounds = operator.bounds?.type === "interval" ? operator.bounds : { beforeMs: 0, afterMs: 0 };
    const expiry = (one: Arrived, side: "left" | "right"): number => one.time + (side === "left" ? bounds.afterMs : bounds.beforeMs);
    const waits = (one: Arrived, side: "left" | "right"): boolean => expiry(one, side) >= one.evict;
    const meet = (l: Arrived, r: Arrived): boolean =>
      ofKey((l.value as Pair)[0]) === ofKey((r.value as Pair)[0]) &&
      l.time - bounds.beforeMs <= r.time &&
      r.time <= l.time + bounds.afterMs &&
      (l.n <= r.n ? waits(l, "left") : waits(r, "right"));
    return [
      ...this.#pairs(operator, { lefts, rights, meet }, batch.n),
      ...this.#alone(operator, { lefts, rights, meet, expiry, waits }, batch),
    ];
  }

  #pairs(
    operator: OperatorNode & { kind: "joinWithin" },
    {
      lefts,
      rights,
      meet,
    }: { readonly lefts: readonly Arrived[]; readonly rights: readonly Arrived[]; readonly meet: (l: Arrived, r: Arrived) => boolean },
    n: number,
  ): Timed[] {
    return lefts.flatMap((l) => {
      const partners = rights.filter((r) => meet(l, r));
      const [key, item] = l.value as Pair;
      if (operator.type === "left-semi") {
        const first = Math.min(...partners.map((r) => Math.max(l.n, r.n)));
        return first === n ? [{ value: [key, item], time: l.time }] : [];
      }
      return partners
        .filter((r) => Math.max(l.n, r.n) === n)
        .map((r) => ({ value: [key, [item, (r.value as Pair)[1]]], time: operator.time === "right" ? r.time : l.time }));
    });
  }

  #alone(
    operator: OperatorNode & { kind: "joinWithin" },
    rows: {
      readonly lefts: readonly Arrived[];
      readonly rights: readonly Arrived[];
      readonly meet: (l: Arrived, r: Arrived) => boolean;
      readonly expiry: (one: Arrived, side: "left" | "right") => number;
      readonly waits: (one: Arrived, side: "left" | "right") => boolean;
    },
    batch: TimedBatch,
  ): Timed[] {
    const { evict } = this.bounds(operator.id, batch);
    const gone = this.#emittedOf(operator.id);
    const preserved: readonly TimeJoinType[][] = [
      ["left-outer", "full-outer"],
      ["right-outer", "full-outer"],
    ];
    return (["left", "right"] as const).flatMap((side, index) => {
      if (preserved[index]?.includes(operator.type) !== true) return [];
      const own = side === "left" ? rows.lefts : rows.rights;
      const out = own.filter((one) => {
        if (gone.has(one) || !(rows.expiry(one, side) < evict)) return false;
        gone.add(one);
        const others = side === "left" ? rows.rights : rows.lefts;
        return !others.some((other) => (side === "left" ? rows.meet(one, other) : rows.meet(other, one)));
      });
      return out.map(({ value, time }) => {
        const [key, item] = value as Pair;
        return { value: [key, side === "left" ? [item, undefined] : [undefined, item]], time };
      });
    });
  }

  #joinTable(
    operator: OperatorNode & { kind: "joinTable" },
    [stream, table]: readonly [readonly Timed[], readonly Timed[]],
    batch: TimedBatch,
  ): readonly Timed[] {
    const { evict } = this.bounds(operator.id, batch);
    const versions = this.#arrivedOf(`${operator.id}/table`);
    versions.push(...table.map((one) => ({ ...one, n: batch.n, evict })));
    const isTimed = operator.asOf === "eventTime";
    if (isTimed) this.#accept(operator, operator.id, stream, batch);
    const gone = this.#emittedOf(operator.id);
    const ready = isTimed ? this.#arrivedOf(operator.id).filter((one) => !gone.has(one) && one.time <= evict) : stream;
    for (const one of ready) gone.add(one);
    return ready.flatMap(({ value, time }) => {
      const [key, item] = value as Pair;
      const valid = versions
        .filter((one) => ofKey((one.value as Pair)[0]) === ofKey(key) && (!isTimed || one.time <= time))
        .sort((a, b) => (isTimed ? a.time - b.time : a.n - b.n));
      const found = (valid.at(-1)?.value as Pair | undefined)?.[1] ?? undefined;
      if (found === undefined && operator.sides !== "left-outer") return [];
      return [{ value: operator.sides === "left-semi" ? [key, item] : [key, [item, found]], time }];
    });
  }

  #groups(operator: OperatorNode & { kind: "mapGroupsWithState" }, parent: readonly Timed[], batch: TimedBatch): readonly Timed[] {
    const { evict } = this.bounds(operator.id, batch);
    const threshold = operator.timeout === "batch" ? batch.timeMs : evict;
    const cells = this.#cells(operator.id);
    const given = operator.timeout === "event" ? this.#accept(operator, operator.id, parent, batch) : parent;
    const emitted: unknown[] = [];
    const call = (key: unknown, values: readonly unknown[], hasTimedOut: boolean): void => {
      const cell = cells.get(ofKey(key))?.state ?? {};
      let value = cell["value"];
      let timeout: number | undefined;
      const state = {
        hasTimedOut,
        getOption: () => value,
        update: (next: unknown) => (value = next),
        remove: () => (value = undefined),
        setTimeoutDuration: (ms: number) => (timeout = batch.timeMs + ms),
        setTimeoutTimestamp: (ms: number) => (timeout = ms),
        currentWatermark: evict === -Infinity ? undefined : evict,
      };
      const result = this.#f(operator, "f")(key, values, state);
      emitted.push(...(operator.many ? (result as unknown[]) : [result]));
      if (value === undefined && timeout === undefined) cells.delete(ofKey(key));
      else cells.set(ofKey(key), { key, state: { value, timeout } });
    };
    for (const [key, values] of byKey(given)) call(key, values, false);
    const due = [...cells.values()].filter(({ state }) => Number(state["timeout"]) < threshold);
    for (const { key } of due) call(key, [], true);
    return untimed(emitted.filter((one) => one !== undefined).map((value) => ({ value, time: NaN })));
  }

  /** The variables and functions of these jobs: a sum and a list, timers at tens of the values. */
  #process(operator: OperatorNode & { kind: "process" }, parent: readonly Timed[], batch: TimedBatch): readonly Timed[] {
    const { late, evict } = this.bounds(operator.id, batch);
    const cells = this.#cells(operator.id);
    const isEvent = operator.timers === "event";
    const given = isEvent ? this.#accept(operator, operator.id, parent, batch) : parent;
    const emitted: Timed[] = [];
    const ttl = operator.variables["list"]?.ttlMs ?? Infinity;
    const call = (name: "onRecords" | "onTimer", key: unknown, argument: unknown, time: number): void => {
      const cell = cells.get(ofKey(key))?.state ?? {};
      let sum = cell["sum"] as number | undefined;
      let list = ((cell["list"] as { value: unknown; at: number }[] | undefined) ?? []).filter(({ at }) => at + ttl > batch.timeMs);
      const timers = new Set(cell["timers"] as Iterable<number> | undefined);
      const ctx = {
        state: {
          sum: { get: () => sum, set: (next: number) => (sum = next), clear: () => (sum = undefined) },
          list: {
            get: () => list.map(({ value }) => value),
            add: (value: unknown) => (list = [...list, { value, at: batch.timeMs }]),
            clear: () => (list = []),
          },
        },
        timers: { set: (at: number) => timers.add(at), delete: (at: number) => timers.delete(at), list: () => [...timers] },
      };
      const result = (this.#f(operator, name)(key, argument, ctx) ?? []) as Iterable<unknown>;
      for (const value of result) emitted.push({ value, time: isEvent ? time : NaN });
      cells.set(ofKey(key), { key, state: { sum, list, timers } });
    };
    for (const [key, values, max] of byKey(given)) call("onRecords", key, values, max);
    const until = isEvent ? evict : batch.timeMs;
    const timersOf = (text: string): Set<number> => (cells.get(text)?.state["timers"] as Set<number> | undefined) ?? new Set();
    const due = [...cells.keys()].flatMap((text) => [...timersOf(text)].filter((at) => at <= until).map((at) => ({ text, at })));
    for (const { text, at } of due.sort((a, b) => a.at - b.at)) {
      if (operator.timers === "none" || !timersOf(text).delete(at)) continue;
      call("onTimer", cells.get(text)?.key, at, Math.max(at, late));
    }
    return emitted;
  }

  #cells(id: string): Map<string, { key: unknown; state: Record<string, unknown> }> {
    const known = this.#keyed.get(id) ?? new Map<string, { key: unknown; state: Record<string, unknown> }>();
    this.#keyed.set(id, known);
    return known;
  }

  #f(operator: OperatorNode, name: string): F {
    return this.#functions.get(operator.id)?.[name] ?? (() => undefined);
  }
}

function startsOf(
  { sizeMs, slideMs, offsetMs }: { readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number },
  time: number,
): number[] {
  const starts: number[] = [];
  for (let start = Math.floor((time - offsetMs) / slideMs) * slideMs + offsetMs; start > time - sizeMs; start -= slideMs)
    starts.push(start);
  return starts;
}

function untimed(elements: readonly Timed[]): readonly Timed[] {
  return elements.map(({ value }) => ({ value, time: NaN }));
}

function byKey(elements: readonly Timed[]): (readonly [key: unknown, values: unknown[], max: number])[] {
  const groups = new Map<string, [unknown, unknown[], number]>();
  for (const { value, time } of elements) {
    const [key, item] = value as Pair;
    const group = groups.get(ofKey(key)) ?? [key, [], -Infinity];
    group[1].push(item);
    group[2] = Math.max(group[2], time);
    groups.set(ofKey(key), group);
  }
  return [...groups.values()];
}
