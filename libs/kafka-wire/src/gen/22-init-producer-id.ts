// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a InitProducerIdRequest. */
export interface InitProducerIdRequest {
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  /** v3+ */
  readonly producerId: number;
  /** v3+ */
  readonly producerEpoch: number;
}

/** InitProducerIdRequest to encode: what has a default may be missing. */
export interface InitProducerIdRequestInit {
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  readonly producerId?: number | undefined;
  readonly producerEpoch?: number | undefined;
}

/** Reads the body of a InitProducerIdRequest; the version must be one that the API has. */
export function decodeInitProducerIdRequest(reader: WireReader, version: number): InitProducerIdRequest {
  reader.what = `InitProducerIdRequest v${version}`;
  const isFlexible = version >= 2;
  const transactionalId = reader.readNullableString(isFlexible);
  const transactionTimeoutMs = reader.readInt32();
  const producerId = version >= 3 ? reader.readInt64() : -1;
  const producerEpoch = version >= 3 ? reader.readInt16() : -1;
  if (isFlexible) reader.skipTags();
  return { transactionalId, transactionTimeoutMs, producerId, producerEpoch };
}

/** Writes the body of a InitProducerIdRequest; the version must be one that the API has. */
export function encodeInitProducerIdRequest(writer: WireWriter, value: InitProducerIdRequestInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeNullableString(value.transactionalId, isFlexible);
  writer.writeInt32(value.transactionTimeoutMs);
  if (version >= 3) writer.writeInt64(value.producerId ?? -1);
  if (version >= 3) writer.writeInt16(value.producerEpoch ?? -1);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a InitProducerIdResponse. */
export interface InitProducerIdResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** InitProducerIdResponse to encode: what has a default may be missing. */
export interface InitProducerIdResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly producerId?: number | undefined;
  readonly producerEpoch: number;
}

/** Reads the body of a InitProducerIdResponse; the version must be one that the API has. */
export function decodeInitProducerIdResponse(reader: WireReader, version: number): InitProducerIdResponse {
  reader.what = `InitProducerIdResponse v${version}`;
  const isFlexible = version >= 2;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  const producerId = reader.readInt64();
  const producerEpoch = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, producerId, producerEpoch };
}

/** Writes the body of a InitProducerIdResponse; the version must be one that the API has. */
export function encodeInitProducerIdResponse(writer: WireWriter, value: InitProducerIdResponseInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  writer.writeInt64(value.producerId ?? -1);
  writer.writeInt16(value.producerEpoch);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Gives a producer its id and epoch. v3 current id and epoch in; v4 error 90; v5 error 120. */
export const initProducerIdApi: ApiCodec<
  InitProducerIdRequest,
  InitProducerIdRequestInit,
  InitProducerIdResponse,
  InitProducerIdResponseInit
> = {
  key: 22,
  name: "InitProducerId",
  versionMin: 0,
  versionMax: 5,
  advertisedMin: 0,
  flexibleMin: 2,
  decodeRequest: decodeInitProducerIdRequest,
  encodeRequest: encodeInitProducerIdRequest,
  decodeResponse: decodeInitProducerIdResponse,
  encodeResponse: encodeInitProducerIdResponse,
};
