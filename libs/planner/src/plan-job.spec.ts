import { describe, expect, it } from "@jest/globals";
import { AppError, type JobSettings } from "@millrace/model";
import { graphOf, planText } from "../test/graph-text.ts";
import { planJob } from "./index.ts";

function lines(text: string): string {
  return text.trim().replace(/^ +/gm, "");
}

describe("planJob cuts a graph into stages", () => {
  it.each<[string, string, string]>([
    [
      "fuses what moves nothing",
      `s source
       m map(s)
       f filter(m)
       o sink(f)`,
      `0 source-partitions: s m f o`,
    ],
    [
      "shuffles by key, combined where the operator can",
      `s source
       m map(s)
       r reduceByKey(m)
       v mapValues(r)
       g groupByKey(v)
       o sink(g)`,
      `0 source-partitions: s m
       1 slots: r v
       2 slots: g o
       0.m => 1.r key combined
       1.v => 2.g key`,
    ],
    [
      "keeps a combiner on the receiving side when asked to",
      `s source
       c combineByKey(s) combine=0
       o sink(c)`,
      `0 source-partitions: s
       1 slots: c o
       0.s => 1.c key`,
    ],
    [
      "runs what follows a union in the stage of each parent",
      `a source
       b source
       r reduceByKey(b)
       u union(a, r)
       m map(u)
       k reduceByKey(m)
       o sink(k)`,
      `0 source-partitions: a u m
       1 source-partitions: b
       2 slots: r u m
       3 slots: k o
       0.m => 3.k key combined
       1.b => 2.r key combined
       2.m => 3.k key combined`,
    ],
    [
      "gives a union of two branches of one stream one place",
      `s source
       a map(s)
       b map(s)
       u union(a, b)
       o sink(u)`,
      `0 source-partitions: s a b u o`,
    ],
    [
      "sends one stream to two operators over two shuffles",
      `s source
       e eventTime(s)
       h aggregateByTimeWindow(e)
       d aggregateByTimeWindow(e) size=86400000 slide=3600000
       u union(h, d)
       o sink(u)`,
      `0 source-partitions: s e
       1 slots: h u o
       2 slots: d u o
       0.e => 1.h key combined
       0.e => 2.d key combined`,
    ],
    [
      "chains windows on event time",
      `s source
       e eventTime(s)
       d aggregateByTimeWindow(e)
       m map(d)
       t aggregateByTimeWindow(m)
       o sink(t)`,
      `0 source-partitions: s e
       1 slots: d m
       2 slots: t o
       0.e => 1.d key combined
       1.m => 2.t key combined`,
    ],
    [
      "brings a whole batch to one place",
      `s source
       c count(s)
       p print(c)
       r reduce(s)
       f foreachBatch(r)
       v countByValue(s)
       o sink(v)`,
      `0 source-partitions: s
       1 slots: c
       2 slots: p
       3 slots: r
       4 slots: f
       5 slots: v o
       0.s => 1.c single combined
       0.s => 3.r single combined
       0.s => 5.v key combined
       1.c => 2.p single
       3.r => 4.f single`,
    ],
    [
      "brings both sides of a join to one stage, a stream joined with itself over one shuffle",
      `a source
       b source
       j join(a, b)
       k join(j, j)
       t transform(k, j)
       o sink(t)`,
      `0 source-partitions: a
       1 source-partitions: b
       2 slots: j
       3 slots: k
       4 slots: t o
       0.a => 2.j key
       1.b => 2.j key
       2.j => 3.k key
       2.j => 4.t single
       3.k => 4.t single`,
    ],
    [
      "gives an operator as many partitions as it asks for",
      `s source
       p repartition(s) partitions=11
       m mapWithState(p) partitions=3
       n stateSnapshots(m)
       o sink(n)`,
      `0 source-partitions: s
       1 slots 11: p
       2 slots 3: m n o
       0.s => 1.p spread
       1.p => 2.m key`,
    ],
    [
      "leaves out what leads to no output",
      `s source
       x source
       y reduceByKey(x)
       o sink(s)`,
      `0 source-partitions: s o`,
    ],
    [
      "keeps windows over batches where the records are",
      `s source
       w window(s)
       r reduceByKeyAndWindow(w)
       o sink(r)`,
      `0 source-partitions: s w
       1 slots: r o
       0.w => 1.r key combined`,
    ],
  ])("%s", (_, graph, expected) => {
    expect(planText(planJob(graphOf(graph)))).toBe(lines(expected));
  });
});

