import { describe, expect, it } from "@jest/globals";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { ReadJobStateResponseSchema } from "@millrace/contracts";
import { fakeWorld } from "../../test/fake-world.ts";
import { runCli } from "../run-cli.ts";
import { keyForms } from "./job-state.ts";

const TOTALS = { operatorId: "totals", name: "totals", kind: "aggregateByKey", keyCount: 1_200n, taskCount: 4 };

async function run(args: string, response: MessageInitShape<typeof ReadJobStateResponseSchema> = {}) {
  const asked: unknown[] = [];
  const readJobState = (...query: unknown[]) => {
    asked.push(query);
    return Promise.resolve(create(ReadJobStateResponseSchema, { operators: [TOTALS], batch: 8n, ...response }));
  };
  const world = fakeWorld({ admin: { readJobState } });
  const code = await runCli(args.split(" "), world);
  return { code, output: world.output(), notes: world.notes(), asked };
}

const entry = { keyJson: '"SFO"', valueJson: '{"n":1}', table: "totals", bucket: 7, taskIndex: 2 };

describe("job state", () => {
  it("lists operators that keep state", async () => {
    const { code, output, asked } = await run("job state delays");
    expect({ code, output, asked }).toEqual({
      code: 0,
      output: "operator  kind             keys  tasks\ntotals    aggregateByKey  1,200      4\n",
      asked: [["delays", {}]],
    });
  });

  it("shows entries, and says how many there are and of which batch", async () => {
    const { output, notes, asked } = await run("job state delays totals --prefix S --limit 5", { entries: [entry], more: true });
    expect(output).toBe('key    table   bucket  value\n"SFO"  totals       7  {"n":1}\n');
    expect(notes).toContain("1 entries of 1,200 in totals, after batch 8 or a later one; there may be more");
    expect(asked).toEqual([["delays", { operator: "totals", keysJson: [], keyPrefix: "S", limit: 5 }]]);
  });

  it("writes JSON lines, with the weight of what is too large", async () => {
    const big = { ...entry, valueJson: "", valueBytes: 2_000_000n };
    const { output } = await run("job state delays totals --json", { entries: [entry, big] });
    expect(
      output
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { key: "SFO", value: { n: 1 }, table: "totals", bucket: 7, task: 2 },
      { key: "SFO", valueBytes: 2_000_000, table: "totals", bucket: 7, task: 2 },
    ]);
  });

  it("fails with exit code 3 when the key is not there", async () => {
    const { code, notes, asked } = await run("job state delays totals --key 7 --key SFO");
    expect(code).toBe(3);
    expect(notes).toContain("state-key-not-found");
    expect(asked).toMatchObject([["delays", { keysJson: ["7", '"7"', '"SFO"'] }]]);
  });

  it.each([
    ["job state", /say which job, by id or name/],
    ["job state --checkpoint", /say whose last checkpoint/],
    ["job state --savepoint s.1 totals more", /name only the operator/],
    ["job state --savepoint s.1 --key a", /keys are an operator's/],
    ["job state delays --key SFO", /name it after the job/],
    ["job state delays totals --limit 0", /a whole number from 1 to 1000000/],
  ])("%s: is wrong use", async (args, expected) => {
    const { code, notes } = await run(args);
    expect(code).toBe(2);
    expect(notes).toMatch(expected);
  });
});

describe("keyForms", () => {
  it.each([
    ["SFO", ['"SFO"']],
    ["7", ["7", '"7"']],
    ['"7"', ['"7"', '"\\"7\\""']],
    ["[1, 2]", ["[1,2]", '"[1, 2]"']],
  ])("%s", (text, forms) => {
    expect(keyForms(text)).toEqual(forms);
  });
});
