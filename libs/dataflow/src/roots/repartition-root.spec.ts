import { describe, expect, it } from "@jest/globals";
import { TestCluster } from "../../test/harness/cluster.ts";
import { TestJob } from "../../test/harness/graph.ts";

/** What each partition holds after `repartition`, on so many workers. */
async function partitions(count: number, tasks: readonly (readonly number[])[], workerCount: number): Promise<unknown> {
  let seen: readonly unknown[] = [];
  const job = new TestJob({ batchIntervalMs: 100, slotCount: 2, checkpointIntervalMs: "off" });
  job.source("a");
  job.add("r", { kind: "repartition", partitions: count }, ["a"]);
  job.add("g", { kind: "glom" }, ["r"]);
  job.add("out", { kind: "foreachBatch" }, ["g"], { f: (elements: readonly unknown[]) => (seen = elements) });
  const cluster = new TestCluster({ job: job.build(), workerCount, tasksOfSource: new Map([["a", tasks.length]]) });
  for (const n of [1, 2])
    await cluster.runBatch({ batch: n, timeMs: n * 100, watermarks: new Map(), final: false }, new Map([["a", tasks]]));
  return seen;
}

describe("repartition", () => {
  it.each([1, 2, 7])(
    "deals elements out in turn, each task from its own number on, the same in each batch and on %d workers",
    async (workers) => {
      expect(
        await partitions(
          3,
          [
            [1, 2, 3, 4],
            [5, 6],
          ],
          workers,
        ),
      ).toEqual([
        [1, 4],
        [2, 5],
        [3, 6],
      ]);
      expect(await partitions(5, [[1], []], workers)).toEqual([[1], [], [], [], []]);
      expect(await partitions(1, [[1, 2], [3]], workers)).toEqual([[1, 2, 3]]);
    },
  );
});
