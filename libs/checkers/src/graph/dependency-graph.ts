import type { Evidence } from "../evidence.ts";
import { foundBy, type Operation } from "../operation.ts";

/** Why one operation comes before another: it wrote what the other read (wr), the same process did it before, it had ended before the other began, or its value stands before the other's (ww). */
export type EdgeKind = "wr" | "process" | "realtime" | "ww";

export interface Edge {
  readonly to: number;
  readonly kind: EdgeKind;
}

/** Operations that took effect, by their index, and what each must come before. */
export type DependencyGraph = readonly (readonly Edge[])[];

/** Pass 4's graph; with `ww`, pass 5's. Edges are as many as values read, operations, and operations times those under way with them. */
export function dependencyGraph(evidence: Evidence, options: { readonly ww: boolean }): DependencyGraph {
  const edges: Edge[][] = evidence.operations.map(() => []);
  const add = (from: Operation, to: Operation, kind: EdgeKind): void => {
    if (from !== to) edges[from.index]?.push({ to: to.index, kind });
  };
  const nodes = evidence.operations.filter((operation) => operation.steps.length > 0 && evidence.tookEffect(operation));
  for (const reader of nodes) {
    for (const writer of writersRead(reader, evidence)) if (evidence.tookEffect(writer)) add(writer, reader, "wr");
  }
  const lastOfProcess = new Map<number, Operation>();
  for (const operation of nodes) {
    const before = lastOfProcess.get(operation.process);
    if (before !== undefined) add(before, operation, "process");
    lastOfProcess.set(operation.process, operation);
  }
  addRealTime(nodes, add);
  if (options.ww) addWriteOrder(evidence, add);
  return edges;
}

function writersRead(reader: Operation, { logs }: Evidence): ReadonlySet<Operation> {
  const writers = new Set<Operation>();
  for (const { key, reads } of foundBy(reader)) {
    const log = logs.get(key);
    for (const [, value] of reads) {
      const writer = log?.writers.get(value)?.operation;
      if (writer !== undefined) writers.add(writer);
    }
  }
  return writers;
}

/** A frontier of operations that ended: who begins comes after all of it; who ends replaces those that had ended before it began. */
function addRealTime(nodes: readonly Operation[], add: (from: Operation, to: Operation, kind: EdgeKind) => void): void {
  const ends = nodes.filter(({ outcome }) => outcome === "ok").sort((a, b) => a.completion.i - b.completion.i);
  let next = 0;
  let frontier: Operation[] = [];
  for (const operation of nodes) {
    for (let ended = ends[next]; ended !== undefined && ended.completion.i < operation.invoke.i; ended = ends[++next]) {
      const { invoke } = ended;
      frontier = frontier.filter((other) => other.completion.i > invoke.i);
      frontier.push(ended);
    }
    for (const before of frontier) add(before, operation, "realtime");
  }
}

function addWriteOrder(evidence: Evidence, add: (from: Operation, to: Operation, kind: EdgeKind) => void): void {
  for (const log of evidence.logs.values()) {
    let before: Operation | undefined;
    for (const offset of log.offsets) {
      for (const value of log.valuesAt(offset)) {
        const writer = log.writers.get(value)?.operation;
        if (writer === undefined || !evidence.tookEffect(writer)) continue;
        if (before !== undefined) add(before, writer, "ww");
        before = writer;
      }
    }
  }
}
