import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import {
  type AsyncMapOptions,
  type Batch,
  buildJob,
  countAndMean,
  type Duration,
  hours,
  job,
  type JobContext,
  type JobOptions,
  json,
  kafka,
  minutes,
  seconds,
  type State,
  StateSpec,
  string,
  t,
} from "./index.ts";

const Flight = json({ date: t.timestamp, delay: t.int, origin: t.string });
const flights = kafka("flights", { value: Flight, until: "latest" });
const pairs = kafka("pairs", { key: string(), value: json<number>() });

function airportDelays(ctx: JobContext): void {
  ctx
    .source(flights)
    .withEventTime((flight) => flight.date, { watermark: minutes(30) })
    .map(function byOrigin(flight) {
      return [flight.origin, flight.delay] as const;
    })
    .windowByTime({ tumbling: hours(1) })
    .aggregateByKey(countAndMean())
    .named("hourly")
    .to(kafka("airport-delays", { value: json() }));
}

describe("buildJob", () => {
  it("gives the graph as plain data and the functions beside it", () => {
    const { graph, functions } = buildJob(job("airport-delays", airportDelays, { batchInterval: seconds(2), slots: 4 }));
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
    expect(graph).toEqual({
      formatVersion: 1,
      name: "airport-delays",
      settings: { batchIntervalMs: 2_000, slotCount: 4, checkpointIntervalMs: 10_000, maxRecordsPerBatch: 200_000, restartsMax: 20 },
      operators: [
        {
          id: "source-1",
          name: "from flights",
          parents: [],
          kind: "source",
          source: {
            type: "topic",
            topic: "flights",
            value: { format: "json", fields: { date: "timestamp", delay: "int", origin: "string" } },
            elements: "value",
            start: "earliest",
            until: "latest",
            onBadRecord: "fail",
          },
        },
        { id: "eventTime-1", name: "eventTime", parents: ["source-1"], kind: "eventTime", delayMs: 1_800_000, idleAfterMs: 60_000 },
        { id: "map-1", name: "map(byOrigin)", parents: ["eventTime-1"], kind: "map" },
        {
          id: "hourly",
          name: "hourly",
          parents: ["map-1"],
          kind: "aggregateByTimeWindow",
          window: { sizeMs: 3_600_000, slideMs: 3_600_000, offsetMs: 0 },
        },
        {
          id: "sink-1",
          name: "to airport-delays",
          parents: ["hourly"],
          kind: "sink",
          sink: { type: "topic", topic: "airport-delays", value: { format: "json" } },
        },
      ],
    });
    expect([...functions].map(([id, named]) => `${id}: ${Object.keys(named).join(" ")}`)).toEqual([
      "eventTime-1: time",
      "map-1: f",
      "hourly: init add merge result",
      "sink-1: value",
    ]);
    expect(functions.get("map-1")?.f?.({ origin: "JFK", delay: 7, date: 0 })).toEqual(["JFK", 7]);
  });

  it("gives an equal graph each time", () => {
    const module = job("airport-delays", airportDelays);
    expect(buildJob(module).graph).toEqual(buildJob(module).graph);
  });

  it("takes a pair apart for a topic with keys, and leaves it whole for one without", () => {
    const { functions } = buildJob(
      job("sinks", (ctx) => {
        const source = ctx.source(pairs);
        source.to(pairs).named("keyed");
        source.to(kafka("out", { value: json() })).named("whole");
      }),
    );
    expect(functions.get("keyed")?.key?.(["a", 1])).toBe("a");
    expect(functions.get("keyed")?.value?.(["a", 1])).toBe(1);
    expect(functions.get("whole")?.value?.(["a", 1])).toEqual(["a", 1]);
    expect(functions.get("whole")).not.toHaveProperty("key");
  });
});

describe("DStream.mapAsync", () => {
  const graphOf = (options: AsyncMapOptions<readonly [string, number], number>) =>
    buildJob(
      job("async", (ctx) => {
        ctx
          .source(pairs)
          .mapAsync(([, n]) => Promise.resolve(n), options)
          .print();
      }),
    );

  it("has a bound, a time-out and an order where nothing is said", () => {
    const { graph, functions } = graphOf({});
    const settings = { capacity: 100, timeoutMs: 10_000, retries: 0, retryAfterMs: 100, order: "input" };
    expect(graph.operators[1]).toMatchObject({ id: "mapAsync-1", kind: "mapAsync", ...settings });
    expect(Object.keys(functions.get("mapAsync-1") ?? {})).toEqual(["f"]);
    const withAll = graphOf({ order: "answer", retries: 3, otherwise: () => 0, partitions: 4 });
    expect(withAll.graph.operators[1]).toMatchObject({ order: "answer", retries: 3, hasOtherwise: true, partitions: 4 });
    expect(Object.keys(withAll.functions.get("mapAsync-1") ?? {})).toEqual(["f", "otherwise"]);
  });

  it.each([
    ["capacity", { capacity: 0 }],
    ["retries", { retries: -1 }],
    ["timeout", { timeout: minutes(6) }],
    ["retryAfter", { retryAfter: 0.5 as never }],
  ])("refuses a %s that is none", (name, options) => {
    expect(() => graphOf(options)).toThrow(
      expect.objectContaining({ code: "invalid-operator-setting", message: expect.stringContaining(name) }),
    );
  });
});

