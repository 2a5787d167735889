import { describe, expect, it } from "@jest/globals";
import { AppError, JOB_SETTINGS_DEFAULT, type JobGraph, type OperatorNode } from "@millrace/model";
import { declaredJob } from "@millrace/streams";
import { createExpressionLanguage } from "../src/index.ts";

type Draft = Record<string, unknown> & { readonly kind: string };

const FIELDS = { sensor: "string", celsius: "double", at: "timestamp", n: "int", more: "json" };
const source = {
  kind: "source",
  source: {
    type: "topic",
    topic: "readings",
    value: { format: "json", fields: FIELDS },
    elements: "value",
    start: "earliest",
    onBadRecord: "fail",
  },
};
const pairs = { kind: "map", expressions: { key: "value.sensor", value: "value.n" } };

/** A chain of operators, or what else their parents say. */
function graphOf(drafts: readonly Draft[]): JobGraph {
  const operators = drafts.map((draft, index) => {
    const id = `${draft.kind}-${index}`;
    const above = drafts[index - 1] === undefined ? [] : [`${drafts[index - 1]?.kind ?? ""}-${index - 1}`];
    return { id, name: id, parents: above, ...draft } as unknown as OperatorNode;
  });
  return { formatVersion: 1, name: "test", settings: JOB_SETTINGS_DEFAULT, operators };
}

function run(drafts: readonly Draft[]): ReturnType<typeof declaredJob> {
  return declaredJob(graphOf(drafts), createExpressionLanguage());
}

function refusal(drafts: readonly Draft[]): string {
  try {
    run(drafts);
  } catch (error) {
    if (error instanceof AppError) return `${error.kind} ${error.code} ${error.reason} ${JSON.stringify(error.context)}`;
    throw error;
  }
  return "accepted";
}

