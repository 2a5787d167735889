import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { checkGolden } from "./check-golden.ts";
import { checkQuery } from "./check-query.ts";
import { differenceByRule } from "./difference-rules.ts";
import type { GoldenCase } from "./golden-case.ts";
import { checkTable, readDifferences, tablesIn } from "./golden-folder.ts";
import type { QueryCase } from "./query-case.ts";
import { nullKeyDifference } from "./query-difference.ts";
import { runQuery } from "./run-query.ts";

const tables = tablesIn(join(import.meta.dirname, "tables"));
const differences = readDifferences();

describe("tables of Spark's results", () => {
  it.each(tables.map((path): [string, string] => [basename(path, ".json"), path]))("%s", async (_, path) => {
    expect(await checkTable(path, differences)).toBeUndefined();
  });

  it("have no difference that no table shows", () => {
    expect(Object.keys(differences).filter((name) => !tables.some((path) => basename(path, ".json") === name))).toEqual([]);
  });
});

describe("the runner of tables", () => {
  const table = (name: string): GoldenCase =>
    JSON.parse(readFileSync(join(import.meta.dirname, "tables", `${name}.json`), "utf8")) as GoldenCase;

  it.each<[string, (golden: GoldenCase) => GoldenCase]>([
    ["another row", (golden) => ({ ...golden, expected: [[["a", 2]], ...golden.expected.slice(1)] })],
    ["an empty batch where there is none", (golden) => ({ ...golden, expected: [...golden.expected.slice(0, -1), null] })],
    ["a batch more", (golden) => ({ ...golden, expected: [...golden.expected, []] })],
    ["another number of partitions", (golden) => ({ ...golden, partitions: golden.expected.map(() => 3) })],
    ["an error", (golden) => ({ ...golden, error: { phase: "batch", batch: 1, message: "task failed" } })],
  ])("refuses %s", async (_, change) => {
    expect(await checkGolden(table("reducebykey-sum"))).toBeUndefined();
    expect(await checkGolden(change(table("reducebykey-sum")))).toEqual(expect.any(String));
  });

  it("refuses an error of another phase, batch, or content", async () => {
    const golden = table("map-task-failure");
    for (const change of [
      { phase: "start" },
      { batch: 1 },
      { root_message: "value 14 refused" },
      { message: "Couldn't generate RDD from parent" },
    ]) {
      const error = { phase: "batch", message: "", ...golden.error, ...change };
      expect(await checkGolden({ ...golden, error })).toEqual(expect.any(String));
    }
  });

  it("takes our own result for a window that slides by more than its size, and no other", async () => {
    const folder = mkdtempSync(join(tmpdir(), "oracle-"));
    const golden = table("rbkw-inv-w2-s1");
    const graph = golden.params.graph.map((operator) => ({ ...operator, windowMs: 2_000, slideMs: 3_000 }));
    const params = { ...golden.params, graph, batches: 6 };
    const input = { a: [[["x", 7]], [], [], [["y", 1]], [["y", 2]], []] };
    const phantom = {
      ...golden,
      name: "phantom",
      params,
      input,
      expected: [
        null,
        null,
        [["x", 7]],
        null,
        null,
        [
          ["x", 0],
          ["y", 3],
        ],
      ],
    };
    const path = join(folder, "phantom.json");
    writeFileSync(path, JSON.stringify(phantom));
    const problem = await checkTable(path, differences);
    const wrong = await checkGolden(phantom, differenceByRule({ ...phantom, input: { a: [] } }));
    rmSync(folder, { recursive: true });
    expect([problem, wrong]).toEqual([undefined, expect.any(String)]);
    expect(differenceByRule(phantom)?.expected).toEqual([null, null, [], null, null, [["y", 2]]]);
    expect(differenceByRule(table("rbkw-inv-w2-s1"))).toBeUndefined();
  });

  it("counts what it cannot run as failed: another operator, another kind of table, no table at all", async () => {
    const folder = mkdtempSync(join(tmpdir(), "oracle-"));
    const golden = table("map-inc");
    const graph = golden.params.graph.map((operator) => ({ ...operator, op: "mapInverse" }));
    const contents = {
      operator: JSON.stringify({ ...golden, params: { ...golden.params, graph } }),
      query: '{"params":{"query":[]}}',
      text: "no table",
    };
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, `${name}.json`), content);
    const problems = await Promise.all(tablesIn(folder).map(async (path) => await checkTable(path, differences)));
    rmSync(folder, { recursive: true });
    expect(problems).toEqual([
      expect.stringContaining("no operator mapInverse"),
      expect.stringContaining("cannot run"),
      expect.stringContaining("JSON"),
    ]);
  });
});

describe("the runner of queries", () => {
  const table = (name: string): QueryCase =>
    JSON.parse(readFileSync(join(import.meta.dirname, "tables", `${name}.json`), "utf8")) as QueryCase;

  it.each<[string, (golden: QueryCase) => QueryCase]>([
    ["another row", (golden) => ({ ...golden, expected: [[[[0, 5_000], 1]], ...golden.expected.slice(1)] })],
    ["another watermark", (golden) => ({ ...golden, watermark: golden.watermark.map(() => 7) })],
    ["another number of late rows", (golden) => ({ ...golden, dropped_late: golden.dropped_late.map((count) => count + 1) })],
    ["another number of rows in state", (golden) => ({ ...golden, state_rows: golden.state_rows.map((count) => count + 1) })],
    ["a batch of another step", (golden) => ({ ...golden, batch_step: golden.batch_step.map((step) => step + 1) })],
    ["an error", (golden) => ({ ...golden, error: { phase: "start", message: "without watermark" } })],
  ])("refuses %s", async (_, change) => {
    expect(await checkQuery(table("tumbling-append"))).toBeUndefined();
    expect(await checkQuery(change(table("tumbling-append")))).toEqual(expect.any(String));
  });

  it("refuses an error of another phase or content", async () => {
    const golden = table("sort-append-refused");
    for (const change of [{ phase: "build" }, { message: "without watermark" }]) {
      const error = { phase: "start", message: "", ...golden.error, ...change };
      expect(await checkQuery({ ...golden, error })).toEqual(expect.any(String));
    }
  });

  it("takes null keys of a full outer join that stay alone, and not such that match", async () => {
    const golden = table("join-range-full-outer");
    const input = { l: [[[null, 10_000, 1]], [], [[9, 60_000, 2]], []], r: [[[null, 11_000, 1]], [], [[9, 60_000, 3]], []] };
    const alone = [
      [null, 10_000, 1, null, null, null],
      [null, null, null, null, 11_000, 1],
    ];
    const joined = [9, 60_000, 2, 9, 60_000, 3];
    const run = await runQuery({ ...golden, params: { ...golden.params, steps: 4 }, input }, { workers: 1, continuous: false });
    expect(run.batches.map(({ rows }) => rows)).toEqual([[], [joined], alone]);
    const spark = { ...golden, input, expected: [[[null, 10_000, 1, null, 11_000, 1]], [joined], []] };
    expect((await nullKeyDifference(spark))?.expected.map((rows) => rows.length)).toEqual([0, 1, 2]);
  });
});
