import { describe, expect, it } from "@jest/globals";
import {
  buildJob,
  customSource,
  folder,
  type FolderOptions,
  job,
  type JobContext,
  json,
  rate,
  type RateOptions,
  seconds,
  socket,
  type StreamSource,
  webhook,
} from "./index.ts";

const sourceOf = (define: (ctx: JobContext) => { print(): unknown }): unknown => {
  const [operator] = buildJob(job("j", (ctx) => void define(ctx).print())).graph.operators;
  return operator?.kind === "source" ? { name: operator.name, ...operator.source } : operator;
};

describe("sources that are no topics", () => {
  it("become connectors of the graph, from the context or as a value", () => {
    const rows = {
      name: "from rate",
      type: "connector",
      connector: "rate",
      options: { rowsPerSecond: 50 },
      splits: 2,
      promise: "exactly-once",
    };
    expect(sourceOf((ctx) => ctx.rate({ rowsPerSecond: 50, splits: 2 }))).toEqual(rows);
    expect(sourceOf((ctx) => ctx.source(rate({ rowsPerSecond: 50, splits: 2 })))).toEqual(rows);
    const files = {
      name: "from folder:/in",
      type: "connector",
      connector: "folder",
      options: { path: "/in", format: "text", quietMs: 2_000 },
      splits: 1,
      promise: "exactly-once",
      stepsPerBatchMax: 100,
    };
    expect(sourceOf((ctx) => ctx.folder("/in", { format: "text", quietFor: seconds(2) }))).toEqual(files);
    expect(sourceOf((ctx) => ctx.source(folder("/in", { format: "text", quietFor: seconds(2) })))).toEqual(files);
  });

  it("fill a topic that is read like any other", () => {
    const options = {
      port: 8_080,
      path: "/orders",
      topic: "orders",
      value: json<number>(),
      token: "env:TOKEN",
      onBadRecord: "skip",
    } as const;
    const expected = {
      ...{
        name: "from orders",
        type: "topic",
        topic: "orders",
        value: { format: "json" },
        elements: "value",
        start: "earliest",
        onBadRecord: "skip",
      },
      receiver: {
        connector: "webhook",
        options: { host: "0.0.0.0", port: 8_080, path: "/orders", bodyBytesMax: 1_000_000, token: "env:TOKEN" },
      },
    };
    expect(sourceOf((ctx) => ctx.webhook(options))).toEqual(expected);
    expect(sourceOf((ctx) => ctx.source(webhook(options)))).toEqual(expected);
  });

  it("read lines of a socket from a topic, exactly once, or, without one, say that they are at most once", () => {
    const options = { host: "h", port: 9 };
    expect(sourceOf((ctx) => ctx.socket({ ...options, topic: "lines" }))).toMatchObject({
      ...{ type: "topic", topic: "lines", value: { format: "string" } },
      receiver: { connector: "socket", options },
    });
    const kept = { name: "from socket", type: "connector", connector: "socket", options, splits: 1, promise: "at-most-once" };
    expect(sourceOf((ctx) => ctx.socket(options))).toEqual(kept);
    expect(sourceOf((ctx) => ctx.source(socket(options)))).toEqual(kept);
  });

  it("carry the code of a source of the job's own beside the graph", () => {
    const source = (): StreamSource<number> => ({ open: () => Promise.reject(new Error("not here")) });
    const { graph, functions } = buildJob(
      job("j", (ctx) => void ctx.source(customSource(source, { splits: 3, promise: "at-most-once" })).print()),
    );
    expect(graph.operators[0]).toMatchObject({ source: { connector: "custom", splits: 3, promise: "at-most-once", options: {} } });
    expect(functions.get(graph.operators[0]?.id ?? "")?.source).toBe(source);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["a rate of nothing", () => rate({ rowsPerSecond: 0 }), /rowsPerSecond of a rate source must be a whole number from 1/],
    ["half a row", () => rate({ rowsPerSecond: 0.5 }), /rowsPerSecond/],
    ["a rate without a rate", () => rate({} as RateOptions), /rowsPerSecond/],
    ["no splits", () => rate({ rowsPerSecond: 1, splits: 0 }), /splits of a rate source/],
    [
      "a port that is none",
      () => webhook({ port: 70_000, topic: "t", value: json() }),
      /port of a webhook source must be a whole number from 1 to 65535/,
    ],
    ["a path with a query", () => webhook({ port: 1, path: "/a?b", topic: "t", value: json() }), /path of a webhook source/],
    ["bodies of nothing", () => webhook({ port: 1, bodyBytesMax: 0, topic: "t", value: json() }), /bodyBytesMax of a webhook source/],
    ["a socket without a host", () => socket({ host: "", port: 1 }), /needs a host/],
    ["a socket without a port", () => socket({ host: "h", port: 0 }), /port of a socket source/],
    ["a folder without a path", () => folder("", { format: "text" }), /needs the path of a folder/],
    [
      "a folder of no known format",
      () => folder("/in", { format: "xml" } as unknown as FolderOptions & { format: "json" }),
      /one of json, text, csv, parquet/,
    ],
    ["no files", () => folder("/in", { format: "text", filesPerBatchMax: 0 }), /filesPerBatchMax must be a whole number/],
    ["a quiet time that is none", () => folder("/in", { format: "text", quietFor: -1 as never }), /a duration must be/],
  ])("refuse %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
