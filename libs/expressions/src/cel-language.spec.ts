import { describe, expect, it } from "@jest/globals";
import { ExpressionFault, type ExpressionType } from "@millrace/ports";
import { createExpressionLanguage } from "./cel-language.ts";

const language = createExpressionLanguage();

const READING: ExpressionType = {
  record: {
    sensor: "string",
    value: "double",
    at: "timestamp",
    count: "int",
    tags: { list: "string" },
    place: { record: { floor: "int" } },
    more: "any",
  },
};
const variables = { value: READING };
const reading = {
  sensor: "Boiler 1",
  value: 21.5,
  at: 60_000,
  count: 4,
  tags: ["a", "b"],
  place: { floor: 3 },
  more: { x: 1, list: [1, 2] },
};

function fault(run: () => unknown): ExpressionFault {
  try {
    run();
  } catch (error) {
    if (error instanceof ExpressionFault) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("compile", () => {
  it.each<[string, ExpressionType, unknown]>([
    ["value.value > 20", "bool", true],
    ["value.count + 1", "int", 5],
    ["value.count * value.place.floor", "int", 12],
    ["double(value.count) / 8.0", "double", 0.5],
    ["value.at", "timestamp", 60_000],
    ['value.at + duration("1m")', "timestamp", 120_000],
    ['value.at - timestamp("1970-01-01T00:00:00Z")', "duration", 60_000],
    ["int(value.at)", "int", 60],
    ["string(value.at)", "string", "1970-01-01T00:01:00Z"],
    ['string(value.at + duration("1.25s"))', "string", "1970-01-01T00:01:01.25Z"],
    ['value.sensor.lowerAscii().split(" ")', { list: "string" }, ["boiler", "1"]],
    ["value.tags.map(tag, size(tag))", { list: "int" }, [1, 1]],
    ["value.more.list", "any", [1, 2]],
    ["value", READING, reading],
    ["value.place", { record: { floor: "int" } }, { floor: 3 }],
    [
      '{"sensor": value.sensor, "next": (value.count) + (1)}',
      { record: { sensor: "string", next: "int" } },
      { sensor: "Boiler 1", next: 5 },
    ],
    ['{"at": {"ms": value.at}}', { record: { at: { record: { ms: "timestamp" } } } }, { at: { ms: 60_000 } }],
    ["{value.sensor: value.count}", { map: ["string", "int"] }, { "Boiler 1": 4 }],
    ["has(value.more.y) ? value.more.y : null", "any", null],
    ["value.more.x > 0", "bool", true],
    ["1u", "int", 1],
  ])("%s", (text, type, result) => {
    const expression = language.compile(text, variables);
    expect(expression.type).toEqual(type);
    expect(expression.evaluate(reading)).toEqual(result);
  });

  it.each<[string, number, string]>([
    ["value.nope", 7, "No such key: nope"],
    ["value.count +", 14, "Unexpected token"],
    ["1 + value.sensor", 1, "no such overload: int + string"],
    ["other", 1, "Unknown variable: other"],
    ['{"a": 1, "b": value.place.floor + "x"}', 15, "no such overload: int + string"],
    ["", 1, "empty"],
    ["1".repeat(10_001), 10_000, "10001 characters"],
  ])("refuses %s at column %d", (text, column, problem) => {
    const refused = fault(() => language.compile(text, variables));
    expect(refused.message).toContain(problem);
    expect(refused.column).toBe(column);
    expect(refused.fix).not.toBe("");
  });

  it.each<[string, unknown, string]>([
    ["value.more.x + 1", reading, "no such overload: dyn<double> + int"],
    ["value.more.y", reading, "No such key: y"],
    ["value.count / 0", reading, "division by zero"],
    ["value.count * 9007199254740991", reading, "more digits"],
    ["value.count", { count: 1.5 }, "1.5"],
  ])("says what cannot be computed: %s", (text, value, problem) => {
    const { evaluate } = language.compile(text, variables);
    expect(fault(() => evaluate(value)).message).toContain(problem);
  });

  it("refuses a field under whose name objects keep something else", () => {
    const refused = fault(() =>
      language.compile("value.n", { value: { record: Object.fromEntries([["constructor", "string" as const]]) } }),
    );
    expect(refused.message).toContain("a field called constructor");
  });

  it("takes several variables in the order of their declaration", () => {
    expect(language.compile("left - right", { left: "int", right: "int" }).evaluate(5, 3)).toBe(2);
  });
});

describe("outline", () => {
  it("takes calls and records apart, keeping columns", () => {
    expect(language.outline('sum((value.n) + f(")"))')).toEqual({
      kind: "call",
      name: "sum",
      column: 1,
      parts: ['    (value.n) + f(")")'],
    });
    expect(language.outline('{"n": count(), "m": mean(value)}')).toEqual({
      kind: "record",
      parts: [
        ["n", "      count()"],
        ["m", "                    mean(value)"],
      ],
    });
    expect(language.outline("1 + 2")).toEqual({ kind: "other", column: 1 });
  });
});
