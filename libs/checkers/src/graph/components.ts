import type { DependencyGraph } from "./dependency-graph.ts";

/** Strongly connected components of two or more operations (Tarjan, without recursion: histories are long). Linear. */
export function components(graph: DependencyGraph): readonly (readonly number[])[] {
  const order = new Int32Array(graph.length).fill(-1);
  const low = new Int32Array(graph.length);
  const isOnStack = new Uint8Array(graph.length);
  const nextEdge = new Int32Array(graph.length);
  const stack: number[] = [];
  const found: number[][] = [];
  let count = 0;
  const enter = (node: number, path: number[]): void => {
    order[node] = low[node] = count++;
    isOnStack[node] = 1;
    stack.push(node);
    path.push(node);
  };
  for (let root = 0; root < graph.length; root++) {
    if (order[root] !== -1) continue;
    const path: number[] = [];
    enter(root, path);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const edge = graph[node]?.[nextEdge[node] ?? 0];
      if (edge !== undefined) {
        nextEdge[node] = (nextEdge[node] ?? 0) + 1;
        if (order[edge.to] === -1) enter(edge.to, path);
        else if (isOnStack[edge.to] === 1) low[node] = Math.min(low[node] ?? 0, order[edge.to] ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0);
      if (low[node] !== order[node]) continue;
      const component = stack.splice(stack.lastIndexOf(node));
      for (const member of component) isOnStack[member] = 0;
      if (component.length > 1) found.push(component);
    }
  }
  return found;
}
