import { describe, expect, it } from "@jest/globals";
import { ResultSum } from "./result-sum.ts";

describe("ResultSum.differences", () => {
  const sumOf = (texts: readonly string[]): ResultSum => {
    const sum = new ResultSum();
    for (const text of texts) sum.add(text);
    return sum;
  };
  const other = ["the results have another checksum than the right ones"];

  it.each<[string, string[], string[]]>([
    ["is empty in another order", ["c", "a", "b", "a"], []],
    ["tells one too few", ["a", "b", "c"], ["3 results, where 4 are right"]],
    ["tells another text", ["a", "a", "b", "d"], other],
    ["tells that another came twice", ["a", "b", "b", "c"], other],
    ["tells letters in another order", ["a", "a", "b", "c"].map((text) => (text === "c" ? "" : text)), other],
  ])("%s", (_, texts, expected) => {
    expect(sumOf(texts).differences(sumOf(["a", "a", "b", "c"]))).toEqual(expected);
  });
});
