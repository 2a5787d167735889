import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { AppError } from "@millrace/model";

/** Wire form of one message type. `decode` may return views into `bytes`. */
export interface MessageCodec {
  encode(message: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/** Codecs for message types (by full type name) that deserve better than the general one; others take protobuf-es. */
export type MessageCodecs = ReadonlyMap<string, MessageCodec>;

/** The codec of a message type: the special one if there is, else protobuf-es. Bytes that do not parse are `malformed-message`. */
export function codecOf(schema: DescMessage, codecs: MessageCodecs): MessageCodec {
  const codec = codecs.get(schema.typeName) ?? protobufCodec(schema);
  return {
    encode: (message) => codec.encode(message),
    decode: (bytes) => {
      try {
        return codec.decode(bytes);
      } catch (error) {
        throw new AppError({
          kind: "invalid",
          code: "malformed-message",
          message: "bytes are not a message of this type: both sides need the same protocol version",
          context: { type: schema.typeName, bytes: bytes.byteLength },
          cause: error,
        });
      }
    },
  };
}

function protobufCodec(schema: DescMessage): MessageCodec {
  return {
    encode: (message) => toBinary(schema, create(schema, message as MessageInitShape<DescMessage>)),
    decode: (bytes) => fromBinary(schema, bytes),
  };
}

/** The same memory as a Buffer, which grpc-js wants. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
