import { describe, expect, it } from "@jest/globals";
import { planOf, provokingPlanOf, SMALL_SCALE } from "../src/run/plan.ts";
import { runPlan } from "../src/run/run-plan.ts";

const SEEDS = [1, 2];
const TIMEOUT_MS = 300_000;

describe("a simulated cluster", () => {
  it.each(SEEDS)(
    "keeps its promises under the faults of seed %i",
    async (seed) => {
      const { anomalies, operations, acknowledged, faults } = await runPlan(planOf(seed, SMALL_SCALE));
      expect({ seed, anomalies }).toEqual({ seed, anomalies: [] });
      expect(operations).toBeGreaterThan(200);
      expect(acknowledged).toBeGreaterThan(100);
      expect(faults.size).toBeGreaterThanOrEqual(4);
    },
    TIMEOUT_MS,
  );

  it(
    "has a job's output right while its executors and workers are killed",
    async () => {
      const { anomalies, job, faults } = await runPlan(provokingPlanOf(3, "jobs"));
      expect(anomalies).toEqual([]);
      expect(job?.inputs).toBeGreaterThan(300);
      expect(job?.outputs).toBeGreaterThan(1_000);
      expect(job?.restarts).toBeGreaterThan(1);
      expect([...faults.keys()].filter((kind) => kind.includes("executor") || kind.includes("worker")).length).toBeGreaterThan(1);
    },
    TIMEOUT_MS,
  );

  it(
    "is not accused of a lost record when a replica's log was cut and grew again between two looks",
    async () => {
      const { anomalies } = await runPlan(provokingPlanOf(9, "power"));
      expect(anomalies).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "does the same thing twice",
    async () => {
      const plan = planOf(4, { ...SMALL_SCALE, workMs: 8_000 });
      const [first, second] = [await runPlan(plan), await runPlan(plan)];
      expect(second.traceHash).toBe(first.traceHash);
      expect(second.history).toEqual(first.history);
      const { traceHash } = await runPlan({ ...plan, thinkMs: plan.thinkMs + 1 });
      expect(traceHash).not.toBe(first.traceHash);
    },
    TIMEOUT_MS,
  );
});
