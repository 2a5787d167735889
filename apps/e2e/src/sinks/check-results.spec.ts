import { describe, expect, it } from "@jest/globals";
import { findFaults } from "./check-results.ts";
import { KEYS } from "./sinks-job.ts";

const COUNT = 300;
const right = Array.from({ length: COUNT }, (_, id) => ({ id, nth: Math.floor(id / KEYS) + 1 }));

describe("findFaults", () => {
  it.each([
    ["finds nothing in what is right, in any order", right.toReversed(), []],
    ["finds what is missing", right.filter(({ id }) => id !== 7), ["1 are missing, the first is 7"]],
    ["finds what is there twice", [...right, { id: 9, nth: 1 }], ["1 are there more than once, the first is 9"]],
    [
      "finds state that was lost or doubled",
      right.map((result) => (result.id === 99 ? { id: 99, nth: 3 } : result)),
      ["number 99 says it is the 3. of its key, and is the 2."],
    ],
    ["finds what was never sent", [...right, { id: COUNT, nth: 4 }], [`a number that was never sent: ${COUNT}`]],
  ])("%s", (_, results, faults) => {
    expect(findFaults(results, COUNT)).toEqual(faults);
  });
});
