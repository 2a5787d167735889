import { describe, expect, it } from "@jest/globals";
import type { JobGraph } from "@millrace/model";
import { assertDefined } from "@millrace/stdx";
import { createRig, GRAPH, TWO } from "./job-rig.ts";

describe("JobMachine, on a clock that is wrong", () => {
  const UNBOUNDED: JobGraph = {
    ...GRAPH,
    operators: GRAPH.operators.map((operator) => {
      if (operator.kind !== "source" || operator.source.type !== "topic") return operator;
      const { until: _, ...source } = operator.source;
      return { ...operator, source };
    }),
  };
  const INTERVAL_MS = GRAPH.settings.batchIntervalMs;

  it("goes on planning when the clock is set back by an hour", () => {
    const rig = createRig({ graph: UNBOUNDED });
    rig.start();
    rig.passes(INTERVAL_MS);
    expect(rig.handle({ kind: "ends", ends: [1] })).toEqual(["commit plan"]);
    rig.committed();
    rig.done(1);
    rig.setBack(3_600_000);
    expect(rig.handle({ kind: "ends", ends: [2] })).toEqual(["timer plan"]);
    rig.passes(INTERVAL_MS * 1.2);
    expect(rig.handle({ kind: "timer", name: "plan" })).toEqual(["list-ends"]);
    expect(rig.handle({ kind: "ends", ends: [2] })).toEqual(["commit plan"]);
  });

  it("goes on planning when a coordinator takes over whose clock is an hour behind the recorded plans", () => {
    const rig = createRig({ graph: UNBOUNDED });
    rig.start();
    rig.passes(3_600_000);
    rig.handle({ kind: "ends", ends: [1] });
    rig.committed();
    const plans = [assertDefined(rig.store.plans.get(1), "plan")];
    const next = createRig({ graph: UNBOUNDED, record: rig.store.record, plans });
    next.handle({ kind: "executors", live: TWO });
    next.start();
    expect(next.done(1)).toEqual(["list-ends"]);
    expect(next.handle({ kind: "ends", ends: [2] })).toEqual(["timer plan"]);
    next.passes(INTERVAL_MS * 1.2);
    next.handle({ kind: "timer", name: "plan" });
    expect(next.handle({ kind: "ends", ends: [2] })).toEqual(["commit plan"]);
    expect(next.store.plans.get(2)?.timeMs).toBe((plans[0]?.timeMs ?? NaN) + INTERVAL_MS);
  });
});
