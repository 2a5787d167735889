import {
  type ConnectorSourceDescriptor,
  CUSTOM_CONNECTOR,
  type ReceiverDescriptor,
  type SourceDescriptor,
  type TopicSourceDescriptor,
} from "@millrace/model";
import { describeSerde } from "./describe-serde.ts";

/** Where a source reads and what it promises, in a line. */
export function describeSource(source: SourceDescriptor): string {
  return source.type === "topic" ? describeTopic(source) : describeConnector(source);
}

function describeTopic({ topic, value, key, elements, start, until, onBadRecord, receiver }: TopicSourceDescriptor): string {
  const from = start === "latest" ? ", new records only" : "";
  const bounded = until === undefined ? "" : ", bounded: ends at what is there at the first start";
  const what =
    elements === "value"
      ? describeSerde(value)
      : `${elements}s of ${key === undefined ? "bytes" : describeSerde(key)} and ${describeSerde(value)}`;
  const dead = typeof onBadRecord === "object" ? `, bad records to ${onBadRecord.deadLetter}` : "";
  const filled = receiver === undefined ? "" : `, filled by ${describeReceiver(receiver)}`;
  return `reads topic ${topic}: ${what}${from}${bounded}${dead}${filled}`;
}

function describeReceiver({ connector, options }: ReceiverDescriptor): string {
  const option = (name: string): string => String(options[name]);
  switch (connector) {
    case "webhook":
      return `a webhook on port ${option("port")}, ${option("path")}`;
    case "socket":
      return `lines from ${option("host")}:${option("port")}`;
    default:
      return `the ${connector} receiver`;
  }
}

function describeConnector(source: ConnectorSourceDescriptor): string {
  const { splits, promise, stepsPerBatchMax } = source;
  const parts = splits === 1 ? "" : ` in ${splits} splits`;
  const bound =
    stepsPerBatchMax === undefined ? "" : `, at most ${stepsPerBatchMax} ${source.connector === "folder" ? "files" : "steps"} a batch`;
  return `${whatItReads(source)}${parts}${bound}, ${promise === "exactly-once" ? "exactly once" : "at most once"}`;
}

function whatItReads({ connector, options }: ConnectorSourceDescriptor): string {
  const option = (name: string): string => String(options[name]);
  switch (connector) {
    case "rate":
      return `generates ${option("rowsPerSecond")} rows a second`;
    case "folder":
      return `reads the ${option("format")} files that appear in ${option("path")}`;
    case "kafka":
      return `reads ${options["pattern"] === undefined ? `topics ${option("topics")}` : `topics like ${option("pattern")}`} of another Kafka cluster`;
    case "socket":
      return `reads lines from ${option("host")}:${option("port")}`;
    case CUSTOM_CONNECTOR:
      return "reads with a source that the job brings";
    default:
      return `reads with the ${connector} source`;
  }
}
