import type { ConnectorOptions, LogRecord, StreamSource } from "@millrace/ports";
import { Options } from "../options.ts";
import type { KafkaOptions } from "./kafka-reader.ts";
import { topicChoiceOf } from "./topic-choice.ts";

/**
 * Topics of another Kafka cluster, read_committed. Partitions are divided over the splits for good; a step is an offset, and the ranges of a batch are recorded with it, so that a replay
 * reads the same. Partitions that appear later are found within seconds and read from their first record. What a split remembers is the next offset of each of its partitions.
 */
export function kafkaSource(options: ConnectorOptions): StreamSource<LogRecord> {
  const read = new Options("kafka", options, ["topics", "pattern", "partitions", "bootstrap", "start", "startAtMs", "failOnDataLoss"]);
  const startAtMs = options["startAtMs"] === undefined ? undefined : read.whole("startAtMs");
  const own: KafkaOptions = {
    cluster: { bootstrapBrokers: [...read.texts("bootstrap")], connection: {} },
    topics: topicChoiceOf(read, options),
    start: startAtMs ?? read.oneOf<"earliest" | "latest">("start", ["earliest", "latest"], "earliest"),
    failOnDataLoss: options["failOnDataLoss"] !== false,
  };
  return {
    open: async (split) => {
      const { KafkaReader } = await import("./kafka-reader.ts"); // with the client, which costs every worker half a second of CPU
      return new KafkaReader(own, split);
    },
  };
}
