import { describe, expect, it } from "@jest/globals";
import { sum, summary } from "./tally.mjs";

const result = (project: string, passed: number, failed: number) => ({
  project,
  passed,
  failed,
  skipped: 0,
  durationMs: 1,
  failures: Array.from({ length: failed }, (_, index) => ({ name: `case ${index}`, file: "a.spec.ts" })),
});

function check(expected: string[], results: ReturnType<typeof result>[], lastLine: string): void {
  const total = sum(expected, new Map(results.map((one) => [one.project, one])));
  expect(summary(total).trimEnd().split("\n").at(-1)).toBe(lastLine);
}

describe("sum", () => {
  it("adds up projects", () => {
    check(["libs/a", "libs/b"], [result("libs/a", 3, 0), result("libs/b", 4, 2)], "7 passed, 2 failed");
  });
  it("counts a project that left no result as a failure", () => {
    check(["libs/a", "libs/b"], [result("libs/a", 3, 0)], "3 passed, 1 failed");
  });
  it("ignores results of projects that were not asked for", () => {
    check(["libs/a"], [result("libs/a", 3, 0), result("libs/b", 9, 9)], "3 passed, 0 failed");
  });
});

describe("summary", () => {
  it("names each failing test with its project and file", () => {
    const total = sum(["libs/a"], new Map([["libs/a", result("libs/a", 1, 1)]]));
    expect(summary(total)).toBe("  FAIL libs/a: case 0\n       a.spec.ts\n1 passed, 1 failed\n");
  });
});
