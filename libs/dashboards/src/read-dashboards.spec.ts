import { describe, expect, it } from "@jest/globals";
import { dashboardNamed, readDashboards } from "./read-dashboards.ts";
import { filledIn } from "./variables.ts";

describe("readDashboards", () => {
  it("reads every dashboard of the chart, each with panels whose variables are known", () => {
    const dashboards = readDashboards();
    expect(dashboards.map(({ name }) => name)).toEqual(["cluster", "jobs", "record", "runtime", "topics"]);
    for (const { panels, variables } of dashboards) {
      expect(panels.length).toBeGreaterThan(0);
      const filling = new Map([["__rate_interval", "1m"], ...variables.map(({ name }) => [name, "a"] as const)]);
      for (const { expression } of panels.flatMap(({ queries }) => queries)) expect(filledIn(expression, filling)).not.toContain("$");
    }
  });

  it("names all where there is none of a name", () => {
    expect(() => dashboardNamed(readDashboards(), "kluster")).toThrow("there are cluster, jobs, record, runtime, topics");
  });
});
