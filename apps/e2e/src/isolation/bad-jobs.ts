import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A job that goes wrong at one record, and what must be said of it. */
export interface BadJob {
  readonly name: string;
  /** Body of the function of the operator `parsed`, which is given `id`. */
  readonly body: string;
  /** The bad record, as it is sent; all others are numbers. */
  readonly record: string;
  readonly code: string;
  /** Name of the operator that must be blamed. */
  readonly operator: string;
}

/** Offset of the record that is bad. */
export const BAD_OFFSET = 42;
const BAD = `id === ${BAD_OFFSET}`;

export const BAD_JOBS: readonly BadJob[] = [
  { name: "poisoned", body: "return id;", record: '{"not":', code: "bad-record", operator: "numbers" },
  {
    name: "throwing",
    body: `if (${BAD}) throw new RangeError("the answer");\n return id;`,
    record: "42",
    code: "user-code-failed",
    operator: "parsed",
  },
  { name: "looping", body: `while (${BAD});\n return id;`, record: "42", code: "user-code-hangs", operator: "parsed" },
  {
    name: "hoarding",
    body: `const hoard: number[][] = [];\n while (${BAD}) hoard.push(new Array<number>(100_000).fill(hoard.length));\n return id;`,
    record: "42",
    code: "worker-out-of-memory",
    operator: "parsed",
  },
];

export function inputOf({ name }: BadJob): string {
  return `${name}-in`;
}

/** Writes the job's module; returns its path. */
export function writeBadJob(folder: string, bad: BadJob): string {
  const path = join(folder, `${bad.name}.ts`);
  const topics = { input: inputOf(bad), output: `${bad.name}-out` };
  writeFileSync(
    path,
    `import { job, json, kafka, milliseconds } from "@millrace/streams";

function parsed(id: number): number {
  ${bad.body}
}

export default job(
  ${JSON.stringify(bad.name)},
  (ctx) => {
    const numbers = ctx.source(kafka(${JSON.stringify(topics.input)}, { value: json<number>() })).named("numbers");
    numbers.map(parsed).named("parsed").to(kafka(${JSON.stringify(topics.output)}, { value: json<number>() })).named("results");
  },
  { batchInterval: milliseconds(200) },
);
`,
  );
  return path;
}
