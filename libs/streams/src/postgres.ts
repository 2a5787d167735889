import type { Sink } from "./kafka.ts";

/** A table as a sink of rows. */
export interface PostgresOptions<Row> {
  /** Connection URL, or `env:NAME`: the executor's environment variable of that name, so that no password stands in the graph. */
  readonly url: string;
  /** Table, `schema.table` if it is not on the search path. It must exist. */
  readonly table: string;
  /** Properties of a row, which are the table's columns of the same names. */
  readonly columns: readonly (keyof Row & string)[];
  /** Columns of a unique index: a row with the same values is replaced. Default: rows are added. */
  readonly key?: readonly (keyof Row & string)[];
}

/**
 * Rows of a PostgreSQL table, exactly once: a batch's rows and its progress marks (table `millrace_sink_marks`, made on first use) are one
 * transaction of the database.
 */
export function postgres<Row extends object>(options: PostgresOptions<Row>): Sink<Row> {
  const { url, table, columns, key } = options;
  return { sink: { type: "connector", connector: "postgres", options: { url, table, columns, ...(key === undefined ? {} : { key }) } } };
}
