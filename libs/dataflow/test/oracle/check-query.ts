import { isDeepStrictEqual } from "node:util";
import { toAppError } from "@millrace/model";
import type { QueryCase, Row } from "./query-case.ts";
import { type QueryRun, runQuery } from "./run-query.ts";
import { describeEngine, ENGINES } from "./engines.ts";

/** What Spark says and the codes of our errors of the same content. */
const CODES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/without watermark|WITHOUT_WATERMARK/i, ["append-needs-watermark", "join-unbounded"]],
  [/without a watermark in the join keys/i, ["join-unbounded"]],
  [/correctness|global watermark|multiple (streaming )?(aggregations|stateful)/i, ["mode-not-supported", "event-time-lost"]],
  [/output mode|OUTPUT_MODE/i, ["mode-not-supported", "append-needs-watermark"]],
  [/sort(ing)?/i, ["mode-not-supported"]],
  [/distinct aggregation/i, ["operator-not-supported"]],
  [/redefin/i, ["watermark-redefined"]],
  [/delay threshold|negative|should not be negative/i, ["invalid-duration"]],
  [/timeout/i, ["state-illegal-call"]],
  [/limit/i, ["mode-not-supported"]],
  [/session window/i, ["mode-not-supported", "not-a-pair"]],
  [/GroupsWithState/i, ["mode-not-supported"]],
  [/join/i, ["mode-not-supported", "join-unbounded"]],
];

/** Why the case does not pass; undefined if it does. */
export async function checkQuery(golden: QueryCase): Promise<string | undefined> {
  for (const engine of ENGINES) {
    const problem = compare(golden, await runQuery(golden, engine));
    if (problem !== undefined) return `${problem} (${describeEngine(engine)})`;
  }
  return undefined;
}

function compare(golden: QueryCase, run: QueryRun): string | undefined {
  return compareFailure(golden, run.failure) ?? compareBatches(golden, run);
}

function compareFailure({ error }: QueryCase, failure: QueryRun["failure"]): string | undefined {
  if (error === undefined) return failure === undefined ? undefined : `it failed: ${describe(failure)}`;
  if (failure === undefined) return `it should fail: phase=${error.phase} batch=${error.batch ?? ""} ${error.message}`;
  const samePlace = failure.phase === error.phase && (error.batch === undefined || failure.batch === error.batch);
  if (!samePlace) return `it should fail in phase=${error.phase} batch=${error.batch ?? ""}, not so: ${describe(failure)}`;
  const said = `${error.message} ${error.root_message ?? ""}`;
  const codes = CODES.filter(([pattern]) => pattern.test(said)).flatMap(([, found]) => found);
  const { code } = toAppError(failure.error);
  return codes.includes(code) ? undefined : `it should fail with one of ${codes.join(", ")}, not so: ${describe(failure)}; ${said}`;
}

function describe({ phase, batch, error }: NonNullable<QueryRun["failure"]>): string {
  const { code, message } = toAppError(error);
  return `phase=${phase} batch=${batch ?? ""} ${code}: ${message}`;
}

function compareBatches(golden: QueryCase, { batches, failure }: QueryRun): string | undefined {
  const { expected, params } = golden;
  if (failure === undefined || golden.error?.phase === "step") {
    const steps = batches.map(({ step }) => step);
    if (!isDeepStrictEqual(steps, golden.batch_step)) return `batches of steps ${text(steps)} instead of ${text(golden.batch_step)}`;
  }
  for (const [index, batch] of batches.entries()) {
    const exact = params.order === "exact";
    const parts: Readonly<Record<string, readonly [unknown, unknown]>> = {
      rows: [normal(batch.rows, exact), normal(expected[index] ?? [], exact)],
      "input rows": [batch.inputRows, golden.num_input_rows[index]],
      watermark: [batch.watermark, golden.watermark[index]],
      "late rows": [batch.droppedLate, golden.dropped_late[index]],
      "late records": [batch.wrongLate, undefined],
      "state rows": [batch.stateRows ?? golden.state_rows[index], golden.state_rows[index]],
    };
    for (const [name, [given, wanted]] of Object.entries(parts)) {
      if (!isDeepStrictEqual(given, wanted)) return `batch ${index}, ${name}: ${text(given)} instead of ${text(wanted)}`;
    }
  }
  return undefined;
}

const text = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));

/** Rows as the tables write them; a bag sorted by its text. */
function normal(rows: readonly Row[], exact: boolean): unknown {
  const plain = JSON.parse(JSON.stringify(rows)) as unknown[];
  return exact ? plain : plain.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}
