import { describe, expect, it } from "@jest/globals";
import { SERIES_PER_METRIC_MAX } from "./limits.ts";
import { MetricRegistry } from "./metric-registry.ts";
import { declared } from "./declared.fixture.ts";

describe("MetricRegistry counters", () => {
  const samplesOf = (adds: readonly Readonly<Record<string, string>>[]): unknown => {
    const registry = new MetricRegistry(declared({ records_total: { kind: "counter", labels: ["topic", "group"] } }));
    const counter = registry.counter("records_total");
    for (const labels of adds) counter.add(1, labels);
    const [snapshot] = registry.collect().filter(({ name }) => name === "records_total");
    return snapshot?.kind === "counter" ? snapshot.samples.map(({ labels, value }) => [labels, value]) : undefined;
  };

  it("adds up calls with equal labels, whether or not the object is the same", () => {
    const kept = { topic: "a" };
    expect(samplesOf([kept, { topic: "a" }, kept, { topic: "b" }])).toEqual([
      [{ topic: "a" }, 3],
      [{ topic: "b" }, 1],
    ]);
  });

  it("tells label names apart, and one label from several", () => {
    expect(samplesOf([{ topic: "a" }, { group: "a" }, {}, { topic: "a", group: "a" }, { group: "a", topic: "a" }])).toEqual([
      [{ topic: "a" }, 1],
      [{ group: "a" }, 1],
      [{}, 1],
      [{ topic: "a", group: "a" }, 2],
    ]);
  });

  it("drops what is beyond its bound and goes on counting the rest", () => {
    const many = Array.from({ length: SERIES_PER_METRIC_MAX + 1 }, (_, index) => ({ topic: `t${index}` }));
    const samples = samplesOf([...many, { topic: "t0" }, { topic: `t${SERIES_PER_METRIC_MAX}` }]);
    expect(samples).toHaveLength(SERIES_PER_METRIC_MAX);
    expect(samples).toContainEqual([{ topic: "t0" }, 2]);
  });
});

describe("MetricRegistry declarations", () => {
  const registry = new MetricRegistry(declared({ depth: { kind: "gauge", labels: ["queue"] } }));

  it("refuses a name that is not declared, another kind, and another label", () => {
    expect(() => registry.counter("unheard_of_total")).toThrow("metric is not declared");
    expect(() => registry.counter("depth")).toThrow("another kind");
    registry.gauge("depth", () => [{ value: 1, labels: { key: "a" } }]);
    expect(() => registry.collect()).toThrow("label is not declared metric=depth label=key");
  });
});
