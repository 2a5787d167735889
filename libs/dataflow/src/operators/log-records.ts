import type { RecordDecoding } from "@millrace/model";
import type { LogRecord, ValueFormats } from "@millrace/ports";
import { DecodeFailure } from "../serde/json-fields.ts";
import { createValueDecoder, type ValueDecoder } from "../serde/value-decoder.ts";

const NO_BYTES = new Uint8Array(0);

/** Makes an element of a record of another log; throws `DecodeFailure`. The counterpart for topics of the cluster reads record batches (`SourceReader`). */
export function logRecordReader({ value, key, elements }: RecordDecoding, formats: ValueFormats): (record: LogRecord) => unknown {
  const decodeValue = createValueDecoder(value, formats);
  const decodeKey = key === undefined ? undefined : createValueDecoder(key, formats);
  switch (elements) {
    case "value":
      return (record) => valueOf(decodeValue, record);
    case "pair":
      return (record) => {
        if (record.key === null) throw new DecodeFailure("it has no key, and the source yields [key, value] pairs");
        return [keyOf(decodeKey, record.key), valueOf(decodeValue, record)];
      };
    case "record":
      return (record) => ({
        key: record.key === null ? undefined : keyOf(decodeKey, record.key),
        value: valueOf(decodeValue, record),
        timestamp: record.timestampMs,
        topic: record.topic,
        partition: record.partition,
        offset: record.offset,
        headers: record.headers.map(([name, bytes]) => [name, bytes ?? NO_BYTES] as const),
      });
  }
}

function valueOf(decode: ValueDecoder, { value }: LogRecord): unknown {
  if (value === null) throw new DecodeFailure("it has no value (a tombstone)");
  return decode(value, 0, value.length);
}

function keyOf(decode: ValueDecoder | undefined, key: Uint8Array): unknown {
  return decode === undefined ? key : decode(key, 0, key.length);
}
