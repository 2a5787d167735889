import { quotedName } from "./identifier.ts";

export interface TableTarget {
  readonly table: string;
  readonly columns: readonly string[];
  /** Columns of a unique index: a row with the same ones is replaced. Empty: rows are added. */
  readonly key: readonly string[];
}

/** Inserts rows given as one JSON parameter: types are those of the table's columns, and one statement takes any number of rows. */
export function insertStatement({ table, columns, key }: TableTarget): string {
  const names = columns.map(quotedName).join(", ");
  const insert = `INSERT INTO ${quotedName(table)} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${quotedName(table)}, $1::json)`;
  if (key.length === 0) return insert;
  const others = columns.filter((column) => !key.includes(column));
  const conflict = `ON CONFLICT (${key.map(quotedName).join(", ")})`;
  if (others.length === 0) return `${insert} ${conflict} DO NOTHING`;
  const updates = others.map((column) => `${quotedName(column)} = excluded.${quotedName(column)}`).join(", ");
  return `${insert} ${conflict} DO UPDATE SET ${updates}`;
}

/** One statement may not replace a row twice: of rows with one key the last is what counts. */
export function lastOfEachKey(rows: readonly Readonly<Record<string, unknown>>[], key: readonly string[]): readonly unknown[] {
  if (key.length === 0) return rows;
  return [...new Map(rows.map((row) => [JSON.stringify(key.map((column) => row[column])), row])).values()];
}
