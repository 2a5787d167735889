import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { describeStreamSourceContract } from "@millrace/testkit";
import { type RateRow, rateSource } from "./rate-source.ts";

const ROWS_PER_SECOND = 40;

for (const splitCount of [1, 3]) {
  describeStreamSourceContract<RateRow>(`rate in ${splitCount} splits`, () => {
    let nowMs = 0;
    let next = 0;
    return Promise.resolve({
      connect: () => rateSource({ rowsPerSecond: ROWS_PER_SECOND }),
      splitCount,
      nowMs: () => nowMs,
      grow() {
        nowMs += 1_000;
        const rows = Array.from({ length: ROWS_PER_SECOND }, (_, i) => next + i);
        next += ROWS_PER_SECOND;
        const lists = Array.from({ length: splitCount }, (_, split) => rows.filter((value) => value % splitCount === split));
        return Promise.resolve(lists.map((list) => list.map((value) => ({ value, timestamp: value * 25 }))));
      },
      dispose: () => Promise.resolve(),
    });
  });
}

describe("rateSource", () => {
  it("makes nothing before the job began, and takes nothing back when the clock is set back", async () => {
    const memory = { size: 0, has: () => false, add: () => undefined, delete: () => undefined, texts: () => [] };
    let nowMs = 500;
    const split = { jobId: "j", jobEpoch: 1, source: "rate", split: 0, splitCount: 1, startedAtMs: 1_000, nowMs: () => nowMs, memory };
    const reader = await rateSource({ rowsPerSecond: 10 }).open(split);
    expect(await reader.available(0, { stepsMax: Infinity })).toEqual({ end: 0 });
    nowMs = 2_000;
    expect(await reader.available(0, { stepsMax: Infinity })).toEqual({ end: 10 });
    nowMs = 1_500;
    expect(await reader.available(10, { stepsMax: Infinity })).toEqual({ end: 10 });
  });

  it.each([{}, { rowsPerSecond: "9" }, { rowsPerSecond: 0 }, { rowsPerSecond: 1, seed: 2 }])("refuses the options %j", (options) => {
    expect(() => rateSource(options)).toThrow(AppError);
  });
});