describe("declaredJob", () => {
  it("gives each operator functions of its own elements", () => {
    const { functions } = run([
      source,
      { kind: "filter", expressions: { condition: "value.n > 1" } },
      pairs,
      { kind: "reduceByKey", expressions: { combine: "left + right" } },
      { kind: "map", expressions: { value: '{"sensor": key, "total": value}' } },
      { kind: "filter", expressions: { condition: 'value.total > 3 && value.sensor != ""' } },
    ]);
    const f = (id: string) => functions.get(id)?.f ?? (() => undefined);
    expect(f("filter-1")({ n: 2 })).toBe(true);
    expect(f("map-2")({ sensor: "a", n: 2 })).toEqual(["a", 2]);
    expect(f("reduceByKey-3")(2, 3)).toBe(5);
    expect(f("map-4")(["a", 5])).toEqual({ sensor: "a", total: 5 });
    expect(f("filter-5")({ sensor: "a", total: 5 })).toBe(true);
  });

  it("makes aggregates of calls, alone and as a record", () => {
    const aggregate =
      '{"n": count(), "big": count(value > 2), "sum": sum(value * 2), "mean": mean(value), "top": max(value), "all": list(value), "kinds": set(value)}';
    const { functions } = run([source, pairs, { kind: "aggregateByKey", mode: "update", expressions: { aggregate } }]);
    const { init, add, merge, result } = functions.get("aggregateByKey-2") ?? {};
    const one = [1, 3].reduce<unknown>((sum, value) => add?.(sum, value), init?.());
    const two = [3].reduce<unknown>((sum, value) => add?.(sum, value), init?.());
    expect(result?.(merge?.(one, two))).toEqual({ n: 3, big: 2, sum: 14, mean: 7 / 3, top: 3, all: [1, 3, 3], kinds: [1, 3] });
  });

  it("keeps a state of any type that begins as null, and sees both values after a join", () => {
    const { functions } = run([
      source,
      pairs,
      { ...source, parents: [] },
      { ...pairs, parents: ["source-2"] },
      { kind: "join", parents: ["map-1", "map-3"], sides: "inner" },
      {
        kind: "mapWithState",
        expressions: {
          initial: "null",
          state: "state == null ? left : right",
          result: "before == null ? [state] : [before, state]",
          remove: "left == 9",
        },
      },
    ]);
    let state: unknown;
    let exists = false;
    const given = {
      exists: () => exists,
      get: () => state,
      update: (next: unknown) => void ([state, exists] = [next, true]),
      remove: () => void ([state, exists] = [undefined, false]),
      isTimingOut: () => false,
    };
    const called = (left: number, right: number): unknown => functions.get("mapWithState-5")?.f?.(1_000, "a", [left, right], given);
    expect([called(1, 2), state, called(3, 4), state, called(9, 5), exists]).toEqual([[1], 1, [1, 4], 4, [4, 5], false]);
  });

  it.each<[string, readonly Draft[], RegExp]>([
    [
      "a field that is not there",
      [source, { kind: "map", expressions: { value: "value.nope" } }],
      /^invalid expression-invalid expression value of operator map-1, column 7: No such key: nope; here are value;.*"column":7/,
    ],
    [
      "a condition that is none",
      [source, { kind: "filter", expressions: { condition: "  value.n" } }],
      /column 3: it gives int; give a condition, true or false/,
    ],
    [
      "syntax",
      [source, { kind: "filter", expressions: { condition: "value.n >" } }],
      /expression-invalid .*column 10: .*correct the syntax/,
    ],
    ["a list that is none", [source, { kind: "flatMap", expressions: { values: "value.sensor" } }], /it gives string; give a list/],
    ["no text", [source, { kind: "map" }], /^invalid expression-missing a map needs the expression value: give operator map-1/],
    [
      "a text that nobody reads",
      [source, { kind: "filter", expressions: { condition: "true", f: "1" } }],
      /^invalid expression-unknown a filter has no expression f: it takes condition/,
    ],
    [
      "a kind that takes a program",
      [source, { kind: "foreachBatch" }],
      /^invalid operator-needs-module a foreachBatch takes a function .*use a sink/,
    ],
    [
      "values by key",
      [source, { kind: "reduceByKey", expressions: { combine: "left + right" } }],
      /^invalid elements-unfit .*are no pairs; put a map with key and value before it/,
    ],
    ["pairs to reduce", [source, pairs, { kind: "reduce", expressions: { combine: "left + right" } }], /elements-unfit .*use reduceByKey/],
    [
      "a sum of another type",
      [source, pairs, { kind: "reduceByKey", expressions: { combine: "double(left) + 0.5" } }],
      /it gives double; give a value of int/,
    ],
    [
      "a time that is none",
      [source, { kind: "eventTime", delayMs: 0, idleAfterMs: 1, expressions: { time: "value.celsius" } }],
      /it gives double; give a timestamp/,
    ],
    [
      "no aggregate",
      [source, pairs, { kind: "aggregateByKey", mode: "update", expressions: { aggregate: "value + 1" } }],
      /column 1: it is no aggregate; give one of count\(\)/,
    ],
    [
      "an unknown aggregate",
      [source, pairs, { kind: "aggregateByKey", mode: "update", expressions: { aggregate: '{"n": median(value)}' } }],
      /column 7: there is no aggregate median/,
    ],
    [
      "a sum of texts",
      [
        source,
        { kind: "map", expressions: { key: "value.n", value: "value.sensor" } },
        { kind: "aggregateByKey", mode: "update", expressions: { aggregate: '{"n": count(), "s": sum(value)}' } },
      ],
      /column 25: it gives string; give numbers/,
    ],
    [
      "two arguments",
      [source, pairs, { kind: "aggregateByKey", mode: "update", expressions: { aggregate: "sum(value, value)" } }],
      /sum takes one argument, and has 2/,
    ],
    [
      "a union of different elements",
      [source, { kind: "map", expressions: { value: "value.n" } }, { kind: "union", parents: ["source-0", "map-1"] }],
      /elements-unfit .*parents source-0 and map-1 are of different types; map both/,
    ],
    [
      "a state of another type",
      [source, pairs, { kind: "updateStateByKey", form: "keyed", expressions: { initial: "0", state: "double(state)" } }],
      /expression-invalid expression state of operator updateStateByKey-2, column 1: it gives double; give a value of int/,
    ],
    [
      "a state that begins with nothing",
      [source, pairs, { kind: "updateStateByKey", form: "keyed", expressions: { state: "values.size()" } }],
      /expression-missing a updateStateByKey needs the expression initial: give operator updateStateByKey-2/,
    ],
    [
      "values of a batch in an operator on records",
      [source, pairs, { kind: "mapWithState", expressions: { initial: "0", state: "values.size()", result: "state" } }],
      /expression state of operator mapWithState-2, column 1: .*values; here are key, value, state, time/,
    ],
    [
      "a state that yields nothing",
      [source, pairs, { kind: "mapWithState", expressions: { initial: "0", state: "value" } }],
      /expression-missing a mapWithState needs the expression result/,
    ],
    [
      "what a time-out yields, of another type",
      [
        source,
        pairs,
        { kind: "mapWithState", timeoutMs: 1, expressions: { initial: "0", state: "value", result: "state", timeoutResult: "key" } },
      ],
      /expression timeoutResult of operator mapWithState-2, column 1: it gives string; give a value of int/,
    ],
    [
      "a removal that is no condition",
      [source, pairs, { kind: "mapWithState", expressions: { initial: "0", state: "value", result: "state", remove: "state" } }],
      /expression remove of operator mapWithState-2, column 1: it gives int; give a condition/,
    ],
    [
      "state of values that are no pairs",
      [source, { kind: "mapWithState", expressions: { initial: "0", state: "state", result: "state" } }],
      /elements-unfit mapWithState mapWithState-1: it works by key/,
    ],
    [
      "given states, and functions of another form",
      [source, pairs, { kind: "updateStateByKey", form: "values", expressions: { initial: "0", state: "state" } }],
      /operator-needs-module a updateStateByKey .*use the form keyed/,
    ],
    ["states of what has none", [source, pairs, { kind: "stateSnapshots" }], /elements-unfit .*put it right below one/],
    [
      "a field of a result",
      [
        source,
        pairs,
        { kind: "aggregateByTimeWindow", expressions: { aggregate: '{"n": count()}' } },
        { kind: "filter", expressions: { condition: "value.m > 1" } },
      ],
      /column 7: No such key: m/,
    ],
  ])("refuses %s", (_, drafts, expected) => {
    expect(refusal(drafts)).toMatch(expected);
  });

  it("names expression and column when records are not what the text needs", () => {
    const { functions } = run([source, { kind: "map", expressions: { value: "value.more.x + 1.0" } }]);
    expect(functions.get("map-1")?.f?.({ more: { x: 1 } })).toBe(2);
    expect(() => functions.get("map-1")?.f?.({ more: {} })).toThrow(
      /^expression value, column 12: No such key: x \(test for what may be absent/,
    );
  });
});
