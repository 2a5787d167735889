import {
  type Aggregator,
  allOf,
  approxCountDistinct,
  collectList,
  collectSet,
  type DStream,
  type GroupFunction,
  type GroupState,
  listState,
  mapState,
  max,
  mean,
  milliseconds,
  min,
  of,
  type Pair,
  type Part,
  type ProcessContext,
  seconds,
  sum,
  valueState,
  when,
  count,
} from "@millrace/streams";
import { AppError } from "@millrace/model";
import type { QueryAggregate, Row } from "./query-case.ts";

/** Columns of a row by name. */
export type ColumnIndex = (name: string) => number;

type RowAggregator = Part<Row, unknown>;

/** The aggregates of a groupBy over rows, as one; its result is their values in order. */
export function aggregatorOf(
  aggregates: readonly QueryAggregate[],
  indexOf: ColumnIndex,
): Aggregator<Row, Record<string, unknown>, readonly unknown[]> {
  const all = allOf<Row, Record<string, unknown>>(
    Object.fromEntries(aggregates.map((aggregate, index) => [`${index}`, aggregateOf(aggregate, indexOf)])),
  );
  return {
    init: () => all.init(),
    add: (accumulator, row) => all.add(accumulator, row),
    merge: (left, right) => all.merge(left, right),
    result: (accumulator) => Object.values(all.result?.(accumulator) ?? {}),
  };
}

/** Aggregates see values that are not null; what has seen none is null, but for counts and collections. */
function aggregateOf({ fn, column }: QueryAggregate, indexOf: ColumnIndex): RowAggregator {
  const index = column === undefined ? -1 : indexOf(column);
  const isPresent = (row: Row): boolean => column === undefined || (row[index] ?? null) !== null;
  const valued = <V, A, R>(aggregator: Aggregator<V, A, R>): RowAggregator =>
    when(
      isPresent,
      of((row: Row) => row[index] as V, aggregator),
    );
  const orNull = <A, R>(aggregator: Aggregator<number, A, R>): RowAggregator =>
    valued({
      init: () => ({ seen: false, held: aggregator.init() }),
      add: ({ held }: { seen: boolean; held: A }, value: number) => ({ seen: true, held: aggregator.add(held, value) }),
      merge: (left, right) => ({ seen: left.seen || right.seen, held: aggregator.merge(left.held, right.held) }),
      result: ({ seen, held }) => (seen ? (aggregator.result === undefined ? held : aggregator.result(held)) : null),
    });
  switch (fn) {
    case "count":
      return when(isPresent, count());
    case "sum":
      return orNull(sum());
    case "avg":
      return orNull(mean());
    case "min":
      return orNull(min<number>());
    case "max":
      return orNull(max<number>());
    case "approx_count_distinct":
      return valued(approxCountDistinct());
    case "collect_list":
      return sorted(valued(collectList()));
    case "collect_set":
      return sorted(valued(collectSet()));
    default:
      throw new AppError({
        kind: "invalid",
        code: "operator-not-supported",
        message: `no aggregator ${fn}: exact distinct counts of a stream grow with it`,
      });
  }
}

function sorted(aggregator: RowAggregator): RowAggregator {
  const ascending = (values: readonly unknown[]): unknown[] =>
    [...values].sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1));
  return {
    ...aggregator,
    result: (accumulator) =>
      ascending((aggregator.result === undefined ? accumulator : aggregator.result(accumulator)) as readonly unknown[]),
  };
}

interface Counted {
  readonly n: number;
  readonly newest: number;
}

interface GroupOperator {
  readonly key: string;
  readonly fn: string;
  readonly mode: "map" | "flatMap";
  readonly timeColumn: number;
  readonly valueColumn: number;
}

type Emitted = readonly [key: unknown, n: number | undefined, what: string];

/** mapGroupsWithState and flatMapGroupsWithState: the function of a case. */
export function groupFunction({
  fn,
  mode,
  timeColumn,
  valueColumn,
}: GroupOperator): GroupFunction<unknown, Row, Counted, readonly Emitted[]> {
  const newestOf = (rows: readonly Row[]): number => Math.max(...rows.map((row) => Number(row[timeColumn])));
  const sumOf = (rows: readonly Row[]): number => rows.reduce((total, row) => total + Number(row[valueColumn]), 0);
  const countOf = (state: GroupState<Counted>): number => state.getOption()?.n ?? 0;
  const eventTime = (isEager: boolean): GroupFunction<unknown, Row, Counted, readonly Emitted[]> => {
    return (key, rows, state) => {
      if (state.hasTimedOut) {
        const n = countOf(state);
        state.remove();
        return [[key, n, "timeout"]];
      }
      const next = { n: countOf(state) + rows.length, newest: Math.max(state.getOption()?.newest ?? -Infinity, newestOf(rows)) };
      state.update(next);
      state.setTimeoutTimestamp(next.newest + 5_000);
      return isEager ? [[key, next.n, "data"]] : [];
    };
  };
  const functions: Readonly<Record<string, GroupFunction<unknown, Row, Counted, readonly Emitted[]>>> = {
    runningCount: (key, rows, state) => {
      const n = countOf(state) + rows.length;
      if (n >= 3) {
        state.remove();
        return [[key, -1, "removed"]];
      }
      state.update({ n, newest: 0 });
      return [[key, n, "count"]];
    },
    eventTimeSession: eventTime(mode === "map"),
    eventTimeEager: eventTime(true),
    procTimeout: (key, rows, state) => {
      if (state.hasTimedOut) {
        const n = countOf(state);
        state.remove();
        return [[key, n, "timeout"]];
      }
      const n = countOf(state) + rows.length;
      state.update({ n, newest: 0 });
      state.setTimeoutDuration(10_000);
      return [[key, n, "data"]];
    },
    procTimeoutKeep: (key, rows, state) => {
      if (state.hasTimedOut) return [[key, countOf(state), "timeout"]];
      const n = countOf(state) + rows.length;
      state.update({ n, newest: 0 });
      state.setTimeoutDuration(5_000);
      return [[key, n, "data"]];
    },
    watermarkEcho: (key, _, state) => [[key, state.currentWatermark, "watermark"]],
    sumOver10Emits: (key, rows, state) => {
      const total = countOf(state) + sumOf(rows);
      state.update({ n: total > 10 ? 0 : total, newest: 0 });
      return total > 10 ? [[key, total, "over"]] : [];
    },
    runningSum: (key, rows, state) => {
      const total = countOf(state) + sumOf(rows);
      state.update({ n: total, newest: 0 });
      return [[key, total, "sum"]];
    },
    timeoutInPast: (key, rows, state) => {
      state.update({ n: countOf(state) + rows.length, newest: 0 });
      state.setTimeoutTimestamp(1);
      return [[key, countOf(state), "data"]];
    },
    noTimeoutConfigured: (key, rows, state) => {
      state.update({ n: countOf(state) + rows.length, newest: 0 });
      state.setTimeoutDuration(10_000);
      return [[key, countOf(state), "data"]];
    },
  };
  const found = functions[fn];
  if (found === undefined) throw new Error(`cannot run: no state function ${fn}`);
  return found;
}

