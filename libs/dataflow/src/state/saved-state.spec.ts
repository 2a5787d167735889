import { describe, expect, it } from "@jest/globals";
import { TestCluster } from "../../test/harness/cluster.ts";
import { TestJob } from "../../test/harness/graph.ts";
import { V8_CODEC } from "../../test/harness/v8-codec.ts";
import { SavedState } from "./saved-state.ts";

type Row = readonly [string, number];

const ALL = { keysJson: [], keyPrefix: "", limit: 1_000 };

/** A window of two batches, whose reductions by batch are numbered tables that go as a whole, and a state by key; checkpoints after each batch. */
async function run(batches: readonly (readonly Row[])[]): Promise<TestCluster> {
  const job = new TestJob({ slotCount: 3, batchIntervalMs: 1_000 });
  job.source("in");
  const window = { windowMs: 2_000, slideMs: 1_000, inverse: false, filtered: false };
  job.add("sums", { kind: "reduceByKeyAndWindow", ...window }, ["in"], { f: (a: number, b: number) => a + b });
  job.add("last", { kind: "updateStateByKey", form: "values", hasInitial: false }, ["in"], {
    f: (values: readonly number[], before: number | undefined) => (values.at(-1) === 0 ? undefined : (values.at(-1) ?? before)),
  });
  for (const id of ["sums", "last"]) job.add(`${id}-out`, { kind: "foreachBatch" }, [id], { f: () => undefined });
  const cluster = new TestCluster({ job: job.build(), workerCount: 1, tasksOfSource: new Map([["in", 1]]) });
  for (const [index, rows] of batches.entries()) {
    const batch = { batch: index + 1, timeMs: 1_000 * (index + 1), watermarks: new Map(), final: false };
    await cluster.runBatch(batch, new Map([["in", [rows]]]));
    cluster.snapshot();
  }
  return cluster;
}

describe("SavedState", () => {
  it("has after a whole part and its changes what the job has in memory: nothing that is gone, no table that was dropped", async () => {
    const cluster = await run([
      [
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ],
      [
        ["a", 4],
        ["d", 5],
      ],
      [
        ["b", 0],
        ["a", 6],
      ],
      [["e", 7]],
    ]);
    for (const operator of ["sums", "last"]) {
      const live = cluster.workers[0]?.readState(operator, ALL).entries ?? [];
      const parts = [...cluster.snapshot().values()].filter(({ operatorId }) => operatorId === operator);
      const saved = parts.flatMap(({ taskIndex, chunks }) => {
        const state = new SavedState(operator, V8_CODEC);
        for (const chunk of chunks) state.load(chunk);
        return [...state.entries(taskIndex, ALL)];
      });
      const sorted = (entries: readonly object[]): string[] => entries.map((entry) => JSON.stringify(Object.entries(entry).sort())).sort();
      expect(live.length).toBeGreaterThan(1);
      expect(sorted(saved)).toEqual(sorted(live));
    }
  });

  it("refuses what another version wrote", () => {
    const state = new SavedState("sums", V8_CODEC);
    expect(() => state.load(V8_CODEC.encode({ version: 1, tables: [] }))).toThrow(expect.objectContaining({ code: "corrupt-state" }));
  });
});
