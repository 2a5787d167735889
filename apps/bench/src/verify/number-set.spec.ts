import { describe, expect, it } from "@jest/globals";
import { NumberSet } from "./number-set.ts";

describe("NumberSet", () => {
  const check = (count: number, numbers: readonly number[], problems: readonly string[]): void => {
    const set = new NumberSet(count);
    for (const number of numbers) set.add(number);
    expect(set.problems("records")).toEqual(problems);
  };

  it.each<[string, number, number[], string[]]>([
    ["finds nothing wrong when each came once, in any order", 10, [9, 3, 0, 1, 2, 8, 7, 6, 5, 4], []],
    ["counts what is missing", 9, [0, 1, 2, 3, 4, 5, 6, 7], ["1 records of 9 are missing"]],
    ["counts what came again", 2, [0, 1, 1], ["1 records came more than once"]],
    ["does not let a repeated one stand for a missing one", 2, [0, 0], ["1 records of 2 are missing", "1 records came more than once"]],
    ["counts numbers that were never sent", 1, [0, 1, -1, 0.5], ["3 records carry a number that was never sent"]],
  ])("%s", (_, count, numbers, problems) => {
    check(count, numbers, problems);
  });
});
