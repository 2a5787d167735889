import { describe, expect, it } from "@jest/globals";
import { hasEnough, LatencyRecorder } from "./latency.ts";

describe("LatencyRecorder.summary", () => {
  it("gives percentiles within a thousandth", () => {
    const recorder = new LatencyRecorder();
    for (let i = 1; i <= 100_000; i++) recorder.record(i / 100);
    const { p50Ms, p99Ms, p999Ms, maxMs } = recorder.summary("test");
    expect(p50Ms).toBeCloseTo(500, -0.5);
    expect(Math.abs((p99Ms ?? 0) - 990)).toBeLessThan(1);
    expect(Math.abs((p999Ms ?? 0) - 999)).toBeLessThan(1);
    expect(Math.abs(maxMs - 1_000)).toBeLessThan(1);
  });

  it("leaves out percentiles that few samples decide", () => {
    const recorder = new LatencyRecorder();
    for (let i = 0; i < 10_000; i++) recorder.record(1);
    expect(recorder.summary("test")).toMatchObject({ p99Ms: 1, p999Ms: undefined });
  });
});

describe("hasEnough", () => {
  it.each([
    [199, 50, false],
    [200, 50, true],
    [9_999, 99, false],
    [10_000, 99, true],
    [100_000, 99.9, true],
  ])("%d samples for the %d th percentile: %s", (count, percentile, enough) => {
    expect(hasEnough(count, percentile)).toBe(enough);
  });
});
