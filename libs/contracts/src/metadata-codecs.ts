import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { BulkCodec } from "./bulk-codecs.ts";
import { TopicSchema } from "./gen/millrace/common/v1/common_pb.ts";
import { BrokerSessionResponseSchema, MetadataUpdateSchema } from "./gen/millrace/coordinator/v1/coordinator_pb.ts";
import { joined, nested, type Parts } from "./message-parts.ts";

type Update = MessageInitShape<typeof MetadataUpdateSchema>;
type Topic = NonNullable<Update["topics"]>[number];

/** Bytes of messages that will not change any more; undefined until they are asked for. */
const encodedOnce = new WeakMap<object, Uint8Array | undefined>();

/**
 * Says that a metadata update, or a topic in one, will not be changed any more: it is encoded once, however many brokers it is sent to and updates it is part of. A snapshot
 * of 100,000 partitions for each of 100 brokers would otherwise keep a coordinator busy for longer than its brokers wait.
 */
export function encodeOnce<T extends Update | Topic>(message: T): T {
  if (!encodedOnce.has(message)) encodedOnce.set(message, undefined);
  return message;
}

/** Codecs, by full type name, that know of `encodeOnce`. The bytes are the same protobuf, with topics last. */
export const METADATA_CODECS: readonly (readonly [string, BulkCodec])[] = [
  [
    BrokerSessionResponseSchema.typeName,
    codec(BrokerSessionResponseSchema, (message) => {
      const { command } = message;
      if (command?.case !== "metadata") return [toBinary(BrokerSessionResponseSchema, create(BrokerSessionResponseSchema, message))];
      return nested(BrokerSessionResponseSchema.field.metadata.number, [bytesOf(command.value, updateParts)]);
    }),
  ],
  [MetadataUpdateSchema.typeName, codec(MetadataUpdateSchema, updateParts)],
];

/** The wire form of an update, for a file. */
export function encodeMetadata(update: Update): Uint8Array {
  return bytesOf(update, updateParts);
}

function updateParts(update: Update): Parts {
  return [
    toBinary(MetadataUpdateSchema, create(MetadataUpdateSchema, { ...update, topics: [] })),
    ...(update.topics ?? []).flatMap((topic) => nested(MetadataUpdateSchema.field.topics.number, [bytesOf(topic, topicParts)])),
  ];
}

function topicParts(topic: Topic): Parts {
  return [toBinary(TopicSchema, create(TopicSchema, topic))];
}

function bytesOf<T extends object>(message: T, partsOf: (message: T) => Parts): Uint8Array {
  const known = encodedOnce.get(message);
  if (known !== undefined) return known;
  const bytes = joined(partsOf(message));
  if (encodedOnce.has(message)) encodedOnce.set(message, bytes);
  return bytes;
}

function codec<D extends DescMessage>(schema: D, partsOf: (message: MessageInitShape<D>) => Parts): BulkCodec {
  return {
    encode: (message) => joined(partsOf(message as MessageInitShape<D>)),
    decode: (bytes) => fromBinary(schema, bytes),
  };
}
