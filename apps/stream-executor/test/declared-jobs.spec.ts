import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { DuplicatesUntil, FieldType, JobGraphSchema, JoinSides, OutputMode } from "@millrace/contracts";
import { graphFromWire } from "@millrace/coordinator-node";
import { createExpressionLanguage } from "@millrace/expressions";
import { testJob } from "@millrace/local";
import type { JobGraph } from "@millrace/model";
import { canonicalGraph, planJob } from "@millrace/planner";
import {
  allOf,
  count,
  declaredJob,
  hours,
  job,
  type JobModule,
  json,
  kafka,
  max,
  minutes,
  of,
  pair,
  seconds,
  type State,
  StateSpec,
  string,
  sum,
  t,
} from "@millrace/streams";

/** A job twice: as a module, and as the message that any language sends; what it is fed, and where its output stands. */
interface Twin {
  readonly module: JobModule;
  readonly wire: MessageInitShape<typeof JobGraphSchema>;
  readonly input: Readonly<Record<string, readonly unknown[]>>;
  readonly sinks: readonly string[];
}

const text = { format: { case: "string", value: {} } } as const;
const plainJson = { format: { case: "json", value: {} } } as const;
const Sale = json({ shop: t.string, at: t.timestamp, pieces: t.int, price: t.double });
const sale = {
  format: {
    case: "json",
    value: { fields: { shop: FieldType.STRING, at: FieldType.TIMESTAMP, pieces: FieldType.INT, price: FieldType.DOUBLE } },
  },
} as const;
const sales = [
  { shop: "a", at: 1_000, pieces: 2, price: 1.5 },
  { shop: "b", at: 2_000, pieces: 0, price: 9 },
  { shop: "a", at: 59_000, pieces: 3, price: 2 },
  { shop: "a", at: 61_000, pieces: 1, price: 4 },
  { shop: "b", at: 500_000, pieces: 5, price: 0.5 },
];
const sourceOfSales = { kind: { case: "source", value: { topic: "sales", value: sale } } } as const;
const topic = (name: string) => ({ case: "topic", value: { topic: name, value: plainJson } }) as const;

