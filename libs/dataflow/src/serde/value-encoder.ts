import type { SerdeDescriptor } from "@millrace/model";
import { TextBytes } from "./text-bytes.ts";

/** Bytes of a value for a sink; null for `undefined` (no key; a tombstone). Throws TypeError for what the format cannot hold. */
export type ValueEncoder = (value: unknown) => Uint8Array | null;

const texts = new TextBytes();

/** Encoder of a sink's keys or values. */
export function createValueEncoder(serde: SerdeDescriptor): ValueEncoder {
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
  }
}
