import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { explainPlan, planJob } from "@millrace/planner";
import {
  buildJob,
  count,
  type DStream,
  job,
  type JobContext,
  type JobOptions,
  json,
  kafka,
  minutes,
  type Pair,
  pair,
  seconds,
  string,
  type Timed,
  valueState,
} from "@millrace/streams";
import { TestCluster } from "../harness/cluster.ts";

/** A stream as plain JavaScript sees it: any operator can be called on it. */
type Loose = DStream<Pair<string, number>, never>;

interface Row {
  readonly key: string;
  readonly at: number;
  readonly n: number;
}

const rowsOf = (ctx: JobContext, name = "in"): DStream<Row> => ctx.source(kafka(name, { value: json<Row>() })).named(name);
const pairsOf = (ctx: JobContext, name = "in"): Loose => rowsOf(ctx, name).map(({ key, n }) => pair(key, n)) as Loose;
const timedOf = (ctx: JobContext, name = "in"): DStream<Pair<string, number>, Timed> =>
  rowsOf(ctx, name)
    .withEventTime((row) => row.at, { watermark: seconds(1) })
    .map(({ key, n }) => pair(key, n));

/** What building, planning and running one batch of the job says; undefined if it is fine. */
async function complaintOf(
  define: (ctx: JobContext) => void,
  options: JobOptions = {},
  rows: readonly unknown[] = [{ key: "a", at: 1_000, n: 1 }],
): Promise<AppError | undefined> {
  try {
    const definition = buildJob(job("misused", define, options));
    planJob(definition.graph);
    const sources = definition.graph.operators.filter(({ kind }) => kind === "source").map(({ id }) => id);
    const cluster = new TestCluster({ job: definition, workerCount: 1, tasksOfSource: new Map(sources.map((id) => [id, 1])) });
    const watermarks = new Map(
      definition.graph.operators.flatMap(({ id, kind }) => (kind === "eventTime" ? [[id, { lateMs: 400, evictMs: 500 }] as const] : [])),
    );
    await cluster.runBatch({ batch: 1, timeMs: 1_000, watermarks, final: false }, new Map(sources.map((id) => [id, [rows]])));
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

type Case = readonly [
  mistake: string,
  code: string,
  operator: string,
  fix: RegExp,
  define: (ctx: JobContext) => void,
  options?: JobOptions,
];

const CASES: readonly Case[] = [
  [
    "a window without event time",
    "append-needs-watermark",
    "w",
    /withEventTime/,
    (ctx) =>
      pairsOf(ctx)
        .windowByTime({ tumbling: minutes(1) })
        .aggregateByKey(count())
        .named("w")
        .print(),
  ],
  [
    "a window in append mode without a watermark",
    "append-needs-watermark",
    "w",
    /watermark/,
    (ctx) => {
      const timed = rowsOf(ctx).withEventTime((row) => row.at, { watermark: "none" });
      timed
        .map(({ key, n }) => pair(key, n))
        .windowByTime({ tumbling: minutes(1) })
        .aggregateByKey(count())
        .named("w")
        .print();
    },
  ],
  [
    "a window behind what drops event time",
    "event-time-lost",
    "w",
    /before it/,
    (ctx) =>
      (
        timedOf(ctx)
          .reduceByKey((a, b) => a + b)
          .named("sums") as Loose
      )
        .windowByTime({ tumbling: minutes(1) })
        .aggregateByKey(count())
        .named("w")
        .print(),
  ],
  [
    "a window behind a window in update mode",
    "mode-not-supported",
    "second",
    /append mode/,
    (ctx) => {
      const first = timedOf(ctx)
        .windowByTime({ tumbling: seconds(5) })
        .aggregateByKey(count(), { mode: "update" })
        .named("first");
      (first.map(({ key, value }) => pair(key, value)) as Loose)
        .windowByTime({ tumbling: minutes(1) })
        .aggregateByKey(count())
        .named("second")
        .print();
    },
  ],
  [
    "sessions in update mode",
    "mode-not-supported",
    "visits",
    /append or complete/,
    (ctx) =>
      timedOf(ctx)
        .windowByTime({ session: minutes(1) })
        .aggregateByKey(count(), { mode: "update" as "append" })
        .named("visits")
        .print(),
  ],
  [
    "sorting what is no table",
    "mode-not-supported",
    "sorted",
    /complete mode/,
    (ctx) =>
      pairsOf(ctx)
        .orderBy(([a], [b]) => (a < b ? -1 : 1))
        .named("sorted")
        .print(),
  ],
  [
    "a limit of rows that come again",
    "mode-not-supported",
    "first-ten",
    /append mode/,
    (ctx) => pairsOf(ctx).aggregateByKey(count(), { mode: "update" }).limit(10).named("first-ten").print(),
  ],
  [
    "an aggregation over all time in append mode",
    "append-needs-watermark",
    "totals",
    /update or complete/,
    (ctx) =>
      pairsOf(ctx)
        .aggregateByKey(count(), { mode: "append" as "update" })
        .named("totals")
        .print(),
  ],
  [
    "an output in complete mode of single rows",
    "mode-not-supported",
    "out",
    /aggregation in complete mode/,
    (ctx) =>
      pairsOf(ctx)
        .to(kafka("out", { key: string(), value: json<number>() }), { mode: "complete" })
        .named("out"),
  ],
  [
    "an output in append mode of rows that come again",
    "mode-not-supported",
    "out",
    /mode of the aggregation/,
    (ctx) =>
      pairsOf(ctx)
        .aggregateByKey(count(), { mode: "update" })
        .to(kafka("out", { key: string(), value: json<number>() }), { mode: "append" })
        .named("out"),
  ],
  [
    "an outer join without bounds",
    "join-unbounded",
    "joined",
    /\{ before, after \}/,
    (ctx) =>
      timedOf(ctx, "a")
        .joinWithin(timedOf(ctx, "b"), { type: "left-outer", unbounded: true } as never)
        .named("joined")
        .print(),
  ],
  [
    "an outer join whose other side has no watermark",
    "join-unbounded",
    "joined",
    /watermark/,
    (ctx) => {
      const right = rowsOf(ctx, "b").withEventTime((row) => row.at, { watermark: "none" });
      timedOf(ctx, "a")
        .joinWithin(
          right.map(({ key, n }) => pair(key, n)),
          { before: 0, after: 1, type: "left-outer" },
        )
        .named("joined")
        .print();
    },
  ],
  [
    "a join of no time",
    "invalid-operator-setting",
    "joinWithin after map-1",
    /before \+ after >= 0/,
    (ctx) => timedOf(ctx, "a").joinWithin(timedOf(ctx, "b"), { before: -10, after: 5 }).print(),
  ],
  [
    "a join without event time",
    "append-needs-watermark",
    "joined",
    /withEventTime/,
    (ctx) => pairsOf(ctx, "a").joinWithin(pairsOf(ctx, "b"), { before: 0, after: 5 }).named("joined").print(),
  ],
  [
    "a join of windows that overlap",
    "invalid-operator-setting",
    "joined",
    /tumbling/,
    (ctx) => {
      const sliding = { size: seconds(10), slide: seconds(5) };
      timedOf(ctx, "a").joinWithin(timedOf(ctx, "b"), { window: { sliding } }).named("joined").print();
    },
  ],
  [
    "deduplication within a watermark that is not there",
    "append-needs-watermark",
    "once",
    /withEventTime/,
    (ctx) =>
      (rowsOf(ctx) as DStream<Row, never>)
        .dropDuplicatesWithinWatermark((row) => row.key)
        .named("once")
        .print(),
  ],
  [
    "event time set twice",
    "watermark-redefined",
    "eventTime-1",
    /once/,
    (ctx) =>
      rowsOf(ctx)
        .withEventTime((row) => row.at, { watermark: 0 })
        .withEventTime((row) => row.at, { watermark: 0 })
        .print(),
  ],
  [
    "state without checkpoints",
    "checkpoint-not-configured",
    "totals",
    /checkpointInterval/,
    (ctx) => pairsOf(ctx).aggregateByKey(count(), { mode: "update", unbounded: true }).named("totals").print(),
    { checkpointInterval: "off" },
  ],
  [
    "a timer where there are none",
    "state-illegal-call",
    "rule",
    /timers: "event"/,
    (ctx) =>
      pairsOf(ctx)
        .process({
          variables: { n: valueState<number>({ ttl: minutes(1) }) },
          timers: "none",
          onRecords(_key, _values, { timers }) {
            timers.set(5);
            return [];
          },
        })
        .named("rule")
        .print(),
  ],
  [
    "an element emitted in the past",
    "emitted-in-the-past",
    "rule",
    /at the watermark or above/,
    (ctx) =>
      timedOf(ctx)
        .process({
          variables: {},
          timers: "event",
          onRecords(_key, _values, ctx) {
            ctx.emitAt(-1e9, 1);
            return [1];
          },
        })
        .named("rule")
        .print(),
  ],
  [
    "a time-out in batch time that is not configured",
    "state-illegal-call",
    "groups",
    /timeout: "batch"/,
    (ctx) =>
      pairsOf(ctx)
        .mapGroupsWithState<number, number>(
          (_key, _values, state) => {
            state.setTimeoutDuration(5);
            return 1;
          },
          { timeout: "none", unbounded: true },
        )
        .named("groups")
        .print(),
  ],
  [
    "a time-out before the watermark",
    "state-illegal-call",
    "groups",
    /watermark/,
    (ctx) =>
      timedOf(ctx)
        .mapGroupsWithState<number, number>(
          (_key, _values, state) => {
            state.setTimeoutTimestamp(1);
            return 1;
          },
          { timeout: "event" },
        )
        .named("groups")
        .print(),
  ],
  [
    "a state that is not there",
    "state-absent",
    "groups",
    /exists\(\)/,
    (ctx) =>
      pairsOf(ctx)
        .mapGroupsWithState<number, number>((_key, _values, state) => state.get(), { timeout: "none", unbounded: true })
        .named("groups")
        .print(),
  ],
  [
    "elements without keys",
    "not-a-pair",
    "totals",
    /\[key, value\]/,
    (ctx) => (rowsOf(ctx) as unknown as Loose).aggregateByKey(count(), { mode: "update", unbounded: true }).named("totals").print(),
  ],
  [
    "a gap that throws",
    "user-code-failed",
    "visits",
    /no gap for 1/,
    (ctx) =>
      timedOf(ctx)
        .windowByTime({
          session: (value) => {
            throw new Error(`no gap for ${value}`);
          },
        })
        .aggregateByKey(count())
        .named("visits")
        .print(),
  ],
];

describe("a job that misuses an operator is told which, and what to do", () => {
  it.each(CASES)("%s", async (...[, code, operator, fix, define, options]: Case) => {
    const complaint = await complaintOf(define, options);
    expect(complaint?.code).toBe(code);
    expect(String(complaint)).toContain(operator);
    expect(String(complaint)).toMatch(fix);
  });
});

describe("a job whose state has no bound", () => {
  const warningsOf = (define: (ctx: JobContext) => void): readonly string[] => planJob(buildJob(job("large", define)).graph).warnings;

  it.each<[string, (ctx: JobContext, unbounded: boolean) => void]>([
    ["keeps every key", (ctx, unbounded) => pairsOf(ctx).aggregateByKey(count(), { mode: "update", unbounded }).named("x").print()],
    [
      "keeps every window",
      (ctx, unbounded) =>
        timedOf(ctx)
          .windowByTime({ tumbling: minutes(1) })
          .aggregateByKey(count(), { mode: "complete", unbounded })
          .named("x")
          .print(),
    ],
    [
      "remembers every id",
      (ctx, unbounded) =>
        rowsOf(ctx)
          .dropDuplicates((row) => row.key, { unbounded: unbounded as true })
          .named("x")
          .print(),
    ],
    [
      "keeps every row",
      (ctx, unbounded) =>
        pairsOf(ctx, "a")
          .joinAll(pairsOf(ctx, "b"), { unbounded: unbounded as true })
          .named("x")
          .print(),
    ],
    [
      "never forgets a variable",
      (ctx, unbounded) =>
        pairsOf(ctx)
          .process({ variables: { n: valueState<number>() }, timers: "none", onRecords: () => [], unbounded })
          .named("x")
          .print(),
    ],
    [
      "has no time-out",
      (ctx, unbounded) =>
        pairsOf(ctx)
          .mapGroupsWithState<number, number>(() => 1, { timeout: "none", unbounded })
          .named("x")
          .print(),
    ],
  ])("%s: it is said, unless it is meant", (_, define) => {
    expect(warningsOf((ctx) => define(ctx, false))).toEqual([expect.stringMatching(/^unbounded-state: x /)]);
    expect(warningsOf((ctx) => define(ctx, true))).toEqual([]);
  });
});

describe("explain", () => {
  it("says in words what operators on event time do and keep", () => {
    const text = explainPlan(
      planJob(
        buildJob(
          job("words", (ctx) => {
            const timed = timedOf(ctx, "a");
            timed
              .joinWithin(timedOf(ctx, "b"), { before: 0, after: minutes(10), type: "left-outer" })
              .named("joined")
              .print();
            const visits = timed
              .windowByTime({ session: minutes(5) })
              .aggregateByKey(count())
              .named("visits");
            visits.print();
            visits.late().named("too-late").print();
            timed
              .dropDuplicatesWithinWatermark(([key]) => key)
              .named("once")
              .print();
          }),
        ).graph,
      ),
    );
    for (const words of [
      "left outer join of map-1 and map-2, right from 0 to +10m of left",
      "aggregate per key and session, gap 5m",
      "elements that come too late for visits",
      "the first element of each key within the watermark",
      "keeps each key until the watermark has passed it",
    ])
      expect(text).toContain(words);
  });
});
