import type { SourceDescriptor } from "./job-graph.ts";

/** What people see of where a source reads: its topic, or its connector and what that reads. */
export function nameOfSource(source: SourceDescriptor): string {
  if (source.type === "topic") return source.topic;
  const { path } = source.options;
  return typeof path === "string" ? `${source.connector}:${path}` : source.connector;
}
