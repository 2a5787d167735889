import { describe, expect, it } from "@jest/globals";
import { quantity } from "./quantity.ts";

describe("quantity", () => {
  it.each([
    [0, "0"],
    [1_200_000, "1200000"],
    [1.5, "1500m"],
    [0.0004, "0m"],
  ])("%d is %s", (value, text) => {
    expect(quantity(value)).toBe(text);
  });
});
