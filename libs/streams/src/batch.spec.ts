import { describe, expect, it } from "@jest/globals";
import { Batch, pair } from "./index.ts";

const numbers = Batch.of([3, 1, 2, 3]);
const pairs = Batch.of([pair("a", 1), pair("b", 2), pair("a", 3)]);
const others = Batch.of([pair("a", "x"), pair("c", "y")]);

describe("Batch", () => {
  it.each<[string, Batch<unknown>, readonly unknown[]]>([
    ["map", numbers.map((x) => x + 1), [4, 2, 3, 4]],
    ["flatMap", numbers.flatMap((x) => (x > 2 ? [x, x] : [])), [3, 3, 3, 3]],
    ["filter", numbers.filter((x) => x > 2), [3, 3]],
    ["sortBy", numbers.sortBy((a, b) => b - a), [3, 3, 2, 1]],
    ["union", numbers.union(Batch.of([9])), [3, 1, 2, 3, 9]],
    ["distinct", numbers.distinct(), [3, 1, 2]],
    ["distinct of what is equal and not the same", Batch.of([["a"], ["a"], [-0], [0]]).distinct(), [["a"], [-0]]],
    ["subtract", numbers.subtract(Batch.of([1])), [3, 2, 3]],
    ["intersection", numbers.intersection(Batch.of([3, 7])), [3]],
    [
      "cartesian",
      Batch.of([1]).cartesian(Batch.of(["x", "y"])),
      [
        [1, "x"],
        [1, "y"],
      ],
    ],
    [
      "countByValue",
      numbers.countByValue(),
      [
        [3, 2],
        [1, 1],
        [2, 1],
      ],
    ],
    [
      "mapValues",
      pairs.mapValues((x) => -x),
      [
        ["a", -1],
        ["b", -2],
        ["a", -3],
      ],
    ],
    [
      "flatMapValues",
      pairs.flatMapValues((x) => (x > 1 ? [x] : [])),
      [
        ["b", 2],
        ["a", 3],
      ],
    ],
    [
      "groupByKey",
      pairs.groupByKey(),
      [
        ["a", [1, 3]],
        ["b", [2]],
      ],
    ],
    [
      "reduceByKey",
      pairs.reduceByKey((a, b) => a + b),
      [
        ["a", 4],
        ["b", 2],
      ],
    ],
    [
      "cogroup",
      pairs.cogroup(others).sortBy(([a], [b]) => (a < b ? -1 : 1)),
      [
        ["a", [[1, 3], ["x"]]],
        ["b", [[2], []]],
        ["c", [[], ["y"]]],
      ],
    ],
    [
      "join",
      pairs.join(others),
      [
        ["a", [1, "x"]],
        ["a", [3, "x"]],
      ],
    ],
    ["leftOuterJoin", Batch.of([pair("b", 2)]).leftOuterJoin(others), [["b", [2, undefined]]]],
  ])("%s", (_, batch, expected) => {
    expect(batch.collect()).toEqual(expected);
  });

  it("reduces to nothing if it is empty", () => {
    expect([numbers.reduce((a, b) => a + b), Batch.of<number>([]).reduce((a, b) => a + b)]).toEqual([9, undefined]);
    expect([numbers.count(), numbers.take(2), Batch.of([]).isEmpty()]).toEqual([4, [3, 1], true]);
  });

  it("computes what is asked for, once", () => {
    let calls = 0;
    const counted = numbers.map((x) => {
      calls++;
      return x;
    });
    const sorted = counted.sortBy((a, b) => a - b);
    expect(calls).toBe(0);
    sorted.collect();
    counted.count();
    expect(calls).toBe(4);
  });
});
