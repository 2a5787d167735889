import { createFileRegistry, type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { ValueFormat } from "@millrace/ports";
import { invalidSchema } from "./errors.ts";

/**
 * One message type of Protocol Buffers. `descriptors` is a FileDescriptorSet as base64, what `protoc --include_imports --descriptor_set_out` and `buf build` write.
 * Elements are the message's JSON mapping: names in lowerCamelCase, 64-bit integers as strings, enums by name.
 */
export function protobufFormat(options: { readonly descriptors: string; readonly message: string }): ValueFormat {
  const { registry, message } = open(options);
  return {
    decode: (bytes) => toJson(message, fromBinary(message, bytes), { registry, alwaysEmitImplicit: true }),
    encode: (value) => toBinary(message, fromJson(message, value as JsonValue, { registry })),
  };
}

function open({ descriptors, message }: { readonly descriptors: string; readonly message: string }) {
  let registry: ReturnType<typeof createFileRegistry>;
  let found: DescMessage | undefined;
  try {
    registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, Buffer.from(descriptors, "base64")));
    found = registry.getMessage(message);
  } catch (cause) {
    throw invalidSchema("protobuf", cause);
  }
  if (found === undefined) throw invalidSchema("protobuf", new Error(`the descriptors have no message ${JSON.stringify(message)}`));
  return { registry, message: found };
}
