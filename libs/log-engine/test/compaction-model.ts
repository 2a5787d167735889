import type { Offset } from "@millrace/model";
import { createBatchCursor, readEndTransactionMarker, readRecords, RecordBatchView } from "@millrace/records";
import type { PartitionLog } from "../src/index.ts";
import { codecs } from "./log-fixture.ts";

/** A record as a reader sees it. */
export interface SeenRecord {
  readonly offset: number;
  readonly key: string;
  /** null: tombstone. */
  readonly value: string | null;
  readonly timestamp: number;
}

export type Table = Map<string, string>;

export function applyTo(table: Table, { key, value }: Pick<SeenRecord, "key" | "value">): void {
  if (value === null) table.delete(key);
  else table.set(key, value);
}

interface Transaction {
  readonly producerId: number;
  readonly firstOffset: number;
  outcome: "open" | "commit" | "abort";
}

/** The log as it would be without compaction: every record that was acknowledged, and what became of its transaction. */
export class NaiveLog {
  readonly records: (SeenRecord & { readonly transaction: Transaction | undefined })[] = [];
  readonly #open = new Map<number, Transaction>();

  add(record: SeenRecord, producerId?: number): void {
    let transaction = producerId === undefined ? undefined : this.#open.get(producerId);
    if (transaction === undefined && producerId !== undefined) {
      transaction = { producerId, firstOffset: record.offset, outcome: "open" };
      this.#open.set(producerId, transaction);
    }
    this.records.push({ ...record, transaction });
  }

  end(producerId: number, outcome: "commit" | "abort"): void {
    const transaction = this.#open.get(producerId);
    if (transaction !== undefined) transaction.outcome = outcome;
    this.#open.delete(producerId);
  }

  hasOpen(producerId: number): boolean {
    return this.#open.has(producerId);
  }

  lastStableOffset(logEndOffset: number): number {
    return Math.min(logEndOffset, ...[...this.#open.values()].map(({ firstOffset }) => firstOffset));
  }

  /** What a committed reader has when it has read all below. */
  table(endOffset: number): Table {
    const table: Table = new Map();
    for (const record of this.records) if (record.offset < endOffset && record.transaction?.outcome !== "abort") applyTo(table, record);
    return table;
  }

  at(offset: number): (SeenRecord & { readonly transaction: Transaction | undefined }) | undefined {
    let low = 0;
    let high = this.records.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.records[middle]?.offset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const found = this.records[low];
    return found?.offset === offset ? found : undefined;
  }
}

/** One fetch as Kafka's consumer handles it: aborted transactions dropped by the list that comes with the batches, up to their markers. */
export function fetchCommitted(
  log: PartitionLog,
  from: Offset,
  maxBytes: number,
): { readonly records: SeenRecord[]; readonly nextOffset: Offset } {
  const endOffset = log.lastStableOffset;
  const { chunks, nextOffset } = log.read({ offset: from, maxBytes, endOffset });
  const aborted = [...log.abortedTransactions(from, nextOffset)];
  const skipped = new Set<number>();
  const records: SeenRecord[] = [];
  const visit = (view: RecordBatchView): void => {
    while (aborted[0] !== undefined && aborted[0].firstOffset <= view.lastOffset) skipped.add(aborted.shift()?.producerId ?? -1);
    if (view.isControl) {
      if (readEndTransactionMarker(view.subarray())?.outcome === "abort") skipped.delete(view.producerId);
      return;
    }
    if (view.isTransactional && skipped.has(view.producerId)) return;
    for (const record of recordsOf(view)) if (record.offset >= from) records.push(record);
  };
  for (const chunk of chunks) {
    const cursor = createBatchCursor(chunk);
    while (cursor.advance()) visit(cursor.view);
  }
  return { records, nextOffset };
}

export function recordsOf(view: RecordBatchView): SeenRecord[] {
  const text = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes));
  return [...readRecords(view.subarray(), { codecs })].map(({ offset, key, value, timestamp }) => ({
    offset,
    key: text(key) ?? "",
    value: text(value),
    timestamp,
  }));
}

/** Every batch of the log as it stands. */
export function batchesOf(log: PartitionLog, maxBytes = 10_000): RecordBatchView[] {
  const views: RecordBatchView[] = [];
  let offset: Offset = log.logStartOffset;
  while (offset < log.logEndOffset) {
    const { chunks, nextOffset } = log.read({ offset, maxBytes, endOffset: log.logEndOffset });
    if (nextOffset <= offset) throw new Error(`read got stuck at ${offset}`);
    for (const chunk of chunks) {
      const cursor = createBatchCursor(chunk);
      while (cursor.advance()) views.push(new RecordBatchView(chunk, cursor.view.position));
    }
    offset = nextOffset;
  }
  return views;
}