describe("planJob refuses", () => {
  const check = (graph: string, settings: Partial<JobSettings> = {}): string => {
    try {
      planJob(graphOf(graph, settings));
      return "planned";
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return `${error.code} ${String(error.context.operator ?? "")}`.trim();
    }
  };

  it.each<[string, string, string]>([
    ["a graph without an output", "s source\nm map(s)", "no-output-operation"],
    ["two operators of one name", "s source\ns map(s)\no sink(s)", "duplicate-operator-name"],
    ["a parent that comes later", "m map(s)\ns source\no sink(m)", "unknown-parent m"],
    ["a source below something", "s source\nx source(s)\no sink(x)", "graph-malformed x"],
    ["a map of nothing", "m map\no sink(m)", "graph-malformed m"],
    ["a map of two streams", "a source\nb source\nm map(a, b)\no sink(m)", "graph-malformed m"],
    ["a union of nothing", "s source\nu union\no sink(s)", "graph-malformed u"],
    ["something below an output", "s source\no sink(s)\nm map(o)", "graph-malformed m"],
    ["a topic name that cannot be", "s source topic=a/b\no sink(s)", "invalid-topic-name"],
    ["output to an internal topic", "s source\no sink(s) topic=__transaction_state", "internal-topic o"],
    ["a window off the batch grid", "s source\nw window(s) window=1500\no sink(w)", "window-not-multiple w"],
    ["a slide off the batch grid", "s source\nw window(s) slide=1500\no sink(w)", "window-not-multiple w"],
    [
      "a window off the grid of a window",
      "s source\nw window(s) window=4000 slide=4000\nv window(w) window=6000 slide=4000\no sink(v)",
      "window-not-multiple v",
    ],
    ["a window of no length", "s source\nw window(s) window=0\no sink(w)", "invalid-duration w"],
    ["a union of different slides", "s source\nw window(s) slide=2000\nu union(s, w)\no sink(u)", "different-slides u"],
    ["a join of different slides", "s source\nw window(s) slide=2000\nj join(s, w)\no sink(j)", "different-slides j"],
    [
      "unions of unions that double a stream too often",
      `s source\n${Array.from({ length: 14 }, (_, n) => `u${n} union(${n === 0 ? "s, s" : `u${n - 1}, u${n - 1}`})`).join("\n")}\no sink(u13)`,
      "graph-too-large u13",
    ],
    ["a join of one stream", "s source\nj join(s)\no sink(j)", "graph-malformed j"],
    ["snapshots of something without state", "s source\nx stateSnapshots(s)\no sink(x)", "graph-malformed x"],
    ["a map with partitions of its own", "s source\nm map(s) partitions=2\no sink(m)", "invalid-operator-setting m"],
    ["no partitions", "s source\nr reduceByKey(s) partitions=0\no sink(r)", "invalid-operator-setting r"],
    ["more partitions than buckets", "s source\nr repartition(s) partitions=721\no sink(r)", "invalid-operator-setting r"],
    ["a time-out of no length", "s source\nm mapWithState(s) timeout=0\no sink(m)", "invalid-duration m"],
    ["a checkpoint interval off the grid", "s source\nm updateStateByKey(s) checkpointMs=2500\no sink(m)", "checkpoint-interval-invalid m"],
    [
      "a checkpoint interval below the slide",
      "s source\nm updateStateByKey(s) checkpointMs=500\no sink(m)",
      "checkpoint-interval-invalid m",
    ],
    ["a second event time", "s source\na eventTime(s)\nb eventTime(a)\no sink(b)", "watermark-redefined b"],
    [
      "a second event time after a window",
      "s source\na eventTime(s)\nw aggregateByTimeWindow(a)\nb eventTime(w)\no sink(b)",
      "watermark-redefined b",
    ],
    ["a window without a watermark", "s source\nw aggregateByTimeWindow(s)\no sink(w)", "append-needs-watermark w"],
    [
      "a window with a watermark on one side only",
      "s source\na eventTime(s)\nb source\nu union(a, b)\nw aggregateByTimeWindow(u)\no sink(w)",
      "append-needs-watermark w",
    ],
    [
      "a window on results that have no event time",
      "s source\na eventTime(s)\nr reduceByKey(a)\nw aggregateByTimeWindow(r)\no sink(w)",
      "event-time-lost w",
    ],
    ["a negative watermark delay", "s source\ne eventTime(s) delay=-1\no sink(e)", "invalid-duration e"],
    [
      "an offset beyond the slide",
      "s source\ne eventTime(s)\nw aggregateByTimeWindow(e) offset=3600000\no sink(w)",
      "invalid-operator-setting w",
    ],
    ["questions that are never asked", "s source\na mapAsync(s) capacity=0", "invalid-operator-setting a"],
    ["questions without time", "s source\na mapAsync(s) timeout=0", "invalid-duration a"],
    ["less than one attempt", "s source\na mapAsync(s) retries=-1", "invalid-operator-setting a"],
    ["a print of nothing", "s source\np print(s) count=0", "invalid-operator-setting p"],
  ])("%s", (_, graph, expected) => {
    expect(check(graph)).toBe(expected);
  });

  it.each<[Partial<JobSettings>, string]>([
    [{ batchIntervalMs: 9 }, "invalid-job-setting"],
    [{ checkpointPath: "file:///mnt/checkpoints" }, "planned"],
    [{ checkpointPath: "s3://our-bucket" }, "planned"],
    [{ checkpointPath: "s3://our-bucket/jobs/checkpoints" }, "planned"],
    [{ checkpointPath: "s3://Our_Bucket/checkpoints" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "s3:///checkpoints" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "s3://our-bucket/a//b" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "s3://our-bucket/" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "file://" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "/mnt/checkpoints" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "file://host/checkpoints" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "file:///" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "file:///mnt/../etc" }, "checkpoint-path-invalid"],
    [{ checkpointPath: "file:///mnt/a%20b" }, "checkpoint-path-invalid"],
    [{ checkpointPath: `file:///${"a".repeat(200)}` }, "checkpoint-path-invalid"],
    [{ batchIntervalMs: 10.5 }, "invalid-job-setting"],
    [{ slotCount: 0 }, "invalid-job-setting"],
    [{ slotCount: 721 }, "invalid-job-setting"],
    [{ maxRecordsPerBatch: 0 }, "invalid-job-setting"],
    [{ restartsMax: -1 }, "invalid-job-setting"],
    [{ checkpointIntervalMs: 0 }, "invalid-job-setting"],
    [{ slotCount: 720, batchIntervalMs: 10, checkpointIntervalMs: "off" }, "planned"],
  ])("settings out of range: %j is %s", (settings, expected) => {
    expect(check("s source\no sink(s)", settings)).toBe(expected);
  });

  it.each([
    ["map(s) checkpointMs=1000", "checkpoint-not-configured x"],
    ["mapWithState(s)", "checkpoint-not-configured x"],
    ["updateStateByKey(s)", "checkpoint-not-configured x"],
    ["reduceByKeyAndWindow(s) inverse=1", "checkpoint-not-configured x"],
    ["reduceByKeyAndWindow(s)", "planned"],
    ["reduceByKey(s)", "planned"],
  ])("state without checkpoints: %s is %s", (operator, expected) => {
    expect(check(`s source\nx ${operator}\no sink(x)`, { checkpointIntervalMs: "off" })).toBe(expected);
  });
});

describe("planJob warns", () => {
  it.each([
    ["s source\nx reduceByKeyAndWindow(s) inverse=1\no sink(x)", ["unbounded-state: x"]],
    ["s source\nx reduceByKeyAndWindow(s) inverse=1 filtered=1\no sink(x)", []],
    ["s source\nx reduceByKeyAndWindow(s) inverse=1 one=1\no sink(x)", []],
    ["s source\nm map(s)\no sink(s)", ["unused-operator: m"]],
    ["s source topic=a\no sink(s) topic=a", ["topic-loop: s"]],
    ["s source\ne eventTime(s)\nw aggregateByTimeWindow(e) size=1000 slide=2000\no sink(w)", ["window-gaps: w"]],
    ["s source\ne eventTime(s)\nw aggregateByTimeWindow(e) size=86400000 slide=1000\no sink(w)", ["many-panes: w"]],
  ])("of %j", (graph, expected) => {
    const warnings = planJob(graphOf(graph)).warnings;
    expect(warnings.map((warning) => warning.split(" ").slice(0, 2).join(" "))).toEqual(expected);
  });
});