const twins: Readonly<Record<string, Twin>> = {
  "word count": {
    module: job("word-count", (ctx) => {
      ctx
        .source(kafka("lines", { value: string() }))
        .flatMap((line) => line.toLowerCase().split(" "))
        .filter((word) => word !== "")
        .map((word) => pair(word, 1))
        .reduceByKey((left, right) => left + right)
        .aggregateByKey(sum(), { mode: "update", unbounded: true })
        .named("totals")
        .to(kafka("counts", { key: string(), value: json<number>() }));
    }),
    wire: {
      name: "word-count",
      operators: [
        { kind: { case: "source", value: { topic: "lines", value: text } } },
        { parents: ["source-1"], kind: { case: "flatMap", value: { values: 'value.lowerAscii().split(" ")' } } },
        { parents: ["flatMap-1"], kind: { case: "filter", value: { condition: 'value != ""' } } },
        { parents: ["filter-1"], kind: { case: "map", value: { key: "value", value: "1" } } },
        { parents: ["map-1"], kind: { case: "reduceByKey", value: { combine: "left + right" } } },
        { id: "totals", parents: ["reduceByKey-1"], kind: { case: "aggregateByKey", value: { aggregate: "sum(value)", unbounded: true } } },
        {
          parents: ["totals"],
          kind: { case: "sink", value: { target: { case: "topic", value: { topic: "counts", key: text, value: plainJson } } } },
        },
      ],
    },
    input: { lines: ["To be or not", "to  be"] },
    sinks: ["counts"],
  },
  "a filter and sums in windows": {
    module: job(
      "takings",
      (ctx) => {
        ctx
          .source(kafka("sales", { value: Sale }))
          .filter((sold) => sold.pieces > 0)
          .withEventTime((sold) => sold.at, { watermark: seconds(10) })
          .map((sold) => pair(sold.shop, sold))
          .windowByTime({ tumbling: minutes(1) })
          .aggregateByKey(
            allOf({
              sales: count(),
              takings: of((sold: (typeof sales)[number]) => sold.pieces * sold.price, sum()),
              most: of((sold: (typeof sales)[number]) => sold.pieces, max<number>()),
            }),
          )
          .named("takings")
          .map(({ key, window, value }) => ({ shop: key, from: window.start, ...value }))
          .to(kafka("takings", { value: json() }))
          .named("written");
      },
      { batchInterval: seconds(2), slots: 4 },
    ),
    wire: {
      name: "takings",
      settings: { batchIntervalMs: 2_000n, slotCount: 4 },
      operators: [
        sourceOfSales,
        { parents: ["source-1"], kind: { case: "filter", value: { condition: "value.pieces > 0" } } },
        { parents: ["filter-1"], kind: { case: "eventTime", value: { time: "value.at", watermarkDelayMs: 10_000n } } },
        { parents: ["eventTime-1"], kind: { case: "map", value: { key: "value.shop", value: "value" } } },
        {
          id: "takings",
          parents: ["map-1"],
          kind: {
            case: "aggregateByTimeWindow",
            value: {
              aggregate: '{"sales": count(), "takings": sum(double(value.pieces) * value.price), "most": max(value.pieces)}',
              window: { sizeMs: 60_000n },
            },
          },
        },
        {
          parents: ["takings"],
          kind: {
            case: "map",
            value: { value: '{"shop": key, "from": window.start, "sales": value.sales, "takings": value.takings, "most": value.most}' },
          },
        },
        { id: "written", parents: ["map-2"], kind: { case: "sink", value: { target: topic("takings") } } },
      ],
    },
    input: { sales },
    sinks: ["written"],
  },
  "duplicates, a join within time, and what is late": {
    module: job("paired", (ctx) => {
      const timed = (name: string) =>
        ctx
          .source(kafka(name, { value: Sale }))
          .withEventTime((sold) => sold.at, { watermark: hours(1) })
          .map((sold) => pair(sold.shop, sold.pieces));
      const left = timed("sales").dropDuplicatesWithinWatermark(([shop, pieces]) => [shop, pieces]);
      left
        .joinWithin(timed("returns"), { before: 0, after: minutes(5), type: "left-outer", where: (sold, back) => back <= sold })
        .map(([shop, [sold, back]]) => ({ shop, sold, back: back ?? null }))
        .to(kafka("paired", { value: json() }))
        .named("paired");
      left
        .late()
        .to(kafka("late", { value: json() }))
        .named("late");
    }),
    wire: {
      name: "paired",
      operators: [
        sourceOfSales,
        { parents: ["source-1"], kind: { case: "eventTime", value: { time: "value.at", watermarkDelayMs: 3_600_000n } } },
        { parents: ["eventTime-1"], kind: { case: "map", value: { key: "value.shop", value: "value.pieces" } } },
        { parents: ["map-1"], kind: { case: "dropDuplicates", value: { key: "[key, value]", until: DuplicatesUntil.WATERMARK } } },
        { kind: { case: "source", value: { topic: "returns", value: sale } } },
        { parents: ["source-2"], kind: { case: "eventTime", value: { time: "value.at", watermarkDelayMs: 3_600_000n } } },
        { parents: ["eventTime-2"], kind: { case: "map", value: { key: "value.shop", value: "value.pieces" } } },
        {
          parents: ["dropDuplicates-1", "map-2"],
          kind: {
            case: "joinWithin",
            value: { sides: JoinSides.LEFT_OUTER, bounds: { case: "interval", value: { afterMs: 300_000n } }, condition: "right <= left" },
          },
        },
        { parents: ["joinWithin-1"], kind: { case: "map", value: { value: '{"shop": key, "sold": left, "back": right}' } } },
        { id: "paired", parents: ["map-3"], kind: { case: "sink", value: { target: topic("paired") } } },
        { parents: ["map-1"], kind: { case: "late", value: { of: "dropDuplicates-1" } } },
        { id: "late", parents: ["late-1"], kind: { case: "sink", value: { target: topic("late") } } },
      ],
    },
    input: { sales: [...sales, ...sales], returns: [{ shop: "a", at: 70_000, pieces: 2, price: 0 }] },
    sinks: ["paired"],
  },
  "windows of batches, and a table in order": {
    module: job("tables", (ctx) => {
      const pieces = ctx.source(kafka("sales", { value: Sale })).map((sold) => pair(sold.shop, sold.pieces));
      pieces
        .reduceByKeyAndWindow(
          (left, right) => left + right,
          (whole, part) => whole - part,
          seconds(3),
          seconds(1),
          { filter: (_, value) => value > 0 },
        )
        .to(kafka("recent", { key: string(), value: json<number>() }))
        .named("recent");
      pieces
        .aggregateByKey(sum(), { mode: "complete", unbounded: true })
        .orderBy(([leftKey, left], [rightKey, right]) => right - left || (leftKey < rightKey ? -1 : 1))
        .limit(1)
        .to(kafka("best", { key: string(), value: json<number>() }))
        .named("best");
    }),
    wire: {
      name: "tables",
      operators: [
        sourceOfSales,
        { parents: ["source-1"], kind: { case: "map", value: { key: "value.shop", value: "value.pieces" } } },
        {
          parents: ["map-1"],
          kind: {
            case: "reduceByKeyAndWindow",
            value: { combine: "left + right", inverse: "whole - part", condition: "value > 0", windowMs: 3_000n },
          },
        },
        {
          id: "recent",
          parents: ["reduceByKeyAndWindow-1"],
          kind: { case: "sink", value: { target: { case: "topic", value: { topic: "recent", key: text, value: plainJson } } } },
        },
        {
          parents: ["map-1"],
          kind: { case: "aggregateByKey", value: { aggregate: "sum(value)", mode: OutputMode.COMPLETE, unbounded: true } },
        },
        { parents: ["aggregateByKey-1"], kind: { case: "sort", value: { by: "[-value, key]" } } },
        { parents: ["sort-1"], kind: { case: "limit", value: { count: 1n } } },
        {
          id: "best",
          parents: ["limit-1"],
          kind: { case: "sink", value: { target: { case: "topic", value: { topic: "best", key: text, value: plainJson } } } },
        },
      ],
    },
    input: { sales },
    sinks: ["recent", "best"],
  },
  "state of keys, visited with each batch": {
    module: job("stock", (ctx) => {
      ctx
        .source(kafka("sales", { value: Sale }))
        .map((sold) => pair(sold.shop, sold.pieces))
        .updateStateByKey<{ readonly batches: number; readonly last: number }>(
          (_, __, values, state = { batches: 0, last: 0 }) => {
            const next = { batches: state.batches + 1, last: values.at(-1) ?? state.last };
            return next.batches > 3 ? undefined : next;
          },
          { form: "keyed" },
        )
        .named("stock")
        .to(kafka("stock", { key: string(), value: json() }))
        .named("written");
    }),
    wire: {
      name: "stock",
      operators: [
        sourceOfSales,
        { parents: ["source-1"], kind: { case: "map", value: { key: "value.shop", value: "value.pieces" } } },
        {
          id: "stock",
          parents: ["map-1"],
          kind: {
            case: "updateStateByKey",
            value: {
              initial: '{"batches": 0, "last": 0}',
              state: '{"batches": state.batches + 1, "last": values.size() > 0 ? values[values.size() - 1] : state.last}',
              remove: "state.batches > 3",
            },
          },
        },
        {
          id: "written",
          parents: ["stock"],
          kind: { case: "sink", value: { target: { case: "topic", value: { topic: "stock", key: text, value: plainJson } } } },
        },
      ],
    },
    input: { sales },
    sinks: ["written"],
  },
  "what each record yields by the state of its key, which times out": {
    module: job("rises", (ctx) => {
      const rises = ctx
        .source(kafka("sales", { value: Sale }))
        .map((sold) => pair(sold.shop, sold.pieces))
        .mapWithState(
          StateSpec.function((time: number, shop: string, pieces: number | undefined, state: State<number>) => {
            if (state.isTimingOut()) return { shop, from: state.get(), to: 0, isFirst: false, at: time };
            const [before, after] = [state.getOption() ?? 100, pieces ?? 0];
            if (after === 0) state.remove();
            else state.update(after);
            return before === after ? undefined : { shop, from: before, to: after, isFirst: before === 100, at: time };
          }).timeout(seconds(2)),
        )
        .named("rises");
      rises.to(kafka("rises", { value: json() })).named("written");
      rises
        .stateSnapshots()
        .to(kafka("stock", { key: string(), value: json<number>() }))
        .named("stock");
    }),
    wire: {
      name: "rises",
      operators: [
        sourceOfSales,
        { parents: ["source-1"], kind: { case: "map", value: { key: "value.shop", value: "value.pieces" } } },
        {
          id: "rises",
          parents: ["map-1"],
          kind: {
            case: "mapWithState",
            value: {
              initial: "100",
              state: "value",
              result: '{"shop": key, "from": before, "to": state, "isFirst": before == 100, "at": time}',
              condition: "state != before",
              remove: "value == 0",
              timeoutMs: 2_000n,
              timeoutResult: '{"shop": key, "from": state, "to": 0, "isFirst": false, "at": time}',
            },
          },
        },
        { id: "written", parents: ["rises"], kind: { case: "sink", value: { target: topic("rises") } } },
        { parents: ["rises"], kind: { case: "stateSnapshots", value: {} } },
        {
          id: "stock",
          parents: ["stateSnapshots-1"],
          kind: { case: "sink", value: { target: { case: "topic", value: { topic: "stock", key: text, value: plainJson } } } },
        },
      ],
    },
    input: { sales: [...sales, ...sales.slice(0, 1)] },
    sinks: ["written", "stock"],
  },
};

