import { describe, expect, it } from "@jest/globals";
import { offset } from "@millrace/model";
import { HOLDERS_PER_PARTITION_MAX } from "../limits.ts";
import { RecordHolds } from "./record-holds.ts";

describe("RecordHolds.floor", () => {
  it("is the smallest offset that somebody still holds", () => {
    const holds = new RecordHolds();
    expect(holds.floor(0)).toBeUndefined();
    holds.hold("a", { fromOffset: offset(5), untilMs: 100 });
    holds.hold("b", { fromOffset: offset(3), untilMs: 50 });
    expect(holds.floor(0)).toBe(3);
    expect(holds.floor(50)).toBe(5); // b's time is over
    holds.hold("a", { fromOffset: offset(9), untilMs: 100 });
    expect(holds.floor(50)).toBe(9);
    holds.release("a");
    expect(holds.floor(50)).toBeUndefined();
  });

  it("is bounded in holders, and those who hold may go on", () => {
    const holds = new RecordHolds();
    for (let holder = 0; holder < HOLDERS_PER_PARTITION_MAX; holder++) holds.hold(String(holder), { fromOffset: offset(1), untilMs: 10 });
    expect(() => holds.hold("one more", { fromOffset: offset(1), untilMs: 10 })).toThrow(
      expect.objectContaining({ code: "too-many-holders" }),
    );
    holds.hold("0", { fromOffset: offset(2), untilMs: 20 });
    expect(holds.floor(10)).toBe(2);
  });
});