const VARIABLES = {
  n: valueState<number>(),
  latest: valueState<number>(),
  list: listState<number>(),
  entries: mapState<string, number>(),
  ttlCount: valueState<number>({ ttl: seconds(10) }),
  ttlList: listState<number>({ ttl: seconds(10) }),
};
type Context = ProcessContext<typeof VARIABLES>;
interface Processor {
  onRecords(key: unknown, rows: readonly Row[], ctx: Context): readonly Emitted[];
  onTimer?(key: unknown, time: number, ctx: Context): readonly Emitted[];
}

/** transformWithState: the stream that the function of a case makes. */
export function processed(
  stream: DStream<Pair<unknown, Row>>,
  {
    fn,
    timers,
    timeColumn,
    valueColumn,
  }: { readonly fn: string; readonly timers: "event" | "batch" | "none"; readonly timeColumn: number; readonly valueColumn: number },
): DStream<Emitted> {
  const spec = { variables: VARIABLES, unbounded: true, ...processorOf(fn, { timeColumn, valueColumn }) };
  if (timers === "event") return (stream as DStream<Pair<unknown, Row>, never>).process({ ...spec, timers });
  return stream.process({ ...spec, timers });
}

function processorOf(fn: string, { timeColumn, valueColumn }: { readonly timeColumn: number; readonly valueColumn: number }): Processor {
  const counted = (rows: readonly Row[], { state }: Context): number => {
    const n = (state.n.get() ?? 0) + rows.length;
    state.n.set(n);
    return n;
  };
  const processors: Readonly<Record<string, Processor>> = {
    runningCount: {
      onRecords(key, rows, ctx) {
        const n = counted(rows, ctx);
        if (n < 3) return [[key, n, "count"]];
        ctx.state.n.clear();
        return [[key, -1, "removed"]];
      },
    },
    eventTimers: {
      onRecords(key, rows, ctx) {
        for (const row of rows) ctx.timers.set(Number(row[timeColumn]) + milliseconds(5_000));
        return [[key, counted(rows, ctx), "data"]];
      },
      onTimer: (key, time) => [[key, time, "timer"]],
    },
    latestTimer: {
      onRecords(_, rows, { state, timers }) {
        const before = state.latest.get();
        const newest = Math.max(...rows.map((row) => Number(row[timeColumn]))) + 5_000;
        if (before !== undefined && before >= newest) return [];
        if (before !== undefined) timers.delete(before);
        state.latest.set(newest);
        timers.set(newest);
        return [];
      },
      onTimer(key, time, { state }) {
        state.latest.clear();
        return [[key, time, "timer"]];
      },
    },
    procTimers: {
      onRecords(key, rows, ctx) {
        ctx.timers.set(ctx.batchTime + 5_000);
        return [[key, counted(rows, ctx), "data"]];
      },
      onTimer: (key, _, { state }) => [[key, state.n.get() ?? 0, "timer"]],
    },
    listState: {
      onRecords(key, rows, { state }) {
        for (const row of rows) state.list.add(Number(row[valueColumn]));
        const held = state.list.get();
        if (held.length < 4) return [[key, held.length, "size"]];
        state.list.clear();
        return [[key, held.reduce((total, value) => total + value, 0), "full"]];
      },
    },
    mapState: {
      onRecords(key, rows, { state }) {
        for (const row of rows) {
          const what = Number(row[valueColumn]) % 2 === 0 ? "even" : "odd";
          state.entries.set(what, (state.entries.get(what) ?? 0) + 1);
        }
        return state.entries.entries().map(([what, n]): Emitted => [key, n, what]);
      },
    },
    ttlValue: {
      onRecords(key, rows, { state }) {
        const n = (state.ttlCount.get() ?? 0) + rows.length;
        state.ttlCount.set(n);
        return [[key, n, "count"]];
      },
    },
    ttlList: {
      onRecords(key, rows, { state }) {
        for (const row of rows) state.ttlList.add(Number(row[valueColumn]));
        return [[key, state.ttlList.get().reduce((total, value) => total + value, 0), "sum"]];
      },
    },
  };
  const found = processors[fn];
  if (found === undefined) throw new Error(`cannot run: no state function ${fn}`);
  return found;
}
