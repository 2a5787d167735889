// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a EndTxnRequest. */
export interface EndTxnRequest {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly committed: boolean;
}

/** Reads the body of a EndTxnRequest; the version must be one that the API has. */
export function decodeEndTxnRequest(reader: WireReader, version: number): EndTxnRequest {
  reader.what = `EndTxnRequest v${version}`;
  const isFlexible = version >= 3;
  const transactionalId = reader.readString(isFlexible);
  const producerId = reader.readInt64();
  const producerEpoch = reader.readInt16();
  const committed = reader.readBool();
  if (isFlexible) reader.skipTags();
  return { transactionalId, producerId, producerEpoch, committed };
}

/** Writes the body of a EndTxnRequest; the version must be one that the API has. */
export function encodeEndTxnRequest(writer: WireWriter, value: EndTxnRequest, version: number): void {
  const isFlexible = version >= 3;
  writer.writeString(value.transactionalId, isFlexible);
  writer.writeInt64(value.producerId);
  writer.writeInt16(value.producerEpoch);
  writer.writeBool(value.committed);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a EndTxnResponse. */
export interface EndTxnResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  /** v5+ */
  readonly producerId: number;
  /** v5+ */
  readonly producerEpoch: number;
}

/** EndTxnResponse to encode: what has a default may be missing. */
export interface EndTxnResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly producerId?: number | undefined;
  readonly producerEpoch?: number | undefined;
}

/** Reads the body of a EndTxnResponse; the version must be one that the API has. */
export function decodeEndTxnResponse(reader: WireReader, version: number): EndTxnResponse {
  reader.what = `EndTxnResponse v${version}`;
  const isFlexible = version >= 3;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  const producerId = version >= 5 ? reader.readInt64() : -1;
  const producerEpoch = version >= 5 ? reader.readInt16() : -1;
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, producerId, producerEpoch };
}

/** Writes the body of a EndTxnResponse; the version must be one that the API has. */
export function encodeEndTxnResponse(writer: WireWriter, value: EndTxnResponseInit, version: number): void {
  const isFlexible = version >= 3;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  if (version >= 5) writer.writeInt64(value.producerId ?? -1);
  if (version >= 5) writer.writeInt16(value.producerEpoch ?? -1);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Commits or aborts a transaction. v2 error 90; v4 error 120; v5 returns id and epoch. */
export const endTxnApi: ApiCodec<EndTxnRequest, EndTxnRequest, EndTxnResponse, EndTxnResponseInit> = {
  key: 26,
  name: "EndTxn",
  versionMin: 0,
  versionMax: 5,
  advertisedMin: 0,
  flexibleMin: 3,
  decodeRequest: decodeEndTxnRequest,
  encodeRequest: encodeEndTxnRequest,
  decodeResponse: decodeEndTxnResponse,
  encodeResponse: encodeEndTxnResponse,
};
