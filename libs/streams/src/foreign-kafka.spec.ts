import { describe, expect, it } from "@jest/globals";
import { foreignKafka } from "./foreign-kafka.ts";
import { json, string } from "./serde.ts";

const cluster = { bootstrap: ["other:9092"] };

describe("foreignKafka as a source", () => {
  it("reads one topic, several, or all that match", () => {
    const optionsOf = (topics: string | readonly string[] | RegExp): unknown => {
      const { source } = foreignKafka(topics, { cluster, elements: "record", value: json() });
      return source.type === "connector" ? source.options : undefined;
    };
    const rest = { bootstrap: cluster.bootstrap, start: "earliest" };
    expect([optionsOf("a"), optionsOf(["a", "b"]), optionsOf(/a-\d+/)]).toEqual([
      { topics: ["a"], ...rest },
      { topics: ["a", "b"], ...rest },
      { pattern: "a-\\d+", ...rest },
    ]);
  });

  it("says how records become elements, and where it starts", () => {
    const { source } = foreignKafka("a", { cluster, key: string(), value: json(), start: new Date(5_000), onBadRecord: "skip", splits: 2 });
    expect(source).toMatchObject({
      splits: 2,
      promise: "exactly-once",
      options: { startAtMs: 5_000 },
      records: { key: { format: "string" }, value: { format: "json" }, elements: "pair", onBadRecord: "skip" },
    });
  });

  it("refuses a pattern with flags and a start that is no time", () => {
    const refused = expect.objectContaining({ code: "invalid-operator-setting" });
    expect(() => foreignKafka(/a/i, { cluster, value: json() })).toThrow(refused);
    expect(() => foreignKafka("a", { cluster, value: json(), start: new Date(Number.NaN) })).toThrow(refused);
  });
});
