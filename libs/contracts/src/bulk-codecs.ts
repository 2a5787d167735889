import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  FetchResponseSchema,
  FetchResultSchema,
  FetchStreamResponseSchema,
  ProducePartitionSchema,
  ProduceRequestSchema,
  ProduceStreamRequestSchema,
} from "./gen/millrace/broker/v1/broker_pb.ts";
import { joined, nested, type Parts } from "./message-parts.ts";
import { METADATA_CODECS } from "./metadata-codecs.ts";

/** Wire form of one message type; `decode` may return views into the bytes. */
export interface BulkCodec {
  encode(message: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/**
 * Codecs, by full type name, for the messages that carry batches, and for metadata. They encode into memory of exactly the right size, so that a batch is copied once; the
 * general encoder copies it each time its buffer grows. The bytes are the same protobuf.
 */
export const BULK_CODECS: ReadonlyMap<string, BulkCodec> = new Map<string, BulkCodec>([
  codec(ProduceRequestSchema, produceRequestParts),
  codec(ProduceStreamRequestSchema, ({ produce, ...message }) => [
    toBinary(ProduceStreamRequestSchema, create(ProduceStreamRequestSchema, message)),
    ...(produce === undefined ? [] : nested(2, produceRequestParts(produce))),
  ]),
  codec(FetchResponseSchema, fetchResponseParts),
  codec(FetchStreamResponseSchema, ({ fetch }) => (fetch === undefined ? [] : nested(1, fetchResponseParts(fetch)))),
  ...METADATA_CODECS,
]);

const NO_BYTES = new Uint8Array(0);

function produceRequestParts(message: MessageInitShape<typeof ProduceRequestSchema>): Parts {
  return [
    toBinary(ProduceRequestSchema, create(ProduceRequestSchema, { ...message, partitions: [] })),
    ...(message.partitions ?? []).flatMap((part) => nested(1, producePartitionParts(part))),
  ];
}

function producePartitionParts(part: MessageInitShape<typeof ProducePartitionSchema>): Parts {
  if (part.data?.case !== "batch") return [toBinary(ProducePartitionSchema, create(ProducePartitionSchema, part))];
  const small = toBinary(ProducePartitionSchema, create(ProducePartitionSchema, { ...part, data: { case: undefined } }));
  return [small, ...nested(3, [part.data.value])];
}

function fetchResponseParts({ results }: MessageInitShape<typeof FetchResponseSchema>): Parts {
  return (results ?? []).flatMap((result) => nested(1, fetchResultParts(result)));
}

function fetchResultParts(result: MessageInitShape<typeof FetchResultSchema>): Parts {
  const { batches } = result;
  const small = toBinary(FetchResultSchema, create(FetchResultSchema, { ...result, batches: NO_BYTES }));
  return batches === undefined || batches.length === 0 ? [small] : [small, ...nested(6, [batches])];
}

function codec<D extends DescMessage>(schema: D, partsOf: (message: MessageInitShape<D>) => Parts): [string, BulkCodec] {
  return [
    schema.typeName,
    { encode: (message) => joined(partsOf(message as MessageInitShape<D>)), decode: (bytes) => fromBinary(schema, bytes) },
  ];
}
