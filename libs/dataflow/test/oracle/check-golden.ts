import { isDeepStrictEqual } from "node:util";
import { toAppError } from "@millrace/model";
import type { Batches, GoldenCase, GoldenError } from "./golden-case.ts";
import { type GoldenRun, runGolden } from "./run-golden.ts";
import { describeEngine, ENGINES } from "./engines.ts";

/** A case in which the engine differs on purpose: the rule, and what it gives instead. Then no error is expected. */
export interface Difference {
  readonly rule: string;
  readonly expected: Batches;
  readonly expected_more?: Readonly<Record<string, Batches>>;
}

export type Differences = Readonly<Record<string, Difference>>;

/** What Spark says and the code of our error of the same content. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/generate RDD from (a )?parent/, "parent-batch-missing"],
  [/must be a multiple of the slide duration/, "window-not-multiple"],
  [/different slide (durations|times)/, "different-slides"],
  [/checkpoint directory has not been set/, "checkpoint-not-configured"],
  [/No output operations registered/, "no-output-operation"],
  [/checkpoint interval .* (not a multiple of|lower than|less than|must be)/, "checkpoint-interval-invalid"],
  [/after starting a context is not supported/, "graph-frozen"],
  [/State is not set/, "state-absent"],
  [/(update|remove) the state/i, "state-illegal-call"],
  [/[Tt]ransform function must not return null/, "transform-returned-nothing"],
  [/DStreams? to (union|transform) is empty|Empty array/i, "graph-malformed"],
  [/queueStream|QueueInputDStream/i, "source-not-replayable"],
  [/task failed/, "user-code-failed"],
];

/** Why the case does not pass; undefined if it does. */
export async function checkGolden(golden: GoldenCase, difference?: Difference): Promise<string | undefined> {
  const wanted = difference === undefined ? golden : differing(golden, difference);
  for (const engine of ENGINES) {
    const problem = compare(wanted, await runGolden(wanted, engine));
    if (problem !== undefined) return `${problem} (${describeEngine(engine)})`;
  }
  return undefined;
}

/** The case with our results in place of Spark's, and no error. */
function differing(golden: GoldenCase, { expected, expected_more }: Difference): GoldenCase {
  const { error, ...rest } = golden;
  const ours = { ...(error === undefined ? golden : rest), expected };
  return expected_more === undefined ? ours : { ...ours, expected_more };
}

function compare(golden: GoldenCase, run: GoldenRun): string | undefined {
  return compareFailure(golden.error, run.failure) ?? compareOutputs(golden, run) ?? compareRest(golden, run);
}

function compareFailure(expected: GoldenError | undefined, failure: GoldenRun["failure"]): string | undefined {
  if (expected === undefined) return failure === undefined ? undefined : `it failed: ${describe(failure)}`;
  if (failure === undefined) return `it should fail: phase=${expected.phase} batch=${expected.batch ?? ""} ${expected.message}`;
  const samePlace = failure.phase === expected.phase && (expected.batch === undefined || failure.batch === expected.batch);
  if (!samePlace) return `it should fail in phase=${expected.phase} batch=${expected.batch ?? ""}, not so: ${describe(failure)}`;
  const said = `${expected.message} ${expected.root_message ?? ""}`;
  const code = CODES.find(([pattern]) => pattern.test(said))?.[1];
  const { code: given, message } = toAppError(failure.error);
  if (code === undefined) return `no error of ours is known to say: ${said}`;
  if (given !== code) return `it should fail with ${code}, not so: ${describe(failure)}`;
  const words = expected.root_message;
  return code !== "user-code-failed" || words === undefined || message.includes(words)
    ? undefined
    : `the error should say "${words}", not so: ${describe(failure)}`;
}

function describe({ phase, batch, error }: NonNullable<GoldenRun["failure"]>): string {
  const { code, message } = toAppError(error);
  return `phase=${phase} batch=${batch ?? ""} ${code}: ${message}`;
}

function compareOutputs(golden: GoldenCase, run: GoldenRun): string | undefined {
  const [first = ""] = golden.params.outputs;
  const exact = golden.params.order === "exact";
  for (const [id, expected] of Object.entries({ [first]: golden.expected, ...golden.expected_more })) {
    const given = run.outputs.get(id) ?? [];
    if (golden.error === undefined && id !== "" && given.length !== expected.length)
      return `output ${id} has ${given.length} batches, not ${expected.length}`;
    for (const [index, rows] of expected.entries()) {
      const problem = difference(normal(given[index], exact), normal(rows, exact));
      if (problem !== undefined) return `output ${id}, batch ${index}: ${problem}`;
    }
  }
  return undefined;
}

function compareRest(golden: GoldenCase, run: GoldenRun): string | undefined {
  const bags = (slices: readonly Batches[]): unknown => slices.map((slice) => slice.map((rows) => normal(rows, false)));
  const partitions = golden.partitions
    ?.map((count, index) => [count, run.partitions[index]] as const)
    .find(([wanted, given]) => wanted !== null && wanted !== given);
  if (partitions !== undefined) return `partitions: ${difference(partitions[1], partitions[0]) ?? ""}`;
  const parts = {
    output_order: golden.output_order && difference(run.order, golden.output_order),
    executions: golden.executions && difference(run.executions, golden.executions),
    slices: golden.slices && difference(bags(run.slices), bags(golden.slices)),
    retained: golden.retained && difference(run.retained, golden.retained),
  };
  const [name, problem] = Object.entries(parts).find((entry) => entry[1] !== undefined) ?? [];
  return name === undefined ? undefined : `${name}: ${problem ?? ""}`;
}

const text = (value: unknown): string => JSON.stringify(value);

/** Rows as the tables write them: absent values null; a bag sorted by its text. */
function normal(rows: readonly unknown[] | null | undefined, exact: boolean): unknown {
  if (rows === null || rows === undefined) return null;
  const plain = JSON.parse(text(rows)) as unknown[];
  return exact ? plain : plain.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

function difference(given: unknown, wanted: unknown): string | undefined {
  return isDeepStrictEqual(given, wanted) ? undefined : `${text(given)} instead of ${text(wanted)}`;
}