describe("operators that are made of others", () => {
  const operatorsOf = (define: (ctx: JobContext) => void): string[] =>
    buildJob(job("made", define, { batchInterval: seconds(1) })).graph.operators.map(
      ({ id, kind, parents }) => `${id}: ${kind}(${parents.join(", ")})`,
    );

  it("are named after the last, so that their state is found again", () => {
    const operators = operatorsOf((ctx) => {
      const source = ctx.source(pairs);
      source.countByWindow(seconds(2)).named("seen").print();
      source.countByWindow(seconds(2)).print();
      source.groupByKeyAndWindow(seconds(2)).print();
    });
    expect(operators.filter((text) => !text.includes("print"))).toEqual([
      "source-1: source()",
      "seen.pairs: map(source-1)",
      "seen.window: reduceByKeyAndWindow(seen.pairs)",
      "seen: map(seen.window)",
      "countByWindow-2.pairs: map(source-1)",
      "countByWindow-2.window: reduceByKeyAndWindow(countByWindow-2.pairs)",
      "countByWindow-2: map(countByWindow-2.window)",
      "groupByKeyAndWindow-1.group: groupByKey(source-1)",
      "groupByKeyAndWindow-1.window: window(groupByKeyAndWindow-1.group)",
      "groupByKeyAndWindow-1: combineByKey(groupByKeyAndWindow-1.window)",
    ]);
  });

  it("hold settings and functions of each part", () => {
    const { graph, functions } = buildJob(
      job("made", (ctx) => {
        const source = ctx.source(pairs);
        const state = source.mapWithState(
          StateSpec.function((_, key: string, value: number | undefined, state: State<number>) => [key, value, state.getOption()])
            .timeout(minutes(1), { checkEvery: seconds(10) })
            .initialState([["a", 1]])
            .numPartitions(3),
        );
        state.checkpoint(seconds(20)).named("seen").print();
        state.stateSnapshots().print();
        source.leftOuterJoin(source.mapValues(String), { partitions: 2 }).named("both").print();
        ctx
          .transform([source, source] as const, ([left, right], time) => left.union(right).map(([key]) => `${key}@${time}`))
          .named("all")
          .print();
      }),
    );
    const node = (id: string): unknown => graph.operators.find((operator) => operator.id === id);
    const seen = { kind: "mapWithState", hasInitial: true, timeoutMs: 60_000, timeoutCheckMs: 10_000, partitions: 3, checkpointMs: 20_000 };
    expect(node("seen")).toEqual({ id: "seen", name: "seen", parents: ["source-1"], ...seen });
    expect(node("both")).toMatchObject({ kind: "join", sides: "left-outer", partitions: 2, parents: ["source-1", "mapValues-1"] });
    expect(functions.get("seen")?.initial?.()).toEqual([["a", 1]]);
    expect(functions.get("all")?.f?.([[["a", 1]], [["b", 2]]], 7)).toEqual(["a@7", "b@7"]);
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
  });

  it("say that nothing came back from transform by giving nothing back", () => {
    const { functions } = buildJob(
      job("nothing", (ctx) => {
        const nothing: () => Batch<number> = (): never => undefined as never;
        ctx.source(pairs).transform(nothing).named("none").print();
      }),
    );
    expect(functions.get("none")?.f?.([[]], 1)).toBeUndefined();
  });
});

