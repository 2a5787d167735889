import type { ConnectorOptions, SinkConnector } from "@millrace/ports";
import { Options } from "../options.ts";

/** A topic of another Kafka cluster; a slot's records of a batch and its mark are one transaction there. The client is loaded when one is opened: it costs every worker half a second of CPU. */
export function kafkaSink(options: ConnectorOptions): SinkConnector {
  const read = new Options("kafka", options, ["topic", "bootstrap"]);
  const topic = read.text("topic");
  const cluster = { bootstrapBrokers: [...read.texts("bootstrap")], connection: {} };
  return {
    open: async (slots) => {
      const { KafkaWriter } = await import("./kafka-writer.ts");
      return KafkaWriter.open({ cluster, topic }, slots);
    },
  };
}
