import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { fakeWorld } from "../../test/fake-world.ts";
import { compileJob } from "./compile-job.ts";

const HEAD = 'import { count, hours, job, json, kafka, milliseconds, string, t } from "@millrace/streams";\n';

// A folder outside of any project: there is no package.json, no tsconfig.json, no node_modules.
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-cli-spec-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function compile(files: Readonly<Record<string, string>>, options = { check: false }): Promise<{ summary: string; notes: string }> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const world = fakeWorld({ folder });
  try {
    const { graph, plan } = await compileJob("job.ts", options, world);
    return { summary: `${graph.name}: ${plan.stages.map((stage) => stage.operators.join(" ")).join(" | ")}`, notes: world.notes() };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      summary: `${error.code}: ${error.reason.replace(/^\S*\/(?=\w+\.ts)/, "")}`,
      notes: world.notes().replaceAll(/^\S*\/(?=\w+\.ts)/gm, ""),
    };
  }
}

describe("compileJob", () => {
  it("bundles a module with what it imports, checks its types and plans it", async () => {
    const files = {
      "job.ts": `${HEAD}import { lengthOf } from "./helper.ts";\nexport default job("ok", (ctx) => {\n  ctx.source(kafka("a", { value: string() })).map(lengthOf).print();\n});\n`,
      "helper.ts": "export const lengthOf = (text: string): number => text.length;\n",
    };
    const { summary, notes } = await compile(files, { check: true });
    expect({ summary, notes }).toEqual({ summary: "ok: source-1 map-1 | print-1", notes: "" });
  });

  it("gives the same bundle and digest each time", async () => {
    writeFileSync(
      join(folder, "job.ts"),
      `${HEAD}export default job("same", (ctx) => {\n  ctx.source(kafka("a", { value: string() })).print();\n});\n`,
    );
    const [first, second] = [
      await compileJob("job.ts", { check: false }, fakeWorld({ folder })),
      await compileJob("job.ts", { check: false }, fakeWorld({ folder })),
    ];
    expect(first.digest).toBe(second.digest);
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("lists type errors with file and line", async () => {
    const source = `${HEAD}export default job("wrong", (ctx) => {\n  ctx\n    .source(kafka("a", { value: json({ n: t.int }) }))\n    .map((x) => x.n)\n    .reduceByKey((a: number) => a)\n    .print();\n});\n`;
    const { summary, notes } = await compile({ "job.ts": source }, { check: true });
    expect(summary).toBe("job-type-error: the job module has a type error: correct the lines above, or pass --no-check");
    expect(notes).toMatch(/^job\.ts:3:3: The 'this' context of type 'DStream<number, unknown>' is not assignable/);
  });

  it.each<[string, string, RegExp]>([
    [
      "throws while it is built",
      `export default job("x", () => {\n  throw new TypeError("no such thing");\n});`,
      /^job-build-failed: job\.ts:3:9: .*TypeError: no such thing/,
    ],
    ["throws when it is imported", `throw new Error("at once");`, /^job-build-failed: job\.ts:2:7: .*at once/],
    ["has no output", `export default job("x", (ctx) => {\n  ctx.source(kafka("a", { value: string() }));\n});`, /^no-output-operation: /],
    ["exports something else", `export default { name: "x" };`, /^not-a-job: /],
    ["exports nothing", `export {};`, /^not-a-job: /],
    ["imports what is not there", `import "./absent.ts";\nexport default 1;`, /^job-bundle-failed: job\.ts:2:8: Could not resolve/],
    ["is no TypeScript", `export default job(`, /^job-bundle-failed: job\.ts:3:/],
    ["ends the process", `process.exit(3);`, /^job-build-failed: the job module ended its process/],
    [
      "has a window off the grid",
      `export default job("x", (ctx) => {\n  ctx\n    .source(kafka("a", { value: string() }))\n    .window(milliseconds(1_500))\n    .print();\n});`,
      /^window-not-multiple: job\.ts:5:6: /,
    ],
    [
      "has a window without a watermark",
      `export default job("x", (ctx) => {\n  ctx.source(kafka("a", { key: string(), value: string() })).windowByTime({ tumbling: hours(1) }).aggregateByKey(count()).print();\n});`,
      /^append-needs-watermark: /,
    ],
  ])("refuses a module that %s, naming file and line", async (_, source, expected) => {
    expect((await compile({ "job.ts": `${HEAD}${source}\n` })).summary).toMatch(expected);
  });

  it("shows what the module prints, apart from results", async () => {
    const { notes } = await compile({
      "job.ts": `${HEAD}console.log("hello");\nexport default job("x", (ctx) => {\n  ctx.source(kafka("a", { value: string() })).print();\n});\n`,
    });
    expect(notes).toBe("hello\n");
  });

  it("says when there is no such file", async () => {
    rmSync(join(folder, "job.ts"), { force: true });
    expect((await compile({})).summary).toMatch(/^job-module-missing/);
  });
});
