import { describe, expect, it } from "@jest/globals";
import { TestCluster } from "../../test/harness/cluster.ts";
import { TestJob } from "../../test/harness/graph.ts";

/** [key, value, time] */
type Row = readonly [string, unknown, number];

describe("joinTable", () => {
  async function run(
    asOf: "batch" | "eventTime",
    batches: readonly { readonly orders: readonly Row[]; readonly prices: readonly Row[]; readonly evictMs: number }[],
  ) {
    const results: unknown[][] = [];
    const keys: number[] = [];
    const job = new TestJob({ batchIntervalMs: 100 });
    for (const name of ["orders", "prices"]) {
      job.source(name);
      job.add(`${name}-time`, { kind: "eventTime", delayMs: 0, idleAfterMs: 1 }, [name], { time: (row: Row) => row[2] });
      job.add(`${name}-pairs`, { kind: "map" }, [`${name}-time`], { f: ([key, value]: Row) => [key, value] });
    }
    job.add("joined", { kind: "joinTable", sides: "left-outer", asOf }, ["orders-pairs", "prices-pairs"]);
    job.add("out", { kind: "foreachBatch" }, ["joined"], { f: (elements: unknown[]) => results.push(elements) });
    const options = { job: job.build(), workerCount: 1, tasksOfSource: new Map(["orders", "prices"].map((name) => [name, 1] as const)) };
    let cluster = new TestCluster(options);
    let lateMs: number | undefined;
    for (const [index, { orders, prices, evictMs }] of batches.entries()) {
      const both = { lateMs, evictMs };
      lateMs = evictMs;
      const watermarks = new Map(["orders-time", "prices-time"].map((id) => [id, both] as const));
      const input = new Map([
        ["orders", [orders]],
        ["prices", [prices]],
      ]);
      const { results: ends } = await cluster.runBatch({ batch: index + 1, timeMs: (index + 1) * 100, watermarks, final: false }, input);
      keys.push(ends.flatMap(({ operators }) => operators).find(({ operatorId }) => operatorId === "joined")?.stateKeys ?? 0);
      cluster = new TestCluster({ ...options, snapshot: cluster.snapshot() });
    }
    return { results, keys };
  }

  it("joins as of the batch: the table's records come first, and null takes a row away", async () => {
    const { results, keys } = await run("batch", [
      { orders: [["tea", 1, 5]], prices: [["tea", 10, 1]], evictMs: 0 },
      { orders: [["tea", 2, 6]], prices: [["tea", 11, 7]], evictMs: 0 },
      { orders: [["tea", 3, 7]], prices: [["tea", null, 8]], evictMs: 0 },
    ]);
    expect(results).toEqual([[["tea", [1, 10]]], [["tea", [2, 11]]], [["tea", [3, undefined]]]]);
    expect(keys).toEqual([1, 1, 0]);
  });

  it("joins as of event time: an element waits for the watermark, a late change takes its place, useless versions go", async () => {
    const { results, keys } = await run("eventTime", [
      {
        orders: [
          ["tea", 1, 5],
          ["tea", 2, 20],
        ],
        prices: [
          ["tea", 10, 1],
          ["tea", 30, 15],
        ],
        evictMs: 4,
      },
      { orders: [], prices: [["tea", 20, 3]], evictMs: 10 },
      { orders: [], prices: [["tea", null, 25]], evictMs: 24 },
      { orders: [["tea", 3, 30]], prices: [], evictMs: 40 },
    ]);
    expect(results).toEqual([[], [["tea", [1, 20]]], [["tea", [2, 30]]], [["tea", [3, undefined]]]]);
    expect(keys).toEqual([1, 1, 1, 0]);
  });
});
