import { describe, expect, it } from "@jest/globals";
import { compilePattern } from "./compile-pattern.ts";

describe("compilePattern", () => {
  it.each([
    ["flights", "flights", true],
    ["flights", "flights-2", false],
    ["flights.*", "flights-2", true],
    ["^(eu|us)\\.orders$", "us.orders", true],
    ["(?i)FLIGHTS", "flights", true],
    [".*", "", true],
  ])("%s on %s: whole names only", (pattern, name, expected) => {
    expect(compilePattern(pattern)?.(name)).toBe(expected);
  });

  it.each(["(", "a**", "(?=look)", "(a)\\1", "[z-a]"])("%s is no pattern of RE2", (pattern) => {
    expect(compilePattern(pattern)).toBeUndefined();
  });

  it("takes linear time for a pattern that makes others take for ever", () => {
    expect(compilePattern("(a+)+b")?.("a".repeat(5_000))).toBe(false);
  });
});
