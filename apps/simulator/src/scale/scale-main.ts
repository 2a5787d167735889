import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { SizeFigures } from "./measure-size.ts";
import { checksOf } from "./scale-checks.ts";
import { modelOf } from "./scale-model.ts";
import { plotOf } from "./scale-plot.ts";
import type { ScaleTask } from "./scale-run.ts";
import { tableOf } from "./scale-table.ts";
import type { ScaleAnswer } from "./scale-worker.ts";
import type { Shape } from "./topics.ts";

/** A thread's heap: the coordinator's state of 100,000 partitions, a standby's, a broker's view, and snapshots on their way to a hundred brokers. */
const HEAP = { maxOldGenerationSizeMb: 6_144, maxYoungGenerationSizeMb: 256 };
const SHAPES: readonly Shape[] = ["many", "wide"];
const FULL = { brokers: 100, sizes: [1_000, 10_000, 100_000], changes: 25 };
const QUICK = { brokers: 12, sizes: [100, 1_000], changes: 3 };
const DOCS = new URL("../../../../docs/", import.meta.url);

export const SCALE_USAGE = `Usage: npm run sim -- scale [options]
What metadata costs as a cluster grows: real coordinators and the metadata side of 100 brokers on virtual time, a store with p50 0.5 and p99 7 ms. Exit code 1: a promise is not kept.

  --quick         few brokers and partitions, and nothing about time is demanded
  --sizes N,...   partitions (default ${FULL.sizes.join(",")}); --only many|wide: topics of 10 partitions, or 10 topics
  --json FILE     all figures
  --write-docs    put table and plot into docs/scale.md and docs/scale.svg
`;

/** The command; its exit code. */
export async function runScaleCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      "write-docs": { type: "boolean", default: false },
      sizes: { type: "string" },
      only: { type: "string" },
      json: { type: "string" },
    },
  });
  if (values.help) {
    process.stdout.write(SCALE_USAGE);
    return 0;
  }
  const size = values.quick ? QUICK : FULL;
  const sizes = values.sizes?.split(",").map(Number) ?? size.sizes;
  const shapes = SHAPES.filter((shape) => values.only === undefined || values.only === shape);
  const figures: SizeFigures[] = [];
  for (const shape of shapes) figures.push(...(await inThread({ ...size, shape, sizes })));
  process.stdout.write(`${tableOf(figures)}\n\n${modelOf(figures).join("\n")}\n\n`);
  const checks = checksOf(figures, { areTimesCounted: !values.quick });
  for (const { text, isMet } of checks) process.stdout.write(`${isMet ? "met" : "NOT MET"}: ${text}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  if (values["write-docs"])
    writeDocs(
      figures,
      checks.map(({ text, isMet }) => `- ${isMet ? "met" : "**not met**"}: ${text}`),
    );
  const failed = checks.filter(({ isMet }) => !isMet).length;
  process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function inThread(task: ScaleTask): Promise<readonly SizeFigures[]> {
  const url = new URL(import.meta.url.endsWith(".ts") ? "scale-worker.ts" : "scale-worker.js", import.meta.url);
  const worker = new Worker(url, { workerData: task, resourceLimits: HEAP });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.on("message", (answer: ScaleAnswer) => {
      if ("figures" in answer) resolve(answer.figures);
      else process.stderr.write(`${answer.progress}\n`);
    });
    worker.once("exit", (code) => reject(new Error(`measurement ended early: exit code ${code}`)));
  });
}

/** Between the marks of the page; the words around them are a person's. */
function writeDocs(figures: readonly SizeFigures[], checks: readonly string[]): void {
  const page = fileURLToPath(new URL("scale.md", DOCS));
  const [begin, end] = ["<!-- figures: npm run sim -- scale --write-docs -->", "<!-- end of figures -->"];
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/scale.md has lost its marks: ${begin} and ${end}`);
  const block = [begin, "", tableOf(figures), "", ...checks, "", "Lines through these figures:", "", ...modelOf(figures), "", ""].join(
    "\n",
  );
  writeFileSync(page, `${text.slice(0, from)}${block}${text.slice(to)}`);
  writeFileSync(fileURLToPath(new URL("scale.svg", DOCS)), plotOf(figures));
}
