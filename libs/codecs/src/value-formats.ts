import type { ValueFormat, ValueFormats } from "@millrace/ports";
import { avroFormat } from "./avro-format.ts";
import { msgpackFormat } from "./msgpack-format.ts";
import { protobufFormat } from "./protobuf-format.ts";

/** MessagePack, Avro and Protocol Buffers for keys and values of records. */
export function createValueFormats(): ValueFormats {
  return {
    open(serde): ValueFormat | undefined {
      switch (serde.format) {
        case "msgpack":
          return msgpackFormat();
        case "avro":
          return avroFormat(textOf(serde, "schema"));
        case "protobuf":
          return protobufFormat({ descriptors: textOf(serde, "descriptors"), message: textOf(serde, "message") });
        default:
          return undefined;
      }
    },
  };
}

function textOf(serde: object, name: string): string {
  const value = (serde as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : "";
}
