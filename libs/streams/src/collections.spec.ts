import { describe, expect, it } from "@jest/globals";
import {
  type Aggregator,
  allOf,
  approxCountDistinct,
  approxQuantiles,
  collectList,
  collectSet,
  count,
  first,
  last,
  mean,
  of,
  sum,
  when,
} from "./index.ts";

/** The result over parts that are added up apart and merged. */
function resultOf<V, A, R>(aggregator: Aggregator<V, A, R>, parts: readonly (readonly V[])[]): R | A {
  const accumulated = parts.map((part) => part.reduce((all, value) => aggregator.add(all, value), aggregator.init()));
  const merged = accumulated.reduce((left, right) => aggregator.merge(left, right), aggregator.init());
  return aggregator.result === undefined ? merged : aggregator.result(merged);
}

describe("aggregators", () => {
  it.each<[string, Aggregator<number, never, unknown>, readonly (readonly number[])[], unknown]>([
    ["collectList keeps all", collectList<number>() as never, [[1, 2], [1]], [1, 2, 1]],
    [
      "collectSet keeps one of each",
      collectSet<number>() as never,
      [
        [1, 2],
        [1, 3],
      ],
      [1, 2, 3],
    ],
    ["first has the least", first<number>((value) => value) as never, [[3, 1], [2]], 1],
    ["last has the greatest", last<number>((value) => value) as never, [[3, 1], [2]], 3],
    ["first of nothing is undefined", first<number>((value) => value) as never, [[], []], undefined],
    ["mean of nothing is undefined", mean() as never, [[]], undefined],
    ["mean", mean() as never, [[1, 2], [6]], 3],
    ["of looks at a part", of((value: number) => value * 2, sum()) as never, [[1], [2]], 6],
    ["when leaves values out", when((value: number) => value > 1, count()) as never, [[1, 2], [3]], 2],
    ["allOf has each by name", allOf({ n: count(), total: sum() }) as never, [[1, 2], [3]], { n: 3, total: 6 }],
  ])("%s", (_, aggregator, parts, expected) => {
    expect(resultOf(aggregator, parts)).toEqual(expected);
  });
});

describe("approxCountDistinct", () => {
  it.each([0, 1, 100, 512])("is exact for %d values", (size) => {
    const values = Array.from({ length: size }, (_, index) => `v${index}`);
    expect(resultOf(approxCountDistinct(), [values, values])).toBe(size);
  });

  it.each([5_000, 60_000])("is within 3 % of %d values, whatever their order and grouping", (size) => {
    const values = Array.from({ length: size }, (_, index) => index * 7);
    const estimate = Number(resultOf(approxCountDistinct(), [values.slice(0, size / 2), values.slice(size / 3), []]));
    expect(Math.abs(estimate - size) / size).toBeLessThan(0.03);
    expect(resultOf(approxCountDistinct(), [values.toReversed()])).toBe(estimate);
  });
});

describe("approxQuantiles", () => {
  const quantiles = [0, 0.25, 0.5, 0.99, 1];

  it("is within its relative error, whatever the order and grouping", () => {
    const values = Array.from({ length: 10_000 }, (_, index) => (index - 3_000) ** 3 / 1_000);
    const exact = quantiles.map((quantile) => values[Math.floor(quantile * (values.length - 1))] ?? NaN);
    const aggregator = approxQuantiles(quantiles, { error: 0.01 });
    const given = resultOf(aggregator, [values.slice(5_000).toReversed(), values.slice(0, 5_000)]) as readonly number[];
    for (const [index, value] of exact.entries())
      expect(Math.abs((given[index] ?? NaN) - value)).toBeLessThanOrEqual(0.01 * Math.abs(value) + 1e-9);
    expect(resultOf(aggregator, [values])).toEqual(given);
  });

  it("has nothing to say about no values, and ignores what is no number", () => {
    expect(resultOf(approxQuantiles([0.5]), [[NaN, Infinity]])).toEqual([undefined]);
    expect(resultOf(approxQuantiles([0.5]), [[0, 0, 0]])).toEqual([0]);
  });

  it("refuses a quantile that is none", () => {
    expect(() => approxQuantiles([50])).toThrow(/from 0 to 1/);
  });
});
