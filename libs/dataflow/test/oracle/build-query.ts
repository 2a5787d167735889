import { AppError, type JobDefinition } from "@millrace/model";
import {
  buildJob,
  type DStream,
  job,
  type JobContext,
  json,
  kafka,
  milliseconds,
  type OutputMode,
  type Pair,
  pair,
  seconds,
  type Timed,
  type WindowResult,
} from "@millrace/streams";
import type { Column, QueryCase, QueryOperator, Row } from "./query-case.ts";
import { filtered, type Node, onTime, type Rows, settled, timed } from "./query-node.ts";
import { joinStatic, joinStreams } from "./query-joins.ts";
import { delayOf, indexIn, type Interval, orderOf, timeOfValue, windowsAround } from "./query-rows.ts";
import { aggregatorOf, groupFunction, processed } from "./query-functions.ts";

/** What is watched beside the output: the input of each windowed aggregation, from which late rows can be counted as Spark counts them. */
export interface WindowProbe {
  readonly operatorId: string;
  /** Windows of a row that has passed the late filter or not, by its key and time. */
  readonly windowsOf: (row: Row) => readonly { readonly id: string; readonly end: number }[];
}

export interface QueryProgram {
  readonly job: JobDefinition;
  readonly outputColumns: readonly string[];
  readonly probes: readonly WindowProbe[];
  readonly sources: readonly string[];
}

export interface QueryListener {
  output(rows: readonly Row[]): void;
  probe(operatorId: string, elements: readonly Pair<unknown, Row>[]): void;
}

/** The case's query as a job, by the public API. */
export function buildQuery(golden: QueryCase, listener: QueryListener): QueryProgram {
  const { params } = golden;
  const policy = params.conf?.["spark.sql.streaming.multipleWatermarkPolicy"] === "max" ? "max" : "min";
  let builder: QueryBuilder | undefined;
  const module = job(
    "query",
    (ctx) => {
      builder = new QueryBuilder(ctx, golden, listener);
      builder.build();
    },
    { batchInterval: seconds(1), checkpointInterval: seconds(1), watermarks: { policy, scope: "job" } },
  );
  const definition = buildJob(module);
  if (builder === undefined) throw new Error("the job was not built");
  return { job: definition, outputColumns: builder.outputColumns, probes: builder.probes, sources: builder.sources };
}

class QueryBuilder {
  readonly probes: WindowProbe[] = [];
  readonly sources: string[] = [];
  outputColumns: readonly string[] = [];
  readonly #ctx: JobContext;
  readonly #golden: QueryCase;
  readonly #listener: QueryListener;
  readonly #nodes = new Map<string, Node>();

  constructor(ctx: JobContext, golden: QueryCase, listener: QueryListener) {
    this.#ctx = ctx;
    this.#golden = golden;
    this.#listener = listener;
  }

