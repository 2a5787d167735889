import { describe, expect, it } from "@jest/globals";
import { histogramQuantileMs } from "./scraped-histogram.ts";

const TEXT = `# TYPE x_seconds histogram
x_seconds_bucket{stage="plan",job="a",le="0.001"} 10
x_seconds_bucket{stage="plan",job="a",le="0.002"} 30
x_seconds_bucket{stage="plan",job="a",le="+Inf"} 40
x_seconds_bucket{stage="map",job="a",le="0.001"} 900
x_seconds_bucket{stage="map",job="a",le="+Inf"} 900
`;
const of = (label: string, quantile: number): number | undefined => histogramQuantileMs(TEXT, { name: "x_seconds", label, quantile });

describe("histogramQuantileMs", () => {
  it("is linear within a bucket, and the last bound beyond it", () => {
    expect([of('stage="plan"', 0.5), of('stage="plan"', 0.99), of('stage="map"', 0.5)]).toEqual([1.5, 2, 0.5]);
  });

  it("is undefined where nothing was observed", () => {
    expect(of('stage="sink"', 0.5)).toBeUndefined();
  });
});
