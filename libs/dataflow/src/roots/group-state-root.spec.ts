import { describe, expect, it } from "@jest/globals";
import { TestCluster } from "../../test/harness/cluster.ts";
import { TestJob } from "../../test/harness/graph.ts";

interface Call {
  exists(): boolean;
  update(state: unknown): void;
}

describe("mapGroupsWithState", () => {
  it("keeps a state of null, which is a state, over a restart", async () => {
    const seen: unknown[] = [];
    const job = new TestJob({ batchIntervalMs: 100 });
    job.source("a");
    job.add("groups", { kind: "mapGroupsWithState", many: false, timeout: "none" }, ["a"], {
      f: (key: string, _values: readonly unknown[], state: Call) => {
        const existed = state.exists();
        state.update(null);
        return [key, existed];
      },
    });
    job.add("out", { kind: "foreachBatch" }, ["groups"], { f: (elements: readonly unknown[]) => seen.push(...elements) });
    const options = { job: job.build(), workerCount: 2, tasksOfSource: new Map([["a", 1]]) };
    let cluster = new TestCluster(options);
    for (const batch of [1, 2]) {
      await cluster.runBatch({ batch, timeMs: batch * 100, watermarks: new Map(), final: false }, new Map([["a", [[["k", 1]]]]]));
      cluster = new TestCluster({ ...options, snapshot: cluster.snapshot() });
    }
    expect(seen).toEqual([
      ["k", false],
      ["k", true],
    ]);
  });
});