  build(): void {
    const { query, outputMode } = this.#golden.params;
    for (const operator of query) this.#nodes.set(operator.id, this.#node(operator));
    const last = settled(this.#at(query.at(-1)?.id));
    this.outputColumns = last.columns.map(([name]) => name);
    last.stream.foreachBatch((rows) => this.#listener.output(rows), { mode: outputMode }).named("output");
  }

  #at(id: string | undefined): Node {
    const node = this.#nodes.get(id ?? "");
    if (node === undefined) throw new Error(`cannot run: no operator ${id ?? ""}`);
    return node;
  }

  #node(operator: QueryOperator): Node {
    switch (operator.op) {
      case "source":
        this.sources.push(operator.id);
        return {
          columns: operator.columns as readonly Column[],
          stream: this.#ctx.source(kafka(operator.id, { value: json<Row>() })).named(operator.id),
        };
      case "static":
        return { columns: operator.columns as readonly Column[], stream: undefined as unknown as Rows, rows: operator.rows ?? [] };
      case "withWatermark":
        return this.#watermark(operator);
      case "filter":
        return filtered(this.#at(operator.in), operator);
      case "select":
        return this.#select(operator);
      case "addWindow":
      case "windowTime":
        return this.#addColumn(operator);
      case "groupBy":
        return this.#groupBy(operator);
      case "distinct":
      case "dropDuplicates":
      case "dropDuplicatesWithinWatermark":
        return this.#dropDuplicates(operator);
      case "union":
        return this.#union(operator);
      case "sort":
        return this.#sort(operator);
      case "limit": {
        const input = settled(this.#at(operator.in));
        return { columns: input.columns, stream: input.stream.limit(operator.n ?? 0) };
      }
      case "join":
        return this.#join(operator);
      case "mapGroupsWithState":
      case "flatMapGroupsWithState":
        return this.#groups(operator);
      case "transformWithState":
        return this.#process(operator);
      default:
        throw new Error(`cannot run: no operator ${operator.op}`);
    }
  }

  #watermark(operator: QueryOperator): Node {
    const input = this.#at(operator.in);
    const delayMs = operator.delayMs ?? delayOf(operator.delay ?? "");
    const column = operator.column ?? "";
    if (input.pending !== undefined || input.time !== undefined) {
      // A second one: the API refuses it.
      const ready = settled(input);
      return { ...ready, stream: timed(ready, column, delayMs) };
    }
    if (delayMs < 0) timed(input, column, delayMs);
    return { ...input, pending: { column, delayMs } };
  }

  #select(operator: QueryOperator): Node {
    const chosen = (operator.columns ?? []).map((given): readonly [string, string] =>
      typeof given === "string" ? [given, given] : (given as readonly [string, string]),
    );
    let input = this.#at(operator.in);
    const renamed = (name: string | undefined): string | undefined => chosen.find(([from]) => from === name)?.[1];
    if (input.pending !== undefined && renamed(input.pending.column) === undefined) input = settled(input);
    const indexes = chosen.map(([name]) => indexIn(input.columns)(name));
    const columns = chosen.map(([, name], position): Column => [name, input.columns[indexes[position] ?? 0]?.[1] ?? ""]);
    const time = input.time === undefined ? undefined : { ...input.time, name: renamed(input.time.name) ?? input.time.name };
    const pending = input.pending && { ...input.pending, column: renamed(input.pending.column) ?? "" };
    const windows = new Map(
      Array.from(input.windows ?? []).flatMap(([name, window]) => {
        const next = renamed(name);
        return next === undefined ? [] : [[next, window] as const];
      }),
    );
    return { columns, stream: input.stream.map((row) => indexes.map((index) => row[index])), time, pending, windows };
  }

  #addColumn(operator: QueryOperator): Node {
    const input = settled(this.#at(operator.in));
    const { column = "", as = "", sizeMs = 1, startMs = 0 } = operator;
    const slideMs = operator.slideMs ?? sizeMs;
    const index = indexIn(input.columns)(column);
    const columns = [...input.columns, [as, operator.op === "addWindow" ? "window" : "timestamp"] as const];
    if (operator.op === "windowTime") {
      const time = input.time?.name === column ? { ...input.time, name: as } : input.time;
      return { ...input, columns, time, stream: input.stream.map((row) => [...row, timeOfValue(row[index])]) };
    }
    const windows = new Map(input.windows).set(as, { column, sizeMs, slideMs, startMs });
    const withWindows = (row: Row): readonly Row[] =>
      windowsAround(timeOfValue(row[index]), { sizeMs, slideMs, startMs }).map((window) => [...row, window]);
    return { ...input, columns, windows, stream: input.stream.flatMap(withWindows) };
  }

  #groupBy(operator: QueryOperator): Node {
    const { keys = [], aggs = [], session } = operator;
    const input = settled(this.#at(operator.in));
    const indexOf = indexIn(input.columns);
    const keyIndexes = keys.map(indexOf);
    const aggregator = aggregatorOf(aggs, indexOf);
    const { outputMode: mode } = this.#golden.params;
    const windowed = operator.window ?? this.#windowAmongKeys(input, keys);
    const named = (before: readonly Column[]): readonly Column[] => [...before, ...aggs.map(({ as }): Column => [as, ""])];
    const keyColumns = keys.map((name): Column => [name, input.columns[indexOf(name)]?.[1] ?? ""]);
    if (windowed === undefined && session === undefined) {
      const pairs = input.stream.map((row) =>
        pair(
          keyIndexes.map((index) => row[index]),
          row,
        ),
      );
      const stream = pairs.aggregateByKey(aggregator, { mode: mode as "update", unbounded: true });
      return { columns: named(keyColumns), stream: stream.map(([key, values]) => [...key, ...values]) };
    }
    const on = onTime(input, windowed?.column ?? session?.column ?? "");
    const isKeyWindow = (name: string): boolean => operator.window === undefined && on.windows?.has(name) === true;
    const ownKeys = keys.filter((name) => !isKeyWindow(name)).map(indexOf);
    // A row without a time is in no window; it is not late either.
    const timeIndex = indexOf(on.time?.name ?? "");
    if (session !== undefined && keys.length === 0) throw needsKey(operator.id);
    const pairs = on.stream
      .filter((row) => Number.isFinite(timeOfValue(row[timeIndex])))
      .map((row) =>
        pair(
          ownKeys.map((index) => row[index]),
          row,
        ),
      );
    const stream =
      session === undefined
        ? this.#windows(pairs, windowed ?? { column: "", sizeMs: 1 }, { aggregator, mode, id: operator.id, timeIndex })
        : this.#sessions(pairs, session, { aggregator, mode, id: operator.id, timeIndex, indexOf });
    const rows = stream.map(({ key, window, value }): Row => {
      const interval: Interval = [window.start, window.end];
      if (operator.window === undefined && session === undefined) {
        let next = 0;
        return [...keys.map((name) => (isKeyWindow(name) ? interval : key[next++])), ...value];
      }
      return [interval, ...key, ...value];
    });
    const windowName = session === undefined ? "window" : "session_window";
    const first: readonly Column[] = operator.window === undefined && session === undefined ? [] : [[windowName, "window"]];
    const timeName = keys.find(isKeyWindow) ?? windowName;
    const watermark = on.time?.watermark === true;
    return { columns: named([...first, ...keyColumns]), stream: rows, time: { name: timeName, watermark } };
  }

