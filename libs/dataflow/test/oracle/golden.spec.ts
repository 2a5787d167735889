import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { checkGolden } from "./check-golden.ts";
import { differenceByRule } from "./difference-rules.ts";
import type { GoldenCase } from "./golden-case.ts";
import { checkTable, readDifferences, tablesIn } from "./golden-folder.ts";

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
