import { describe, expect, it } from "@jest/globals";
import { differences } from "./read-json.ts";

describe("differences", () => {
  const expected = new Map([
    ["a 0", "1"],
    ["b 0", "2"],
  ]);

  it.each<[string, [string, string[]][], string[]]>([
    [
      "is empty for equal windows",
      [
        ["a 0", ["1"]],
        ["b 0", ["2"]],
      ],
      [],
    ],
    ["tells windows that are missing", [["a 0", ["1"]]], ["1 of 2 windows are missing"]],
    [
      "tells windows with another value",
      [
        ["a 0", ["3"]],
        ["b 0", ["2"]],
      ],
      ["1 of 2 windows are wrong"],
    ],
    [
      "tells windows that were written twice, also with the same value",
      [
        ["a 0", ["1", "1"]],
        ["b 0", ["2"]],
      ],
      ["1 of 2 windows are written more than once"],
    ],
    [
      "tells windows that nobody expected",
      [
        ["a 0", ["1"]],
        ["b 0", ["2"]],
        ["c 0", ["1"]],
      ],
      ["1 of 2 windows are not expected"],
    ],
  ])("%s", (_, found, problems) => {
    expect(differences(expected, new Map(found))).toEqual(problems);
  });
});
