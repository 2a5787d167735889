import type { Evidence } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { Key } from "../history/event.ts";
import type { KeyLog, Writer } from "../key-log.ts";
import { linesOf } from "../operation.ts";

/**
 * Rules about values that nobody read: lost where a later position was read, unseen where the final reads reached their ends without it. A transaction of which
 * some values were read and others are missing is torn.
 */
export function* checkLosses(evidence: Evidence): Generator<Finding> {
  const finals = finalReads(evidence);
  yield* unreached(evidence);
  for (const log of evidence.logs.values()) {
    const bound = greatestPositionRead(log);
    for (const [value, writer] of log.writers) {
      if (log.firstReaders.has(value) || !evidence.tookEffect(writer.operation)) continue;
      const position = log.positionsOf(value);
      const isPassed = position !== undefined && position.last <= bound;
      if (isPassed || finals.has(log.key)) yield loss({ log, value, writer, isPassed });
    }
  }
}

function loss({ log, value, writer, isPassed }: { log: KeyLog; value: number; writer: Writer; isPassed: boolean }): Finding {
  const { operation, offset } = writer;
  const where = offset === undefined ? `value ${value} of ${log.key}` : `value ${value}, acknowledged at offset ${offset} of ${log.key},`;
  const how = isPassed ? "was passed over by readers" : "was not there when the key was read to its end";
  const isTorn = operation.outcome === "info";
  const kind = isTorn ? "torn transaction" : isPassed ? "lost write" : "unseen";
  const message = `${where} ${how}${isTorn ? ", though another value of its transaction was read" : ""}`;
  const at = offset === undefined ? {} : { at: { key: log.key, offset } };
  return { kind, severity: "failure", message, lines: linesOf(operation), ...at };
}

function greatestPositionRead(log: KeyLog): number {
  let greatest = -1;
  for (const value of log.firstReaders.keys()) greatest = Math.max(greatest, log.positionsOf(value)?.first ?? -1);
  return greatest;
}

function finalReads({ operations }: Evidence): ReadonlySet<Key> {
  const reached = operations.flatMap(({ outcome, completion }) =>
    completion.f === "final" && outcome === "ok" ? Object.keys(completion.v) : [],
  );
  return new Set(reached);
}

function* unreached({ operations }: Evidence): Generator<Finding> {
  for (const operation of operations) {
    const { invoke, outcome } = operation;
    if (invoke.f !== "final" || outcome === "ok") continue;
    const keys = Object.entries(invoke.v).map(([key, end]) => `${key} to ${end}`);
    const message = `the final reads did not reach their ends in time: ${keys.join(", ")}`;
    yield { kind: "unreached", severity: "failure", message, lines: linesOf(operation) };
  }
}
