import type { Evidence } from "./evidence.ts";
import { foundBy, type Operation, sendsOf } from "./operation.ts";

/** How much was done: a verdict over nothing is worth nothing. */
export interface OperationCounts {
  readonly operations: number;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  /** Values whose send was acknowledged. */
  readonly acknowledged: number;
  /** Different values that somebody read. */
  readonly valuesRead: number;
  readonly recordsRead: number;
  readonly keys: number;
  readonly processes: number;
}

export function countOperations({ operations, logs }: Evidence): OperationCounts {
  const withOutcome = (outcome: Operation["outcome"]): number => operations.filter((operation) => operation.outcome === outcome).length;
  const sum = (counts: Iterable<number>): number => {
    let total = 0;
    for (const count of counts) total += count;
    return total;
  };
  return {
    operations: operations.length,
    ok: withOutcome("ok"),
    failed: withOutcome("fail"),
    unknown: withOutcome("info"),
    acknowledged: sum(operations.map((operation) => (operation.outcome === "ok" ? sendsOf(operation).length : 0))),
    valuesRead: sum(Array.from(logs.values(), (log) => log.firstReaders.size)),
    recordsRead: sum(operations.flatMap((operation) => foundBy(operation).map(({ reads }) => reads.length))),
    keys: logs.size,
    processes: new Set(operations.map(({ process }) => process)).size,
  };
}
