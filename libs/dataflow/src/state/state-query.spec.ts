import { describe, expect, it } from "@jest/globals";
import { bucketOfKey } from "../keys/bucket-of-key.ts";
import { TestCluster } from "../../test/harness/cluster.ts";
import { TestJob } from "../../test/harness/graph.ts";
import { stateText } from "./state-text.ts";

type Row = readonly [unknown, unknown];
type Query = Parameters<TestCluster["workers"][0]["readState"]>[1];

const ALL: Query = { keysJson: [], keyPrefix: "", limit: 1_000 };

/** Keys with the last value they had, on one worker after one batch of each list of rows. */
async function keeping(batches: readonly (readonly Row[])[], budgetBytes?: number): Promise<TestCluster> {
  const job = new TestJob({ slotCount: 2, checkpointIntervalMs: 100 });
  job.source("in");
  job.add("last", { kind: "updateStateByKey", form: "values", hasInitial: false }, ["in"], {
    f: (values: readonly unknown[], before: unknown) => (values.at(-1) === "gone" ? undefined : (values.at(-1) ?? before)),
  });
  job.add("out", { kind: "foreachBatch" }, ["last"], { f: () => undefined });
  const memory = budgetBytes === undefined ? {} : { budgetBytes };
  const cluster = new TestCluster({ job: job.build(), workerCount: 1, tasksOfSource: new Map([["in", 1]]), ...memory });
  for (const [index, rows] of batches.entries())
    await cluster.runBatch(
      { batch: index + 1, timeMs: 1_000 * (index + 1), watermarks: new Map(), final: false },
      new Map([["in", [rows]]]),
    );
  return cluster;
}

function read(cluster: TestCluster, query: Partial<Query>): string[] {
  const answer = cluster.workers[0]?.readState("last", { ...ALL, ...query });
  return [
    ...(answer?.entries ?? []).map(({ keyJson, valueJson }) => `${keyJson}=${valueJson}`).sort(),
    ...(answer?.more === true ? ["…"] : []),
  ];
}

describe("readState", () => {
  const rows: readonly Row[] = [
    ["ant", 1],
    ["anteater", { legs: 4 }],
    ["bee", 3],
    [7, "a number"],
    [8n, "a bigint"],
    [["a", 1], "a list"],
  ];

  it.each<readonly [string, Partial<Query>, readonly string[]]>([
    ["a key", { keysJson: ['"ant"'] }, ['"ant"=1']],
    ["keys of several types, and one that is not there", { keysJson: ["7", '["a",1]', '"7"'] }, ['7="a number"', '["a",1]="a list"']],
    ["a bigint by its number", { keysJson: ["8"] }, ['8="a bigint"']],
    ["keys that begin so", { keyPrefix: "ant" }, ['"ant"=1', '"anteater"={"legs":4}']],
    ["keys that are no strings by their JSON", { keyPrefix: '["a' }, ['["a",1]="a list"']],
  ])("finds %s", async (_, query, expected) => {
    expect(read(await keeping([rows]), query)).toEqual(expected);
  });

  it("sees what the last batch left: values as they are now, and nothing that is gone", async () => {
    const cluster = await keeping([
      rows,
      [
        ["ant", 2],
        ["bee", "gone"],
      ],
    ]);
    expect(read(cluster, { keysJson: ['"ant"', '"bee"'] })).toEqual(['"ant"=2']);
    expect(cluster.workers[0]?.heldState().reduce((sum, { keyCount }) => sum + keyCount, 0)).toBe(5);
  });

  it("says when the limit is reached, and not when it is just met", async () => {
    const cluster = await keeping([rows]);
    expect(read(cluster, { limit: 6 })).toHaveLength(6);
    expect(read(cluster, { limit: 5 })).toHaveLength(6);
    expect(read(cluster, { limit: 5 }).at(-1)).toBe("…");
  });

  it("finds rows that lie in the store, and a checkpoint after it says what changed, no less", async () => {
    const many = Array.from({ length: 500 }, (_, index): Row => [`key-${index}`, "x".repeat(100)]);
    const cluster = await keeping([many], 8_000);
    expect(read(cluster, { keysJson: ['"key-3"', '"key-400"'] })).toHaveLength(2);
    expect(read(cluster, { keyPrefix: "key-4" })).toHaveLength(111);
    const restored = [...cluster.snapshot().values()].flatMap(({ chunks }) => chunks).length;
    expect(restored).toBeGreaterThan(0);
    expect(read(cluster, { keyPrefix: "key-" })).toHaveLength(500);
  });

  it("names the bucket of a key, and the weight of a value that is too large to show", async () => {
    const cluster = await keeping([[["big", "x".repeat(200_000)]]]);
    const [entry] = cluster.workers[0]?.readState("last", ALL).entries ?? [];
    expect(entry).toMatchObject({ table: "states", bucket: bucketOfKey("big"), valueJson: "" });
    expect(entry?.valueBytes).toBeGreaterThan(200_000);
  });

  it("stops at the bound of an answer", async () => {
    const cluster = await keeping([Array.from({ length: 20 }, (_, index): Row => [index, "x".repeat(50_000)])]);
    const answer = cluster.workers[0]?.readState("last", ALL);
    expect(answer?.more).toBe(true);
    expect(answer?.entries.length).toBeLessThan(10);
  });

  it("refuses a key that is no JSON", async () => {
    const cluster = await keeping([rows]);
    expect(() => read(cluster, { keysJson: ["ant"] })).toThrow(expect.objectContaining({ code: "state-key-invalid" }));
  });
});

describe("stateText", () => {
  it.each<readonly [unknown, string]>([
    [undefined, "null"],
    [{ at: new Date(0), no: undefined }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [new Map([["a", new Set([1n])]]), '[["a",[1]]]'],
    [9_007_199_254_740_993n, '"9007199254740993"'],
    [[NaN, -Infinity, new Uint8Array([1, 255])], '["NaN","-Infinity","0x01ff"]'],
  ])("%p as %s", (value, expected) => {
    expect(stateText(value)).toBe(expected);
  });
});
