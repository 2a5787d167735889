import { CYCLE_STARTS_MAX } from "../limits.ts";
import type { DependencyGraph, Edge, EdgeKind } from "./dependency-graph.ts";

export interface Cycle {
  /** Operations in their order; the last comes before the first again. */
  readonly nodes: readonly number[];
  /** Of each to the next. */
  readonly kinds: readonly EdgeKind[];
}

/** The shortest cycle inside a component, breadth first; with `through`, one that has an edge of that kind. Of a large component only some starts are tried. */
export function shortestCycle(graph: DependencyGraph, component: readonly number[], through?: EdgeKind): Cycle | undefined {
  const members = new Set(component);
  const starts = component
    .flatMap((from) =>
      (graph[from] ?? []).filter(({ to, kind }) => members.has(to) && (through ?? kind) === kind).map((edge) => ({ from, edge })),
    )
    .slice(0, CYCLE_STARTS_MAX);
  let best: Cycle | undefined;
  for (const { from, edge } of starts) {
    const back = path(graph, members, { from: edge.to, to: from });
    if (back === undefined || (best !== undefined && back.nodes.length >= best.nodes.length)) continue;
    best = { nodes: [...back.nodes.slice(-1), ...back.nodes.slice(0, -1)], kinds: [edge.kind, ...back.kinds] };
  }
  return best;
}

/** Shortest way inside the component, both ends included. */
function path(graph: DependencyGraph, members: ReadonlySet<number>, { from, to }: { from: number; to: number }): Cycle | undefined {
  const cameBy = new Map<number, { readonly node: number; readonly edge: Edge } | undefined>([[from, undefined]]);
  const queue = [from];
  for (const node of queue) {
    if (node === to) break;
    for (const edge of graph[node] ?? []) {
      if (!members.has(edge.to) || cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, { node, edge });
      queue.push(edge.to);
    }
  }
  if (!cameBy.has(to)) return undefined;
  const nodes = [to];
  const kinds: EdgeKind[] = [];
  for (let step = cameBy.get(to); step !== undefined; step = cameBy.get(step.node)) {
    nodes.unshift(step.node);
    kinds.unshift(step.edge.kind);
  }
  return { nodes, kinds };
}
