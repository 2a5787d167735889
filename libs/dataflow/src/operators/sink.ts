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

/** Turns elements into records of the sink's topic, encoded here so that a wrong value is an error of this operator at this record. */
export function sinkOperator(
  environment: OperatorEnvironment<OperatorNode & { kind: "sink" }>,
  slot: number,
  write: (record: SinkRecord) => void,
): Emit {
  const { operator, counts, batch } = environment;
  const { sink } = operator;
  const encodeValue = createValueEncoder(sink.value);
  const encodeKey = sink.key === undefined ? encodeAnyKey : createValueEncoder(sink.key);
  const keyOf = environment.optional("key");
  const valueOf = environment.optional("value");
  const timestampOf = environment.optional("timestamp");
  const hasKey = sink.key !== undefined;
  let functionName = "value";

  function recordOf(element: unknown, time: number): SinkRecord {
    const isPair = hasKey && Array.isArray(element) && element.length === 2;
    const pair: readonly unknown[] = isPair ? (element as readonly unknown[]) : [undefined, element];
    functionName = "key";
    const key = encodeKey(keyOf === undefined ? pair[0] : keyOf(element));
    functionName = "value";
    const value = encodeValue(valueOf === undefined ? pair[1] : valueOf(element));
    functionName = "timestamp";
    const given = timestampOf === undefined ? time : Number(timestampOf(element));
    const timestampMs = Number.isFinite(given) ? Math.floor(given) : batch.timeMs;
    return { sink: operator.id, slot, key, value, timestampMs };
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
