import type { OperatorState, StateEntry } from "@millrace/contracts";
import type { JobStateOptions } from "../commands/job-state.ts";
import { cliError } from "../errors.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import { AppError } from "@millrace/model";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** `job state`: operators with their counts, or entries of one. */
export async function jobState(
  { job, operator }: { readonly job: string | undefined; readonly operator: string | undefined },
  options: JobStateOptions & GlobalOptions,
  world: CliWorld,
): Promise<void> {
  if (job === undefined) throw cliError("bad-argument", "say which job, by id or name, or which savepoint, with --savepoint");
  const { key: keys = [], prefix: keyPrefix = "", limit = 0, json: isJson = false } = options;
  if (operator === undefined && (keys.length > 0 || keyPrefix !== ""))
    throw cliError("bad-argument", "keys are an operator's: name it after the job", { job });
  await withClient(options, world, async (client) => {
    const query = operator === undefined ? {} : { operator, keysJson: keys.flatMap(keyForms), keyPrefix, limit };
    const { operators, entries, more, batch } = await client.admin().readJobState(job, query);
    if (operator === undefined) return showOperators(operators, { isJson, world });
    if (keys.length > 0 && entries.length === 0) throw keyNotFound({ job, operator, key: keys.join(", "), batch: Number(batch) });
    await world.write(isJson ? entries.map(entryLine).join("") : entryTable(entries));
    world.note(noteOf(operators[0], { shown: entries.length, more, batch }));
  });
}

/** A key as JSON, where it is some, and as the text itself: `7` finds the number and the string. */
export function keyForms(text: string): string[] {
  try {
    return [...new Set([JSON.stringify(JSON.parse(text)), JSON.stringify(text)])];
  } catch {
    return [JSON.stringify(text)];
  }
}

async function showOperators(
  operators: readonly OperatorState[],
  { isJson, world }: { readonly isJson: boolean; readonly world: CliWorld },
): Promise<void> {
  if (isJson) {
    for (const { operatorId: operator, name, kind, keyCount, taskCount } of operators)
      await world.write(jsonLine({ operator, name, kind, keyCount, taskCount }));
    return;
  }
  if (operators.length === 0) return world.note("none of the job's operators keeps state");
  const rows = operators.map(({ operatorId, kind, keyCount, taskCount }) => [operatorId, kind, formatCount(keyCount), String(taskCount)]);
  await world.write(table(["operator", "kind", "keys", "tasks"], rows));
}

/** Keys and values are JSON already. */
export function entryLine(entry: StateEntry): string {
  const { keyJson, valueJson, valueBytes, table: name, bucket, taskIndex } = entry;
  const value = valueJson === "" ? `"valueBytes":${valueBytes}` : `"value":${valueJson}`;
  return `{"key":${keyJson},${value},"table":${JSON.stringify(name)},"bucket":${bucket},"task":${taskIndex}}\n`;
}

export function entryTable(entries: readonly StateEntry[]): string {
  if (entries.length === 0) return "";
  const rows = entries.map((entry) => [entry.keyJson, entry.table, String(entry.bucket), shown(entry)]);
  return table(["key", "table", "bucket", "value"], rows);
}

function shown({ valueJson, valueBytes }: StateEntry): string {
  return valueJson === "" ? `(about ${formatBytes(Number(valueBytes))}, too large to show)` : valueJson;
}

function noteOf(
  operator: OperatorState | undefined,
  { shown: count, more, batch }: { readonly shown: number; readonly more: boolean; readonly batch: bigint },
): string {
  const held = operator === undefined ? "" : ` of ${formatCount(operator.keyCount)} in ${operator.operatorId}`;
  const rest = more ? "; there may be more: give --key, --prefix or a higher --limit" : "";
  return `${formatCount(count)} entries${held}, after batch ${batch} or a later one${rest}`;
}

export function keyNotFound(context: Readonly<Record<string, string | number>>): AppError {
  const message = 'the operator keeps nothing of this key: see what keys look like without --key; the string "7" is \'"7"\'';
  return new AppError({ kind: "not-found", code: "state-key-not-found", message, context });
}