  #windowAmongKeys(input: Node, keys: readonly string[]): QueryOperator["window"] {
    const name = keys.find((key) => input.windows?.has(key));
    return name === undefined ? undefined : input.windows?.get(name);
  }

  #windows(
    pairs: DStream<Pair<readonly unknown[], Row>, Timed>,
    window: { readonly sizeMs: number; readonly slideMs?: number; readonly startMs?: number },
    {
      aggregator,
      mode,
      id,
      timeIndex,
    }: { readonly aggregator: ReturnType<typeof aggregatorOf>; readonly mode: OutputMode; readonly id: string; readonly timeIndex: number },
  ): DStream<WindowResult<readonly unknown[], readonly unknown[]>> {
    const { sizeMs, slideMs = sizeMs, startMs = 0 } = window;
    const offset = startMs % slideMs;
    const windowed = pairs.windowByTime({ sliding: { size: milliseconds(sizeMs), slide: milliseconds(slideMs) }, offset });
    const stream = aggregated(windowed, aggregator, mode).named(id);
    this.#probe(pairs, id, (row) =>
      windowsAround(timeOfValue(row[timeIndex]), { sizeMs, slideMs, startMs }).map(([start, end]) => ({ id: `${start}`, end })),
    );
    return stream;
  }

  #sessions(
    pairs: DStream<Pair<readonly unknown[], Row>, Timed>,
    session: { readonly gapMs?: number; readonly gapColumn?: string },
    {
      aggregator,
      mode,
      id,
      timeIndex,
      indexOf,
    }: {
      readonly aggregator: ReturnType<typeof aggregatorOf>;
      readonly mode: OutputMode;
      readonly id: string;
      readonly timeIndex: number;
      readonly indexOf: (name: string) => number;
    },
  ): DStream<WindowResult<readonly unknown[], readonly unknown[]>> {
    const gapIndex = session.gapColumn === undefined ? -1 : indexOf(session.gapColumn);
    const gapOf = (row: Row): number => session.gapMs ?? Number(row[gapIndex]) * 1_000;
    const windowed = pairs.windowByTime({ session: session.gapMs === undefined ? gapOf : milliseconds(session.gapMs) });
    const stream = aggregated(windowed, aggregator, mode).named(id);
    this.#probe(pairs, id, (row) => {
      const start = timeOfValue(row[timeIndex]);
      const gap = gapOf(row);
      return gap > 0 ? [{ id: `${start}/${gap}`, end: start + gap }] : [];
    });
    return stream;
  }

  #probe(pairs: DStream<Pair<readonly unknown[], Row>, Timed>, operatorId: string, windowsOf: WindowProbe["windowsOf"]): void {
    this.probes.push({ operatorId, windowsOf });
    pairs.foreachBatch((elements) => this.#listener.probe(operatorId, elements));
  }

  #dropDuplicates(operator: QueryOperator): Node {
    const input = settled(this.#at(operator.in));
    const columns = operator.op === "distinct" ? input.columns.map(([name]) => name) : (operator.columns as readonly string[]);
    const indexOf = indexIn(input.columns);
    const timed = input.stream as DStream<Row, Timed>;
    if (operator.op === "dropDuplicatesWithinWatermark") {
      const indexes = columns.map(indexOf);
      return { ...input, stream: timed.dropDuplicatesWithinWatermark((row) => indexes.map((index) => row[index])).named(operator.id) };
    }
    const timeName = input.time?.watermark === true ? input.time.name : undefined;
    const sameTime = timeName !== undefined && columns.includes(timeName);
    const indexes = columns.filter((name) => name !== timeName).map(indexOf);
    const keyOf = (row: Row): unknown => indexes.map((index) => row[index]);
    const stream = sameTime ? timed.dropDuplicates(keyOf, { sameTime }) : input.stream.dropDuplicates(keyOf, { unbounded: true });
    return { ...input, stream: stream.named(operator.id) };
  }

  #union(operator: QueryOperator): Node {
    const inputs = (operator.ins ?? []).map((id) => settled(this.#at(id)));
    const [first] = inputs;
    if (first === undefined) throw new Error("cannot run: a union of nothing");
    const stream = this.#ctx.union(inputs.map((input) => input.stream));
    const isTimed = inputs.every(({ time }) => time?.watermark === true);
    return { columns: first.columns, stream, time: isTimed ? first.time : undefined };
  }

  #sort(operator: QueryOperator): Node {
    const input = settled(this.#at(operator.in));
    const by = (operator.columns as readonly (readonly [string, string])[]).map(([name, direction]) => ({
      index: indexIn(input.columns)(name),
      sign: direction === "desc" ? -1 : 1,
    }));
    const compare = (left: Row, right: Row): number => {
      for (const { index, sign } of by) {
        const order = orderOf(left[index], right[index]);
        if (order !== 0) return sign * order;
      }
      return 0;
    };
    return { columns: input.columns, stream: (input.stream as DStream<Row, never>).orderBy(compare) };
  }

  #join(operator: QueryOperator): Node {
    const left = this.#at(operator.left);
    const right = this.#at(operator.right);
    if (left.rows !== undefined || right.rows !== undefined) return joinStatic(operator, { left, right });
    return joinStreams(operator, { left, right }, this.#golden.params.query);
  }

  #groups(operator: QueryOperator): Node {
    const input = settled(this.#at(operator.in));
    const indexOf = indexIn(input.columns);
    const keyIndex = indexOf(operator.key ?? "");
    const many = operator.op === "flatMapGroupsWithState";
    const f = groupFunction({
      key: operator.key ?? "",
      fn: operator.fn ?? "",
      mode: many ? "flatMap" : "map",
      timeColumn: input.columns.findIndex(([, type]) => type === "timestamp"),
      valueColumn: input.columns.findIndex(([name]) => name === "v"),
    });
    const timeouts = { none: "none", eventTime: "event", processingTime: "batch" } as const;
    const timeout = timeouts[(operator.timeout ?? "none") as keyof typeof timeouts];
    const keyed = input.stream.map((row) => pair(row[keyIndex], row));
    const stream = many
      ? keyed.flatMapGroupsWithState(f, { timeout, unbounded: true, mode: operator.mode === "update" ? "update" : "append" })
      : keyed.mapGroupsWithState((key, rows: readonly Row[], state: Parameters<typeof f>[2]) => f(key, rows, state)[0], {
          timeout,
          unbounded: true,
        });
    return { columns: EMITTED, stream: stream.named(operator.id) };
  }

  #process(operator: QueryOperator): Node {
    const input = settled(this.#at(operator.in));
    const keyIndex = indexIn(input.columns)(operator.key ?? "");
    const modes = { none: "none", eventTime: "event", processingTime: "batch" } as const;
    const timers = modes[(operator.timeMode ?? "none") as keyof typeof modes];
    const keyed = input.stream.map((row) => pair(row[keyIndex], row));
    const stream = processed(keyed, {
      fn: operator.fn ?? "",
      timers,
      timeColumn: input.columns.findIndex(([, type]) => type === "timestamp"),
      valueColumn: input.columns.findIndex(([name]) => name === "v"),
    });
    return { columns: EMITTED, stream: stream.named(operator.id) };
  }
}

/** Sessions are there for pairs only: without a key the program would not compile. */
function needsKey(operator: string): AppError {
  const message = "sessions are those of a key: a session window over a whole stream cannot be shared between tasks";
  return new AppError({ kind: "invalid", code: "not-a-pair", message, context: { operator } });
}

const EMITTED: readonly Column[] = [
  ["k", "string"],
  ["n", "long"],
  ["what", "string"],
];

type Windowed = ReturnType<DStream<Pair<readonly unknown[], Row>, Timed>["windowByTime"]>;

function aggregated(
  windowed: { aggregateByKey: unknown },
  aggregator: ReturnType<typeof aggregatorOf>,
  mode: OutputMode,
): DStream<WindowResult<readonly unknown[], readonly unknown[]>> {
  const { aggregateByKey } = windowed as Windowed;
  return aggregateByKey(aggregator, { mode: mode as "complete", unbounded: true });
}
