import type { HistoryEvent, Key } from "./history/event.ts";
import { HistoryError } from "./history/history-error.ts";
import { KeyLog } from "./key-log.ts";
import { foundBy, type Operation, sendsOf } from "./operation.ts";
import { pairOperations } from "./pair-operations.ts";

/** Everything that the rules look at: made once, in one pass per question, before any of them. */
export interface Evidence {
  readonly history: readonly HistoryEvent[];
  readonly operations: readonly Operation[];
  readonly logs: ReadonlyMap<Key, KeyLog>;
  /** Certainly happened: completed ok, or unknown and one of its values was read. */
  tookEffect(operation: Operation): boolean;
}

/** Pass 1 and 2: pairs events, folds them by key, and puts what stands in each log in order. */
export function gatherEvidence(history: readonly HistoryEvent[]): Evidence {
  const operations = pairOperations(history);
  const logs = new Map<Key, KeyLog>();
  const logOf = (key: Key): KeyLog => {
    const log = logs.get(key) ?? new KeyLog(key);
    logs.set(key, log);
    return log;
  };
  for (const operation of operations) foldWrites(operation, logOf);
  const seen = new Set<Operation>();
  for (const operation of operations) for (const writer of foldReads(operation, logOf)) seen.add(writer);
  const tookEffect = (operation: Operation): boolean => operation.outcome === "ok" || (operation.outcome === "info" && seen.has(operation));
  for (const operation of operations) {
    if (!tookEffect(operation)) continue;
    for (const { key, value, offset } of sendsOf(operation)) if (offset !== undefined) logOf(key).place(offset, value);
  }
  for (const log of logs.values()) log.rank();
  return { history, operations, logs, tookEffect };
}

function foldWrites(operation: Operation, logOf: (key: Key) => KeyLog): void {
  for (const { key, value, offset } of sendsOf(operation)) {
    const { writers } = logOf(key);
    const other = writers.get(value)?.operation;
    if (other !== undefined)
      throw new HistoryError(
        operation.invoke.i,
        `value ${value} of key ${key} is sent again, first in line ${other.invoke.i}: values are unique`,
      );
    writers.set(value, { operation, offset });
  }
}

/** Any poll may only ever get safe data, also one of a transaction that failed. Returns writers of what an ok operation read. */
function foldReads(operation: Operation, logOf: (key: Key) => KeyLog): readonly Operation[] {
  const seen: Operation[] = [];
  for (const { key, reads } of foundBy(operation)) {
    const log = logOf(key);
    for (const [offset, value] of reads) {
      log.place(offset, value);
      if (!log.firstReaders.has(value)) log.firstReaders.set(value, operation);
      const writer = log.writers.get(value)?.operation;
      if (writer !== undefined && operation.outcome === "ok") seen.push(writer);
    }
  }
  return seen;
}
