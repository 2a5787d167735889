import { describe, expect, it } from "@jest/globals";
import { type Aggregator, count, countAndMean, max, min, sum, top } from "./index.ts";

/** Result of values that were added in groups, which were then merged. */
function aggregate<V, A, R>(aggregator: Aggregator<V, A, R>, groups: readonly (readonly V[])[]): R | A {
  const parts = groups.map((group) => group.reduce((accumulator, value) => aggregator.add(accumulator, value), aggregator.init()));
  const whole = parts.reduce((left, right) => aggregator.merge(left, right), aggregator.init());
  return aggregator.result === undefined ? whole : aggregator.result(whole);
}

const byNumber = (left: number, right: number): number => left - right;

describe("aggregators", () => {
  const groupings = [[[5, 3, 9, 1, 7]], [[5], [3, 9], [1, 7]], [[7, 1, 9], [], [3, 5]], [[], [5, 9], [7, 3, 1]]];

  it.each(groupings.map((groups) => [JSON.stringify(groups), groups] as const))(
    "do not depend on how values were grouped: %s",
    (_, groups) => {
      expect(aggregate(count(), groups)).toBe(5);
      expect(aggregate(sum(), groups)).toBe(25);
      expect(aggregate(countAndMean(), groups)).toEqual({ count: 5, mean: 5 });
      expect(aggregate(min<number>(), groups)).toBe(1);
      expect(aggregate(max<number>(), groups)).toBe(9);
      expect(aggregate(top(3, byNumber), groups)).toEqual([1, 3, 5]);
      expect(
        aggregate(
          top(3, (left: number, right: number) => right - left),
          groups,
        ),
      ).toEqual([9, 7, 5]);
      expect(aggregate(top(9, byNumber), groups)).toEqual([1, 3, 5, 7, 9]);
    },
  );

  it("say what nothing is", () => {
    expect(aggregate(count(), [])).toBe(0);
    expect(aggregate(sum(), [])).toBe(0);
    expect(aggregate(min<number>(), [])).toBeUndefined();
    expect(aggregate(top(3, byNumber), [])).toEqual([]);
  });

  it("order text by its code units", () => {
    expect(aggregate(min<string>(), [["b", "a"], ["c"]])).toBe("a");
    expect(aggregate(max<string>(), [["b", "a"], ["c"]])).toBe("c");
  });

  it("keep accumulators that are plain data", () => {
    for (const aggregator of [count(), sum(), countAndMean(), min<number>(), top(2, byNumber)] as readonly Aggregator<number, unknown>[]) {
      const accumulator = aggregator.add(aggregator.init(), 4);
      expect(structuredClone(accumulator)).toEqual(accumulator);
    }
  });
});
