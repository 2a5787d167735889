import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { checkGolden, type Differences } from "./check-golden.ts";
import { checkQuery } from "./check-query.ts";
import { differenceByRule } from "./difference-rules.ts";
import type { GoldenCase } from "./golden-case.ts";
import type { QueryCase } from "./query-case.ts";
import { nullKeyDifference } from "./query-difference.ts";

const DIFFERENCES = join(import.meta.dirname, "differences.json");

/** Cases in which the engine differs on purpose, by name. */
export function readDifferences(): Differences {
  return JSON.parse(readFileSync(DIFFERENCES, "utf8")) as Differences;
}

/** Every table of a folder and the folders in it, or the one table that the path names, in order of names. */
export function tablesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".json") && entry.name !== basename(DIFFERENCES));
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/**
 * Why the table does not pass; undefined if it does. What cannot be read or run does not pass. A table in which the engine differs on purpose passes with
 * the result that `differences.json` lists for it or that a rule says; no other table may give anything but Spark's.
 */
export async function checkTable(path: string, differences: Differences): Promise<string | undefined> {
  try {
    const table: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (hasParam(table, "query")) return await checkQueryTable(table as QueryCase);
    if (!hasParam(table, "graph")) return "cannot run: neither a graph nor a query";
    const golden = table as GoldenCase;
    const listed = differences[golden.name];
    const problem = await checkGolden(golden, listed);
    if (problem === undefined || listed !== undefined) return problem;
    const byRule = differenceByRule(golden);
    return byRule === undefined || (await checkGolden(golden, byRule)) !== undefined ? problem : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The same for a table on event time. */
async function checkQueryTable(golden: QueryCase): Promise<string | undefined> {
  const problem = await checkQuery(golden);
  if (problem === undefined) return undefined;
  const byRule = await nullKeyDifference(golden);
  return byRule === undefined || (await checkQuery(byRule)) !== undefined ? problem : undefined;
}

function hasParam(table: unknown, name: string): boolean {
  return (
    typeof table === "object" &&
    table !== null &&
    "params" in table &&
    typeof table.params === "object" &&
    table.params !== null &&
    name in table.params
  );
}
