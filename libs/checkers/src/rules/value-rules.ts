import type { Evidence } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { KeyLog } from "../key-log.ts";
import { foundBy, linesOf, type Operation, sendsOf } from "../operation.ts";

/** Rules about single values: aborted and precommitted reads, damage, one value at two offsets, two values at one. */
export function* checkValues(evidence: Evidence): Generator<Finding> {
  for (const operation of evidence.operations) yield* checkReads(operation, evidence);
  for (const log of evidence.logs.values()) {
    yield* checkOffsets(log);
    yield* checkDuplicates(log);
  }
}

function* checkReads(operation: Operation, { logs }: Evidence): Generator<Finding> {
  const own = new Set(sendsOf(operation).map(({ key, value }) => `${value} ${key}`));
  for (const { key, reads } of foundBy(operation)) {
    for (const [offset, value, damage] of reads) {
      const writer = logs.get(key)?.writers.get(value)?.operation;
      const common = { severity: "failure", at: { key, offset } } as const;
      const what = `value ${value} at offset ${offset} of ${key}`;
      if (damage !== undefined || writer === undefined) {
        const why = damage ?? "nobody sent it";
        yield { ...common, kind: "corrupt", message: `${what} is not what was sent: ${why}`, lines: linesOf(operation) };
      } else if (own.has(`${value} ${key}`)) {
        const message = `${what} was read by its own operation, before that was complete`;
        yield { ...common, kind: "precommitted read", message, lines: linesOf(operation) };
      } else if (writer.outcome === "fail") {
        const lines = [...linesOf(writer), ...linesOf(operation)];
        yield { ...common, kind: "aborted read", message: `${what} was read, and its writer failed`, lines };
      }
    }
  }
}

function* checkOffsets(log: KeyLog): Generator<Finding> {
  for (const offset of log.offsets) {
    const values = log.valuesAt(offset);
    if (values.length < 2) continue;
    const message = `offset ${offset} of ${log.key} holds ${values.map((value) => `value ${value}`).join(" and ")}`;
    yield {
      kind: "inconsistent offsets",
      severity: "failure",
      message,
      lines: values.slice(0, 2).flatMap((value) => witnessOf(log, value)),
      at: { key: log.key, offset },
    };
  }
}

function* checkDuplicates(log: KeyLog): Generator<Finding> {
  for (const [value] of log.writers) {
    const positions = log.positionsOf(value);
    if (positions === undefined || positions.first === positions.last) continue;
    const [first = 0, last = 0] = [log.offsets[positions.first], log.offsets[positions.last]];
    const message = `value ${value} of ${log.key} stands at offsets ${first} and ${last}`;
    yield { kind: "duplicate", severity: "failure", message, lines: witnessOf(log, value), at: { key: log.key, offset: last } };
  }
}

/** Who saw it, else who wrote it. */
function witnessOf(log: KeyLog, value: number): readonly number[] {
  const witness = log.firstReaders.get(value) ?? log.writers.get(value)?.operation;
  return witness === undefined ? [] : linesOf(witness);
}
