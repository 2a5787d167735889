import type { Evidence } from "../evidence.ts";
import type { AnomalyKind, Finding } from "../finding.ts";
import type { Key } from "../history/event.ts";
import { linesOf, type Operation } from "../operation.ts";

interface Mark {
  readonly position: number;
  readonly operation: Operation;
}

interface ProcessState {
  readonly read: Map<Key, Mark>;
  readonly sent: Map<Key, Mark>;
  isSubscribed: boolean;
}

/** Pass 3: what each process reads follows on what it read before, and what it sends stands behind what it sent before. */
export function* checkScans(evidence: Evidence): Generator<Finding> {
  const states = new Map<number, ProcessState>();
  for (const operation of evidence.operations) {
    const state = states.get(operation.process) ?? { read: new Map(), sent: new Map(), isSubscribed: false };
    states.set(operation.process, state);
    const { completion } = operation;
    if (completion.f === "assign" || completion.f === "subscribe") reassign(state, completion);
    else if (operation.outcome === "ok") yield* scan(operation, state, evidence);
  }
}

function reassign(state: ProcessState, { f, v, seek }: { f: string; v: readonly Key[]; seek?: "beginning" }): void {
  state.isSubscribed = f === "subscribe";
  const kept = state.isSubscribed || seek !== undefined ? [] : v;
  for (const key of state.read.keys()) if (!kept.includes(key)) state.read.delete(key);
}

function* scan(operation: Operation, state: ProcessState, evidence: Evidence): Generator<Finding> {
  const { completion } = operation;
  const tellsRebalances = "rebalance" in completion;
  const rebalanced = "rebalance" in completion ? (completion.rebalance ?? []) : [];
  for (const key of rebalanced) state.read.delete(key);
  for (const step of operation.steps) {
    const log = evidence.logs.get(step.key);
    if (step.kind === "found") {
      for (const [offset] of step.reads) {
        const position = log?.positionOf(offset) ?? 0;
        const before = state.read.get(step.key);
        state.read.set(step.key, { position, operation });
        if (before === undefined || position === before.position + 1) continue;
        if (before.operation === operation && rebalanced.includes(step.key)) continue;
        yield jump({ operation, before, position, at: { key: step.key, offset }, isAllowed: state.isSubscribed && !tellsRebalances });
      }
    } else {
      const position = positionSent(step, log);
      const before = state.sent.get(step.key);
      if (position === undefined) continue;
      state.sent.set(step.key, { position, operation });
      if (before === undefined || position > before.position) continue;
      yield sentBack({ operation, before, key: step.key, value: step.value, offset: log?.offsets[position] ?? 0 });
    }
  }
}

function positionSent(
  { offset, value }: { offset: number | undefined; value: number },
  log: { positionOf(offset: number): number | undefined; positionsOf(value: number): { first: number } | undefined } | undefined,
): number | undefined {
  return offset === undefined ? log?.positionsOf(value)?.first : log?.positionOf(offset);
}

function jump(found: {
  operation: Operation;
  before: Mark;
  position: number;
  at: { key: Key; offset: number };
  isAllowed: boolean;
}): Finding {
  const { operation, before, position, at, isAllowed } = found;
  const isInternal = before.operation === operation;
  const isBack = position <= before.position;
  const kind: AnomalyKind = `${isInternal ? "internal " : ""}poll ${isBack ? "step back" : "skip"}`;
  const count = isBack ? before.position - position + 1 : position - before.position - 1;
  const message = `process ${operation.process} ${isBack ? "went back over" : "skipped"} ${count} records of ${at.key}, to offset ${at.offset}`;
  const lines = isInternal ? linesOf(operation) : [...linesOf(before.operation), ...linesOf(operation)];
  return { kind, severity: isAllowed ? "noted" : "failure", message, lines, at };
}

function sentBack(found: { operation: Operation; before: Mark; key: Key; value: number; offset: number }): Finding {
  const { operation, before, key, value, offset } = found;
  const isInternal = before.operation === operation;
  const message = `process ${operation.process} sent value ${value} of ${key} later than one that stands behind it, offset ${offset}`;
  const lines = isInternal ? linesOf(operation) : [...linesOf(before.operation), ...linesOf(operation)];
  return { kind: isInternal ? "internal send order" : "send order", severity: "failure", message, lines, at: { key, offset } };
}
