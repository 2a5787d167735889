import type { StateEntry } from "@millrace/contracts";
import { cliError } from "../errors.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { JobStateOptions } from "../commands/job-state.ts";
import type { CliWorld } from "../world.ts";
import { entryLine, entryTable, keyForms, keyNotFound } from "./job-state.ts";
import { type SavedOperator, SavedStateReader } from "./saved-state.ts";
import { withClient } from "./with-client.ts";

const ENTRIES_DEFAULT = 100;
/** Entries written at once. */
const PAGE_ENTRIES = 500;

/** `job state --savepoint ID [operator]`, `job state JOB [operator] --checkpoint`: state as it was saved, without its job. */
export async function jobSavedState(
  { first, second }: { readonly first: string | undefined; readonly second: string | undefined },
  options: JobStateOptions & GlobalOptions,
  world: CliWorld,
): Promise<void> {
  const { savepoint } = options;
  const [job, operator] = savepoint === undefined ? [first, second] : [undefined, first];
  if (savepoint !== undefined && second !== undefined)
    throw cliError("bad-argument", "a savepoint is of one job: name only the operator beside --savepoint", { savepoint });
  if (savepoint === undefined && job === undefined) throw cliError("bad-argument", "say whose last checkpoint: the job by id or name");
  const keys = options.key ?? [];
  if (operator === undefined && (keys.length > 0 || options.prefix !== undefined))
    throw cliError("bad-argument", "keys are an operator's: name it");
  await withClient(options, world, async (client) => {
    const checkpoint = await client.admin().getCheckpoint(savepoint === undefined ? { job: job ?? "" } : { savepointId: savepoint });
    const reader = new SavedStateReader(client, checkpoint);
    const of = `of ${checkpoint.jobId} after batch ${checkpoint.batch}, ${new Date(Number(checkpoint.timeMs)).toISOString()}`;
    if (operator === undefined) return showSummary(reader, of, { isJson: options.json === true, world });
    reader.assertHas(operator);
    const shown = await showEntries(reader, operator, { options, world });
    if (keys.length > 0 && shown === 0) throw keyNotFound({ operator, key: keys.join(", "), batch: Number(checkpoint.batch) });
    const limit = options.limit ?? ENTRIES_DEFAULT;
    world.note(`${formatCount(shown)} entries ${of}${shown === limit ? `; there may be more: --limit is ${formatCount(limit)}` : ""}`);
  });
}

async function showEntries(
  reader: SavedStateReader,
  operator: string,
  { options, world }: { readonly options: JobStateOptions & GlobalOptions; readonly world: CliWorld },
): Promise<number> {
  const { key: keys = [], prefix: keyPrefix = "", limit = ENTRIES_DEFAULT } = options;
  let shown = 0;
  let page: StateEntry[] = [];
  const flush = async (): Promise<void> => {
    await world.write(options.json === true ? page.map(entryLine).join("") : entryTable(page));
    page = [];
  };
  for await (const entry of reader.entries(operator, { keysJson: keys.flatMap(keyForms), keyPrefix, limit })) {
    page.push(entry);
    shown += 1;
    if (page.length >= PAGE_ENTRIES) await flush();
  }
  await flush();
  return shown;
}

async function showSummary(
  reader: SavedStateReader,
  of: string,
  { isJson, world }: { readonly isJson: boolean; readonly world: CliWorld },
): Promise<void> {
  const found: SavedOperator[] = [];
  for (const operator of reader.operatorIds) {
    const summary = await reader.summary(operator);
    if (isJson) await world.write(jsonLine(summary));
    else found.push(summary);
  }
  if (!isJson && found.length > 0) await world.write(summaryTable(found));
  world.note(`state ${of}; every part is as it was written`);
}

function summaryTable(operators: readonly SavedOperator[]): string {
  const rows = operators.map(({ operator, kind, tasks, buckets, keys, bytes, formats, parts }) => [
    operator,
    kind,
    String(tasks),
    String(buckets),
    formatCount(keys),
    formatBytes(bytes),
    formats.join(", "),
    Object.entries(parts)
      .map(([place, count]) => `${count} ${place}`)
      .join(", "),
  ]);
  return table(["operator", "kind", "tasks", "buckets", "keys", "size", "format", "parts"], rows);
}