function withoutExpressions(graph: JobGraph): JobGraph {
  return { ...graph, operators: graph.operators.map(({ expressions: _, ...operator }) => operator) };
}

async function outputs(module: JobModule, { input, sinks }: Twin, partitions: number): Promise<unknown> {
  const test = testJob(module, { partitions });
  for (const [topicName, elements] of Object.entries(input)) test.send(topicName, ...elements);
  await test.batch();
  await test.advance(seconds(4));
  await test.end();
  return sinks.map((sink) =>
    test
      .take(sink)
      .map((record) => JSON.stringify(record))
      .sort(),
  );
}

describe.each(Object.entries(twins))("%s", (_, twin) => {
  const declared = graphFromWire(create(JobGraphSchema, twin.wire));

  it("has the graph and the plan of the module", () => {
    const { graph } = twin.module.build();
    expect(canonicalGraph(withoutExpressions(declared))).toBe(canonicalGraph(graph));
    const { stages, edges, warnings } = planJob(graph);
    expect(planJob(declared)).toMatchObject({ stages, edges, warnings });
  });

  it.each([1, 3])("gives what the module gives, from %d partitions", async (partitions) => {
    const same: JobModule = { millraceJob: 1, name: declared.name, build: () => declaredJob(declared, createExpressionLanguage()) };
    const expected = await outputs(twin.module, twin, partitions);
    expect(await outputs(same, twin, partitions)).toEqual(expected);
    expect(JSON.stringify(expected)).toContain("{"); // there was output
  });
});
