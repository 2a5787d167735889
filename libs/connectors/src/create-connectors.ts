import type { ConnectorOptions, Connectors, SinkConnector } from "@millrace/ports";
import { filesSink } from "./files/files-sink.ts";
import { kafkaSink } from "./kafka/kafka-sink.ts";
import { postgresSink } from "./postgres/postgres-sink.ts";
import { redisSink } from "./redis/redis-sink.ts";

type MakeSink = (options: ConnectorOptions) => SinkConnector;

const SINKS: ReadonlyMap<string, MakeSink> = new Map<string, MakeSink>([
  ["files", filesSink],
  ["kafka", kafkaSink],
  ["postgres", postgresSink],
  ["redis", redisSink],
]);

/** The connectors that every worker has. */
export function createConnectors(): Connectors {
  return { sink: (name, options) => SINKS.get(name)?.(options) };
}
