import { describe, expect, it } from "@jest/globals";
import type { ConnectorSourceDescriptor } from "@millrace/model";
import { graphOf } from "../test/graph-text.ts";
import { canonicalGraph, explainPlan, mermaidPlan, planJob } from "./index.ts";

const delays = graphOf(`
  flights source topic=flights
  time eventTime(flights) delay=1800000
  byOrigin map(time)
  hourly aggregateByTimeWindow(byOrigin)
  daily aggregateByTimeWindow(byOrigin) size=86400000 slide=3600000
  all union(hourly, daily)
  counts reduceByKeyAndWindow(byOrigin) inverse=1 window=4000 slide=2000
  out sink(all) topic=airport-delays
  log print(counts)
`);

describe("explainPlan", () => {
  it("shows stages, what is fused and combined, what is kept, and warnings", () => {
    expect(explainPlan(planJob(delays)).split("\n")).toEqual([
      "stage 0: one task per source partition, 3 operators fused",
      "  flights   reads topic flights: json",
      "  time      event time; watermark 30m behind, idle partitions left out after 1m",
      "  byOrigin  map",
      "  => shuffle 0 to stage 1 (hourly), by key, combined before it is sent",
      "  => shuffle 1 to stage 2 (daily), by key, combined before it is sent",
      "  => shuffle 2 to stage 3 (counts), by key, combined before it is sent",
      "",
      "stage 1: one task per slot, 3 operators fused",
      "  <= shuffle 0 from stage 0",
      "  hourly    aggregate per key and 1h window of event time",
      "            keeps an accumulator per key and open window; a window goes when the watermark passes its end",
      "  all       union of hourly, daily",
      "  out       writes topic airport-delays: json, exactly once",
      "",
      "stage 2: one task per slot, 3 operators fused",
      "  <= shuffle 1 from stage 0",
      "  daily     aggregate per key and 1d window sliding by 1h of event time",
      "            keeps an accumulator per key and open window (an element is in 24); a window goes when the watermark passes its end",
      "  all       union of hourly, daily",
      "  out       writes topic airport-delays: json, exactly once",
      "",
      "stage 3: one task per slot",
      "  <= shuffle 2 from stage 0",
      "  counts    reduce per key over the last 4s, every 2s, incremental; slide 2s",
      "            keeps a value per key ever seen: UNBOUNDED",
      "  => shuffle 3 to stage 4 (log), all to slot 0",
      "",
      "stage 4: one task (slot 0)",
      "  <= shuffle 3 from stage 3",
      "  log       prints 10 elements of each batch",
      "",
      "warnings",
      "  ! unbounded-state: counts is incremental without a filter and keeps every key for ever: give it { filter }",
      "",
    ]);
  });
});

describe("explainPlan of sources", () => {
  const lineOf = (source: Partial<ConnectorSourceDescriptor>): string | undefined => {
    const graph = graphOf("in source\n out print(in)");
    const operators = graph.operators.map((operator) =>
      operator.kind === "source"
        ? {
            ...operator,
            source: { type: "connector" as const, connector: "", options: {}, splits: 1, promise: "exactly-once" as const, ...source },
          }
        : operator,
    );
    return explainPlan(planJob({ ...graph, operators }))
      .split("\n")[1]
      ?.slice(7);
  };

  it.each<[string, Partial<ConnectorSourceDescriptor>]>([
    ["generates 500 rows a second in 3 splits, exactly once", { connector: "rate", options: { rowsPerSecond: 500 }, splits: 3 }],
    [
      "reads the csv files that appear in /in, at most 9 files a batch, exactly once",
      { connector: "folder", options: { path: "/in", format: "csv" }, stepsPerBatchMax: 9 },
    ],
    ["reads with a source that the job brings, at most once", { connector: "custom", promise: "at-most-once" }],
    ["reads lines from h:9, at most once", { connector: "socket", options: { host: "h", port: 9 }, promise: "at-most-once" }],
    ["reads with the mqtt source, exactly once", { connector: "mqtt" }],
  ])("says: %s", (expected, source) => {
    expect(lineOf(source)).toBe(expected);
  });

  it.each([
    ["a webhook on port 8080, /orders", { connector: "webhook", options: { port: 8_080, path: "/orders" } }],
    ["lines from h:9", { connector: "socket", options: { host: "h", port: 9 } }],
    ["the mqtt receiver", { connector: "mqtt", options: {} }],
  ])("says that a topic is filled by %s", (expected, receiver) => {
    const graph = graphOf("in source topic=orders\n out print(in)");
    const operators = graph.operators.map((operator) =>
      operator.kind === "source" && operator.source.type === "topic" ? { ...operator, source: { ...operator.source, receiver } } : operator,
    );
    expect(explainPlan(planJob({ ...graph, operators }))).toContain(`reads topic orders: json, filled by ${expected}\n`);
  });

  it("refuses one that continuous mode would have to follow", () => {
    const graph = graphOf("in source\n out print(in)");
    const source = { type: "connector", connector: "rate", options: {}, splits: 1, promise: "exactly-once" } as const;
    const operators = graph.operators.map((operator) => (operator.kind === "source" ? { ...operator, source } : operator));
    const continuous = { ...graph.settings, latency: "continuous" } as const;
    expect(() => planJob({ ...graph, settings: continuous, operators })).toThrow(/continuous mode follows topics only.*operator=in/);
    expect(() => planJob({ ...graph, settings: continuous })).not.toThrow();
  });

  it.each<[string, Partial<ConnectorSourceDescriptor>]>([
    ["splits", { splits: 0 }],
    ["splits", { splits: 1.5 }],
    ["splits", { splits: 1_001 }],
    ["stepsPerBatchMax", { stepsPerBatchMax: 0 }],
  ])("refuses %s out of range, and names the operator", (setting, source) => {
    expect(() => lineOf(source)).toThrow(new RegExp(`^${setting} of a source must be a whole number.*operator=in`));
  });
});

