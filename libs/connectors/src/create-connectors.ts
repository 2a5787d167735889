import type { ConnectorOptions, Connectors, Receiver, SinkConnector, StreamSource } from "@millrace/ports";
import { filesSink } from "./files/files-sink.ts";
import { folderSource } from "./folder/folder-source.ts";
import { kafkaSource } from "./kafka/kafka-source.ts";
import { kafkaSink } from "./kafka/kafka-sink.ts";
import { postgresSink } from "./postgres/postgres-sink.ts";
import { rateSource } from "./rate/rate-source.ts";
import { redisSink } from "./redis/redis-sink.ts";
import { socketReceiver } from "./socket/socket-receiver.ts";
import { socketSource } from "./socket/socket-source.ts";
import { webhookReceiver } from "./webhook/webhook-receiver.ts";

type MakeSink = (options: ConnectorOptions) => SinkConnector;

const SINKS: ReadonlyMap<string, MakeSink> = new Map<string, MakeSink>([
  ["files", filesSink],
  ["kafka", kafkaSink],
  ["postgres", postgresSink],
  ["redis", redisSink],
]);

const SOURCES: ReadonlyMap<string, (options: ConnectorOptions) => StreamSource> = new Map<
  string,
  (options: ConnectorOptions) => StreamSource
>([
  ["folder", folderSource],
  ["kafka", kafkaSource],
  ["rate", rateSource],
  ["socket", socketSource],
]);

const RECEIVERS: ReadonlyMap<string, (options: ConnectorOptions) => Receiver> = new Map([
  ["socket", socketReceiver],
  ["webhook", webhookReceiver],
]);

/** The connectors that every worker has. */
export function createConnectors(): Connectors {
  return {
    sink: (name, options) => SINKS.get(name)?.(options),
    source: (name, options) => SOURCES.get(name)?.(options),
    receiver: (name, options) => RECEIVERS.get(name)?.(options),
  };
}
