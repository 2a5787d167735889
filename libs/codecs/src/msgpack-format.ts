import { Packr } from "msgpackr";
import type { ValueFormat } from "@millrace/ports";

/**
 * MessagePack as other languages write it: maps are objects, integers beyond 2^53 are bigints, no extensions of ours. Bytes after the first value are refused:
 * they are no record of this format.
 */
export function msgpackFormat(): ValueFormat {
  const packr = new Packr({
    useRecords: false,
    mapsAsObjects: true,
    variableMapSize: true,
    int64AsType: "auto" as "number",
    copyBuffers: true,
  });
  return {
    decode: (bytes) => packr.unpack(bytes) as unknown,
    encode: (value) => new Uint8Array(packr.pack(value)),
  };
}
