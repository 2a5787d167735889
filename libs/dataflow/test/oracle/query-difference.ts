import type { QueryCase, QueryOperator, Row } from "./query-case.ts";
import { runQuery } from "./run-query.ts";

/** Unlike any key of a table. */
const UNIQUE_KEY_BASE = -1_000_000_000;

/**
 * Semantics §15: a full outer join does not match null keys, Spark does. What must come instead: rows without a null key are Spark's; those with one come alone, as
 * they do when each has a key of its own that matches nothing, which is how they are worked out here. undefined: the rule does not apply to the case.
 */
export async function nullKeyDifference(golden: QueryCase): Promise<QueryCase | undefined> {
  const { query } = golden.params;
  const join = query.at(-1);
  if (join?.op !== "join" || join.type !== "full_outer" || golden.error !== undefined) return undefined;
  const keys = keysOf(query, join);
  if (keys === undefined || !hasNullKey(golden, keys)) return undefined;
  const { batches } = await runQuery({ ...golden, input: withUniqueKeys(golden, keys) }, { workers: 1, continuous: false });
  const width = columnCount(query, join.left);
  const places = [keys.left.index, width + keys.right.index] as const;
  const isOfNull = (row: Row): boolean => places.every((place) => (row[place] ?? null) === null);
  const isUnique = (value: unknown): boolean => typeof value === "number" && value <= UNIQUE_KEY_BASE;
  const expected = golden.expected.map((rows, index) => {
    const alone = (batches[index]?.rows ?? []).filter((row) => places.some((place) => isUnique(row[place])));
    return [...rows.filter((row) => !isOfNull(row)), ...alone.map((row) => row.map((value) => (isUnique(value) ? null : value)))];
  });
  return { ...golden, expected };
}

interface KeyPlace {
  readonly source: string;
  readonly index: number;
}

/** Where the one key of both sides stands in its source's rows; undefined if the sides are more than sources with watermarks. */
function keysOf(query: readonly QueryOperator[], join: QueryOperator): { readonly left: KeyPlace; readonly right: KeyPlace } | undefined {
  const [names] = join.on ?? [];
  if (names === undefined || join.on?.length !== 1) return undefined;
  const left = placeOf(query, join.left, names[0]);
  const right = placeOf(query, join.right, names[1]);
  return left === undefined || right === undefined ? undefined : { left, right };
}

function placeOf(query: readonly QueryOperator[], id: string | undefined, column: string): KeyPlace | undefined {
  const operator = query.find((one) => one.id === id);
  if (operator?.op === "withWatermark") return placeOf(query, operator.in, column);
  if (operator?.op !== "source") return undefined;
  return {
    source: operator.id,
    index: (operator.columns as readonly (readonly [string, string])[]).findIndex(([name]) => name === column),
  };
}

function columnCount(query: readonly QueryOperator[], id: string | undefined): number {
  const operator = query.find((one) => one.id === id);
  return operator?.op === "withWatermark" ? columnCount(query, operator.in) : (operator?.columns?.length ?? 0);
}

function hasNullKey({ input }: QueryCase, { left, right }: { readonly left: KeyPlace; readonly right: KeyPlace }): boolean {
  return [left, right].some(({ source, index }) => input[source]?.some((rows) => rows.some((row) => row[index] === null)) === true);
}

function withUniqueKeys({ input }: QueryCase, { left, right }: { readonly left: KeyPlace; readonly right: KeyPlace }): QueryCase["input"] {
  let next = UNIQUE_KEY_BASE;
  const replaced = { ...input };
  for (const { source, index } of [left, right]) {
    replaced[source] = (input[source] ?? []).map((rows) =>
      rows.map((row) => row.map((value, place) => (place === index && value === null ? next-- : value))),
    );
  }
  return replaced;
}
