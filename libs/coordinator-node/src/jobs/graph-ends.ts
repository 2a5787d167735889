import {
  BadRecords,
  Elements,
  FieldType as WireFieldType,
  OutputMode as WireOutputMode,
  type Serde,
  type SinkOperator,
  type SourceOperator,
} from "@millrace/contracts";
import {
  AppError,
  type FieldType,
  type OutputMode,
  type SerdeDescriptor,
  type SinkDescriptor,
  type TopicSourceDescriptor,
} from "@millrace/model";

/** What is missing or cannot be in a submitted graph. */
export function graphMalformed(operator: string, message: string): AppError {
  return new AppError({ kind: "invalid", code: "graph-malformed", message, context: { operator } });
}

/** A source as its message says. */
export function sourceOf(wire: SourceOperator, operator: string): TopicSourceDescriptor {
  const key = wire.key === undefined ? {} : { key: serdeOf(wire.key, operator) };
  return {
    type: "topic",
    topic: wire.topic,
    ...key,
    value: serdeOf(wire.value, operator),
    elements: choiceOf(ELEMENTS, wire.elements, { operator, what: "elements" }) ?? (wire.key === undefined ? "value" : "pair"),
    start: wire.fromLatest ? "latest" : "earliest",
    ...(wire.bounded ? { until: "latest" } : {}),
    onBadRecord:
      wire.deadLetterTopic === ""
        ? choiceOf(BAD_RECORDS, wire.onBadRecord, { operator, what: "on_bad_record" })
        : { deadLetter: wire.deadLetterTopic },
  };
}

const ELEMENTS: ReadonlyMap<Elements, TopicSourceDescriptor["elements"] | undefined> = new Map([
  [Elements.UNSPECIFIED, undefined],
  [Elements.VALUE, "value"],
  [Elements.PAIR, "pair"],
  [Elements.RECORD, "record"],
]);

const BAD_RECORDS: ReadonlyMap<BadRecords, "fail" | "skip"> = new Map([
  [BadRecords.UNSPECIFIED, "fail"],
  [BadRecords.FAIL, "fail"],
  [BadRecords.SKIP, "skip"],
]);

/** What a value of an enum means. One of a later version is refused: what it asks for would not be done. */
export function choiceOf<W, C>(
  choices: ReadonlyMap<W, C>,
  wire: W,
  { operator, what }: { readonly operator: string; readonly what: string },
): C {
  if (choices.has(wire)) return choices.get(wire) as C;
  throw graphMalformed(operator, `this version knows no ${what} ${String(wire)}: submit the job to the version of millrace that it is for`);
}

/** Where a sink writes. */
export function sinkOf({ target }: SinkOperator, operator: string): SinkDescriptor {
  switch (target.case) {
    case "topic": {
      const { topic, key, value } = target.value;
      return { type: "topic", topic, ...(key === undefined ? {} : { key: serdeOf(key, operator) }), value: serdeOf(value, operator) };
    }
    case "connector": {
      const { connector, optionsJson, key, value } = target.value;
      const serdes = {
        ...(key === undefined ? {} : { key: serdeOf(key, operator) }),
        ...(value === undefined ? {} : { value: serdeOf(value, operator) }),
      };
      return { type: "connector", connector, options: optionsOf(optionsJson, operator), ...serdes };
    }
    case undefined:
      throw graphMalformed(operator, "the sink writes nowhere: give it a topic or a connector");
  }
}

function optionsOf(text: string, operator: string): Readonly<Record<string, unknown>> {
  let options: unknown;
  try {
    options = text === "" ? {} : (JSON.parse(text) as unknown);
  } catch {
    options = undefined;
  }
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return options as Readonly<Record<string, unknown>>;
  throw graphMalformed(operator, "options_json of the connector must be a JSON object");
}

const FIELD_TYPES: ReadonlyMap<WireFieldType, FieldType> = new Map([
  [WireFieldType.STRING, "string"],
  [WireFieldType.INT, "int"],
  [WireFieldType.DOUBLE, "double"],
  [WireFieldType.BOOLEAN, "boolean"],
  [WireFieldType.TIMESTAMP, "timestamp"],
  [WireFieldType.JSON, "json"],
]);

function serdeOf(serde: Serde | undefined, operator: string): SerdeDescriptor {
  const format = serde?.format;
  switch (format?.case) {
    case "json":
      return jsonOf(format.value.fields, operator);
    case "string":
    case "bytes":
    case "msgpack":
      return { format: format.case };
    case "avro":
      return { format: "avro", schema: format.value.schema };
    case "protobuf":
      return { format: "protobuf", descriptors: base64(format.value.descriptors), message: format.value.message };
    default:
      throw graphMalformed(operator, "it has no format of values: give it json, string, bytes, msgpack, avro or protobuf");
  }
}

function jsonOf(wire: Readonly<Record<string, WireFieldType>>, operator: string): SerdeDescriptor {
  const fields: Record<string, FieldType> = {};
  for (const [name, wireType] of Object.entries(wire)) {
    const type = FIELD_TYPES.get(wireType);
    if (type === undefined)
      throw graphMalformed(operator, `field ${name} of its JSON has no type: give it string, int, double, boolean, timestamp or json`);
    fields[name] = type;
  }
  return Object.keys(fields).length === 0 ? { format: "json" } : { format: "json", fields };
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b, c] = bytes.subarray(index, index + 3);
    const sextets = [a >> 2, ((a & 3) << 4) | ((b ?? 0) >> 4), (((b ?? 0) & 15) << 2) | ((c ?? 0) >> 6), (c ?? 0) & 63];
    const chars = sextets.map((sextet) => BASE64.charAt(sextet));
    text += b === undefined ? `${chars.slice(0, 2).join("")}==` : c === undefined ? `${chars.slice(0, 3).join("")}=` : chars.join("");
  }
  return text;
}

const MODES: ReadonlyMap<WireOutputMode, OutputMode | undefined> = new Map([
  [WireOutputMode.UNSPECIFIED, undefined],
  [WireOutputMode.APPEND, "append"],
  [WireOutputMode.UPDATE, "update"],
  [WireOutputMode.COMPLETE, "complete"],
]);

/** The mode of an operator's output; undefined: its own default. */
export function modeOf(mode: WireOutputMode, operator: string): OutputMode | undefined {
  return choiceOf(MODES, mode, { operator, what: "output mode" });
}
