import { describe, expect, it } from "@jest/globals";
import { usageOf } from "./process-tree.ts";

describe("usageOf", () => {
  it("adds user and system time of a process and of its ended children, whatever its name", () => {
    const stat = "42 (a ) name) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 30 20 20 0 11 0 100 1000 10 0";
    expect(usageOf(stat)).toBe(2.5);
  });
});