describe("building a job that cannot run", () => {
  function codeOf(run: () => unknown): string {
    try {
      run();
    } catch (error) {
      if (error instanceof AppError) return error.code;
      throw error;
    }
    return "none";
  }
  const check = (define: (ctx: JobContext) => void, expected: string, options: JobOptions = {}): void => {
    expect(codeOf(() => buildJob(job("wrong", define, options)))).toBe(expected);
  };

  it("refuses a graph without an output", () => {
    check((ctx) => ctx.source(pairs).reduceByKey((left) => left), "no-output-operation");
  });

  it("refuses two operators of one name, also a given one that is derived elsewhere", () => {
    check((ctx) => {
      const source = ctx.source(pairs).named("same");
      source
        .map((pair) => pair)
        .named("same")
        .print();
    }, "duplicate-operator-name");
    check((ctx) => {
      ctx.source(pairs).named("print-1").print();
    }, "duplicate-operator-name");
  });

  it("refuses a name that cannot be part of a key", () => {
    check((ctx) => ctx.source(pairs).named("a/b").print(), "invalid-operator-name");
    expect(codeOf(() => buildJob(job("two words", airportDelays)))).toBe("invalid-job-name");
  });

  it.each<[string, (ctx: JobContext) => void, string]>([
    ["a window that is not a multiple of the batch interval", (ctx) => ctx.source(pairs).window(seconds(3)).print(), "window-not-multiple"],
    ["a slide that is not one", (ctx) => ctx.source(pairs).window(seconds(4), seconds(3)).print(), "window-not-multiple"],
    [
      "a window below the slide of a window under it",
      (ctx) => ctx.source(pairs).window(seconds(4), seconds(4)).window(seconds(6)).print(),
      "window-not-multiple",
    ],
    [
      "an incremental window of the wrong size",
      (ctx) =>
        ctx
          .source(pairs)
          .reduceByKeyAndWindow(
            (a, b) => a + b,
            (a, b) => a - b,
            seconds(5),
          )
          .print(),
      "window-not-multiple",
    ],
    [
      "a window of no size",
      (ctx) =>
        ctx
          .source(pairs)
          .window(0 as Duration)
          .print(),
      "invalid-duration",
    ],
    [
      "a union of different slides",
      (ctx) =>
        ctx
          .source(pairs)
          .union(ctx.source(pairs).window(seconds(4), seconds(4)))
          .print(),
      "different-slides",
    ],
    [
      "a join of different slides",
      (ctx) =>
        ctx
          .source(pairs)
          .join(ctx.source(pairs).window(seconds(4), seconds(4)))
          .print(),
      "different-slides",
    ],
    ["no partitions", (ctx) => ctx.source(pairs).repartition(0).print(), "invalid-operator-setting"],
    [
      "a part of a partition",
      (ctx) =>
        ctx
          .source(pairs)
          .reduceByKey((a) => a, { partitions: 1.5 })
          .print(),
      "invalid-operator-setting",
    ],
    ["a union of nothing", (ctx) => ctx.union([]).print(), "union-of-nothing"],
    [
      "a second event time",
      (ctx) =>
        ctx
          .source(flights)
          .withEventTime((f) => f.date, { watermark: minutes(1) })
          .filter((f) => f.delay > 0)
          .withEventTime((f) => f.date, { watermark: minutes(1) })
          .print(),
      "watermark-redefined",
    ],
    [
      "a window offset beyond its slide",
      (ctx) =>
        ctx
          .source(pairs)
          .withEventTime(() => 0, { watermark: minutes(1) })
          .windowByTime({ tumbling: hours(1), offset: hours(1) })
          .aggregateByKey(countAndMean())
          .print(),
      "invalid-operator-setting",
    ],
    ["print of nothing", (ctx) => ctx.source(pairs).print(0), "invalid-operator-setting"],
  ])("refuses %s", (_, define, expected) => {
    check(define, expected, { batchInterval: seconds(2) });
  });

  it.each([0, -1, 0.5, Number.NaN, Infinity])("refuses a duration of %d milliseconds", (value) => {
    expect(codeOf(() => minutes(value / 60_000))).toBe("invalid-duration");
  });

  it("refuses streams of another job", () => {
    const contexts: JobContext[] = [];
    const other = job("other", (ctx) => {
      contexts.push(ctx);
      ctx.source(pairs).print();
    });
    check((ctx) => {
      let foreign = ctx.source(pairs);
      buildJob(
        job("inner", (inner) => {
          foreign = inner.source(pairs);
          foreign.print();
        }),
      );
      ctx.source(pairs).union(foreign).print();
    }, "different-contexts");
    buildJob(other);
    expect(codeOf(() => contexts[0]?.source(pairs))).toBe("graph-frozen");
  });

  it("refuses an async function, an unknown setting, and a module that exports something else", () => {
    const later: (ctx: JobContext) => unknown = async (ctx) => {
      await Promise.resolve();
      ctx.source(pairs).print();
    };
    check(later, "job-build-async");
    const misspelt = { slots: 8, batchIntervall: seconds(1) };
    check(airportDelays, "invalid-job-setting", misspelt);
    expect(codeOf(() => buildJob(undefined))).toBe("not-a-job");
    expect(codeOf(() => buildJob({ default: 1 }))).toBe("not-a-job");
  });
});
