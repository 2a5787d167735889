import type { OperatorNode } from "@millrace/model";
import type { SinkRecord } from "../runtime/runtime-types.ts";
import { createValueEncoder, type ValueEncoder } from "../serde/value-encoder.ts";
import type { Emit, OperatorEnvironment } from "./environment.ts";

const encodeText = createValueEncoder({ format: "string" });
const encodeBytes = createValueEncoder({ format: "bytes" });
const encodeJson = createValueEncoder({ format: "json" });

/** Key without a serde: text and bytes as they are, anything else as JSON. */
const encodeAnyKey: ValueEncoder = (key) => {
  if (typeof key === "string") return encodeText(key);
  return key instanceof Uint8Array ? encodeBytes(key) : encodeJson(key);
};

/** Connectors without serdes take elements as they are. */
const encodeNothing: ValueEncoder = () => null;

function textOf(partition: unknown): string {
  if (typeof partition === "string") return partition;
  throw new TypeError(`a partition is a text, got ${typeof partition}`);
}

/** Turns elements into records of the sink's topic, encoded here so that a wrong value is an error of this operator at this record. */
export function sinkOperator(
  environment: OperatorEnvironment<OperatorNode & { kind: "sink" }>,
  slot: number,
  write: (record: SinkRecord) => void,
): Emit {
  const { operator, counts, batch } = environment;
  const { sink } = operator;
  const isTopic = sink.type === "topic";
  const encodeValue = sink.value === undefined ? encodeNothing : createValueEncoder(sink.value, environment.formats);
  const encodeKey = sink.key !== undefined ? createValueEncoder(sink.key, environment.formats) : isTopic ? encodeAnyKey : encodeNothing;
  const keyOf = environment.optional("key");
  const valueOf = environment.optional("value");
  const timestampOf = environment.optional("timestamp");
  const partitionOf = environment.optional("partition");
  const calls = {
    key: environment.call("key"),
    value: environment.call("value"),
    timestamp: environment.call("timestamp"),
    partition: environment.call("partition"),
  };
  const hasKey = sink.key !== undefined;
  let functionName = "value";

  function recordOf(element: unknown, time: number): SinkRecord {
    const isPair = hasKey && Array.isArray(element) && element.length === 2;
    functionName = "key";
    calls.key.enter();
    const key = encodeKey(keyOf === undefined ? (isPair ? (element as readonly unknown[])[0] : undefined) : keyOf(element));
    functionName = "value";
    calls.value.enter();
    const valueElement = valueOf === undefined ? (isPair ? (element as readonly unknown[])[1] : element) : valueOf(element);
    const value = encodeValue(valueElement);
    functionName = "timestamp";
    calls.timestamp.enter();
    const given = timestampOf === undefined ? time : Number(timestampOf(element));
    const timestampMs = Number.isFinite(given) ? Math.floor(given) : batch.timeMs;
    if (isTopic) return { sink: operator.id, slot, key, value, timestampMs };
    functionName = "partition";
    calls.partition.enter();
    const partition = partitionOf === undefined ? "" : textOf(partitionOf(element));
    return { sink: operator.id, slot, key, value, timestampMs, element: valueElement, partition };
  }

  return (element, time) => {
    let record: SinkRecord;
    try {
      record = recordOf(element, time);
    } catch (error) {
      environment.fail(functionName, error);
    }
    counts.recordsOut++;
    write(record);
  };
}