describe("explainPlan of joins and state", () => {
  it("names both sides, partitions, and what bounds the state", () => {
    const graph = graphOf(`
      a source
      b source
      both join(a, b) partitions=3
      seen mapWithState(both) timeout=60000
      state stateSnapshots(seen)
      wide repartition(state) partitions=20
      whole transform(wide)
      log print(whole)
    `);
    const lines = explainPlan(planJob(graph)).split("\n");
    expect(lines.filter((line) => !line.startsWith("  <=") && line !== "").slice(6)).toEqual([
      "stage 2: 3 tasks",
      "  both   join of a and b, batch against batch",
      "  => shuffle 2 to stage 3 (seen), by key",
      "stage 3: one task per slot, 2 operators fused",
      "  seen   map each record with its key's state; a key idle for more than 1m times out",
      "         keeps a value per live key; a key goes when its state is removed, or when it has been idle",
      "  state  all live keys with their state after each batch",
      "  => shuffle 3 to stage 4 (wide), evenly",
      "stage 4: 20 tasks",
      "  wide   the same elements in 20 partitions",
      "  => shuffle 4 to stage 5 (whole), all to slot 0",
      "stage 5: one task (slot 0)",
      "  whole  calls a function with each whole batch of wide",
      "  => shuffle 5 to stage 6 (log), all to slot 0",
      "stage 6: one task (slot 0)",
      "  log    prints 10 elements of each batch",
    ]);
  });
});

describe("mermaidPlan", () => {
  it("draws a box per stage and an arrow per shuffle", () => {
    const text = mermaidPlan(planJob(graphOf("s source\nm map(s)\nr reduceByKey(m)\no sink(r)")));
    expect(text.split("\n")).toEqual([
      "flowchart LR",
      '  subgraph stage0["stage 0: source partitions"]',
      '    s0o0["s<br/>reads topic t: json"]',
      '    s0o1["m<br/>map"]',
      "  end",
      "  s0o0 --> s0o1",
      '  subgraph stage1["stage 1: slots"]',
      '    s1o0["r<br/>reduce per key"]',
      '    s1o1["o<br/>writes topic out: json, exactly once"]',
      "  end",
      "  s1o0 --> s1o1",
      "  s0o1 ==>|key, combined| s1o0",
      "",
    ]);
  });
});

describe("canonicalGraph", () => {
  it("is the same text whatever the order of properties", () => {
    const shuffled = { ...delays, operators: delays.operators.map((node) => Object.fromEntries(Object.entries(node).reverse())) };
    expect(canonicalGraph(shuffled as unknown as typeof delays)).toBe(canonicalGraph(delays));
    expect(JSON.parse(canonicalGraph(delays))).toEqual(delays);
  });

  it("keeps the order of operators and of parents", () => {
    const turned = graphOf("a source\nb source\nu union(b, a)\no sink(u)");
    expect(canonicalGraph(turned)).not.toBe(canonicalGraph(graphOf("a source\nb source\nu union(a, b)\no sink(u)")));
  });
});
