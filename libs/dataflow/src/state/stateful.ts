/** What an operator keeps from batch to batch, in one task. */
export interface Stateful {
  /** Keys held, for metrics. */
  readonly keyCount: number;
  /** Holds what a later watermark would emit or evict. */
  readonly pending: boolean;
  /** Whether `save` would give something else than at the last call; cleared by the call. */
  takeChanged(): boolean;
  /** All of it as plain data, keys in an order that `load` brings back: a restored task goes on exactly like the one that was saved. */
  save(): unknown;
  load(saved: unknown): void;
}

/** Shape check of decoded state: the version, and columns of equal length. */
export interface SavedColumns {
  readonly version: number;
  readonly columns: readonly (readonly unknown[])[];
}

/** Whether the state was saved after its first batch. One saved before (a savepoint) says nothing: the initial state still comes. */
export function hasStarted(saved: unknown): boolean {
  return !(typeof saved === "object" && saved !== null && "started" in saved && saved.started === false);
}

/** Columns of a saved state; undefined if it is something else. */
export function columnsOf(saved: unknown, version: number, count: number): readonly (readonly unknown[])[] | undefined {
  if (typeof saved !== "object" || saved === null || !("version" in saved) || !("columns" in saved)) return undefined;
  const columns: unknown = saved.columns;
  if (saved.version !== version || !Array.isArray(columns) || columns.length !== count) return undefined;
  const lists = columns.filter((column): column is readonly unknown[] => Array.isArray(column));
  return lists.length === count ? lists : undefined;
}
