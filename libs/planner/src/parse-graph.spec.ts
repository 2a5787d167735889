import { describe, expect, it } from "@jest/globals";
import { graphOf } from "../test/graph-text.ts";
import { parseJobGraph } from "./index.ts";

const graph = graphOf(`
  a source
  e eventTime(a)
  m map(e)
  w aggregateByTimeWindow(m)
  c combineByKey(m)
  u updateStateByKey(c)
  r reduceByKeyAndWindow(m)
  b window(m)
  p print(b)
  o sink(w)
`);

function sourceOf(copy: { operators: Record<string, unknown>[] }): Record<string, unknown> {
  return copy.operators[0]?.source as Record<string, unknown>;
}

describe("parseJobGraph", () => {
  it("gives back what was written", () => {
    expect(parseJobGraph(JSON.stringify(graph))).toEqual(graph);
  });

  const change = (
    edit: (copy: Record<string, unknown> & { operators: Record<string, unknown>[]; settings: Record<string, unknown> }) => void,
  ): string => {
    const copy = JSON.parse(JSON.stringify(graph)) as Parameters<typeof edit>[0];
    edit(copy);
    return JSON.stringify(copy);
  };

  it.each([
    ["msgpack", { format: "msgpack" }, "skip"],
    ["avro", { format: "avro", schema: '"long"' }, { deadLetter: "bad" }],
    ["protobuf", { format: "protobuf", descriptors: "AA==", message: "a.B" }, "fail"],
  ])("takes a source of %s, and what becomes of its bad records", (_, value, onBadRecord) => {
    const source = { type: "topic", topic: "t", value, elements: "value", start: "earliest", onBadRecord };
    const text = change((copy) => (copy.operators[0] = { ...copy.operators[0], source }));
    expect(parseJobGraph(text).operators[0]).toMatchObject({ source });
  });

  const connector = { type: "connector", connector: "folder", options: { path: "/in" }, splits: 1, promise: "exactly-once" };

  it("takes a topic that a receiver fills", () => {
    const receiver = { connector: "webhook", options: { port: 1 } };
    const text = change((copy) => (sourceOf(copy).receiver = receiver));
    expect(parseJobGraph(text).operators[0]).toMatchObject({ source: { receiver } });
  });

  it("takes a source that is no topic", () => {
    const source = { ...connector, stepsPerBatchMax: 10 };
    const text = change((copy) => (copy.operators[0] = { ...copy.operators[0], source }));
    expect(parseJobGraph(text).operators[0]).toMatchObject({ source });
  });

  it.each<[string, string, RegExp]>([
    [
      "a source that promises something else",
      change((copy) => (copy.operators[0] = { ...copy.operators[0], source: { ...connector, promise: "mostly" } })),
      /source\.promise must be one of exactly-once, at-most-once/,
    ],
    [
      "a topic among a connector's own",
      change((copy) => (copy.operators[0] = { ...copy.operators[0], source: { ...connector, topic: "t" } })),
      /source\.topic must be absent/,
    ],
    ["avro without a schema", change((copy) => (sourceOf(copy).value = { format: "avro" })), /value\.schema must be a text/],
    ["dead letters without a topic", change((copy) => (sourceOf(copy).onBadRecord = {})), /onBadRecord\.deadLetter must be a text/],
    ["text that is not JSON", "{", /not JSON/],
    ["a list", "[]", /graph must be an object/],
    ["another version", change((copy) => (copy.formatVersion = 2)), /another format.*formatVersion=2/],
    ["a missing name", change((copy) => delete copy.name), /graph\.name must be a text/],
    ["an unknown setting", change((copy) => (copy.settings.slots = 1)), /graph\.settings\.slots must be absent/],
    [
      "an unknown kind",
      change((copy) => (copy.operators[2] = { ...copy.operators[2], kind: "sorted" })),
      /graph\.operators\[2\]\.kind must be one of source, map/,
    ],
    [
      "a kind that every object has",
      change((copy) => (copy.operators[2] = { ...copy.operators[2], kind: "toString" })),
      /kind must be one of/,
    ],
    [
      "a setting of the wrong type",
      change((copy) => (copy.operators[1] = { ...copy.operators[1], delayMs: "1" })),
      /operators\[1\]\.delayMs must be a number/,
    ],
    ["parents that are no list", change((copy) => (copy.operators[1] = { ...copy.operators[1], parents: "a" })), /parents must be a list/],
    [
      "a serde of no known format",
      change((copy) => (copy.operators[0] = { ...copy.operators[0], source: { value: { format: "xml" } } })),
      /source/,
    ],
  ])("refuses %s", (_, text, expected) => {
    expect(() => parseJobGraph(text)).toThrow(expected);
  });
});
