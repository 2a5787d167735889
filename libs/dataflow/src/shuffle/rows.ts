/** Rows of a shuffle block as columns. Which columns an edge uses is the business of its two ends. */
export interface Rows {
  readonly keys: unknown[];
  readonly values: unknown[];
  /** Numbers beside the values: the pane of an accumulator. Empty where the edge has none. */
  readonly numbers: number[];
}

export function emptyRows(): Rows {
  return { keys: [], values: [], numbers: [] };
}

/** Rows of the block: the longest column, since a column may be unused. */
export function rowCount(rows: Rows): number {
  return Math.max(rows.keys.length, rows.values.length);
}
