import type { SerdeDescriptor } from "@millrace/model";

/** A format in a few words. */
export function describeSerde(serde: SerdeDescriptor): string {
  if (serde.format === "protobuf") return `protobuf ${serde.message}`;
  if (serde.format !== "json") return serde.format;
  return serde.fields === undefined ? "json" : `json {${Object.keys(serde.fields).join(", ")}}`;
}
