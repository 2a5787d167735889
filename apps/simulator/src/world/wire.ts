import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BULK_CODECS, type BulkCodec } from "@millrace/contracts";

/** As in `libs/rpc`: messages of a stream that may be unread before its source waits. */
export const STREAM_MESSAGES_MAX = 16;
/** As there: the deadline of a unary call that names none. */
export const UNARY_TIMEOUT_MS = 30_000;

const codecs = new Map<string, BulkCodec>(BULK_CODECS);

/** The wire form of a message type, so that nothing is shared by accident and every codec is used. */
export function codecOf(schema: DescMessage): BulkCodec {
  const known = codecs.get(schema.typeName);
  if (known !== undefined) return known;
  const codec: BulkCodec = {
    encode: (message) => toBinary(schema, create(schema, message as MessageInitShape<DescMessage>)),
    decode: (bytes) => fromBinary(schema, bytes),
  };
  codecs.set(schema.typeName, codec);
  return codec;
}

/** Room is given back in groups, as HTTP/2 does: half of a window at a time. */
export function inGroups(give: (count: number) => void): () => void {
  let taken = 0;
  return () => {
    if (++taken < STREAM_MESSAGES_MAX / 2) return;
    give(taken);
    taken = 0;
  };
}
