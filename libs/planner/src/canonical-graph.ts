import type { JobGraph } from "@millrace/model";

/** The graph as text that is the same for equal graphs, whatever the order of their properties: what digests are made of. */
export function canonicalGraph(graph: JobGraph): string {
  return JSON.stringify(graph, (_, value: unknown) => (isRecord(value) ? sorted(value) : value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
