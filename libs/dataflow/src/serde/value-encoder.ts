import type { SerdeDescriptor } from "@millrace/model";
import { NO_VALUE_FORMATS, type ValueFormats } from "@millrace/ports";
import { openFormat } from "./open-format.ts";
import { TextBytes } from "./text-bytes.ts";

/** Bytes of a value for a sink; null for `undefined` (no key; a tombstone). Throws TypeError for what the format cannot hold. */
export type ValueEncoder = (value: unknown) => Uint8Array | null;

const texts = new TextBytes();

/** Encoder of a sink's keys or values. */
export function createValueEncoder(serde: SerdeDescriptor, formats: ValueFormats = NO_VALUE_FORMATS): ValueEncoder {
  switch (serde.format) {
    case "json":
      return (value) => {
        const text = value === undefined ? undefined : (JSON.stringify(value) as string | undefined);
        return text === undefined ? null : texts.encode(text);
      };
    case "string":
      return (value) => {
        if (value === undefined || value === null) return null;
        if (typeof value !== "string") throw new TypeError(`a string sink takes strings, got ${typeof value}`);
        return texts.encode(value);
      };
    case "bytes":
      return (value) => {
        if (value === undefined || value === null) return null;
        if (!(value instanceof Uint8Array)) throw new TypeError(`a bytes sink takes Uint8Array, got ${typeof value}`);
        return value;
      };
    default: {
      const format = openFormat(serde, formats);
      return (value) => (value === undefined || value === null ? null : format.encode(value));
    }
  }
}
