import type { ConnectorOptions, Connectors, SinkConnector } from "@millrace/ports";
import { filesSink } from "./files/files-sink.ts";

type MakeSink = (options: ConnectorOptions) => SinkConnector;

const SINKS: ReadonlyMap<string, MakeSink> = new Map<string, MakeSink>([["files", filesSink]]);

/** The connectors that every worker has. */
export function createConnectors(): Connectors {
  return { sink: (name, options) => SINKS.get(name)?.(options) };
}
