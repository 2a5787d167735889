import type { Evidence } from "../evidence.ts";
import type { AnomalyKind, Finding } from "../finding.ts";
import { components } from "../graph/components.ts";
import { dependencyGraph } from "../graph/dependency-graph.ts";
import { type Cycle, shortestCycle } from "../graph/shortest-cycle.ts";
import { linesOf } from "../operation.ts";

/**
 * Passes 4 and 5: no operation comes before itself. Cycles through the order of writes (ww) are only noted: Kafka's transactions do not keep each other's
 * records apart.
 */
export function* checkCycles(evidence: Evidence): Generator<Finding> {
  const reads = dependencyGraph(evidence, { ww: false });
  for (const component of components(reads)) {
    const cycle = shortestCycle(reads, component);
    if (cycle !== undefined) yield finding(cycle, evidence, "failure");
  }
  const writes = dependencyGraph(evidence, { ww: true });
  for (const component of components(writes)) {
    const cycle = shortestCycle(writes, component, "ww");
    if (cycle !== undefined) yield finding(cycle, evidence, "noted");
  }
}

function finding(cycle: Cycle, { operations }: Evidence, severity: Finding["severity"]): Finding {
  const members = cycle.nodes.flatMap((index) => operations[index] ?? []);
  const words = members.map((operation, index) => `line ${operation.invoke.i} ${cycle.kinds[index] ?? ""}→`);
  const message = `each comes before the next: ${words.join(" ")} line ${members[0]?.invoke.i ?? 0}`;
  return { kind: kindOf(cycle), severity, message, lines: members.flatMap(linesOf) };
}

function kindOf({ kinds }: Cycle): AnomalyKind {
  if (kinds.includes("ww")) return "write cycle";
  return kinds.every((kind) => kind === "wr") ? "circular read" : "future read";
}
