// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a AddOffsetsToTxnRequest. */
export interface AddOffsetsToTxnRequest {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly groupId: string;
}

/** Reads the body of a AddOffsetsToTxnRequest; the version must be one that the API has. */
export function decodeAddOffsetsToTxnRequest(reader: WireReader, version: number): AddOffsetsToTxnRequest {
  reader.what = `AddOffsetsToTxnRequest v${version}`;
  const isFlexible = version >= 3;
  const transactionalId = reader.readString(isFlexible);
  const producerId = reader.readInt64();
  const producerEpoch = reader.readInt16();
  const groupId = reader.readString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { transactionalId, producerId, producerEpoch, groupId };
}

/** Writes the body of a AddOffsetsToTxnRequest; the version must be one that the API has. */
export function encodeAddOffsetsToTxnRequest(writer: WireWriter, value: AddOffsetsToTxnRequest, version: number): void {
  const isFlexible = version >= 3;
  writer.writeString(value.transactionalId, isFlexible);
  writer.writeInt64(value.producerId);
  writer.writeInt16(value.producerEpoch);
  writer.writeString(value.groupId, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a AddOffsetsToTxnResponse. */
export interface AddOffsetsToTxnResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
}

/** AddOffsetsToTxnResponse to encode: what has a default may be missing. */
export interface AddOffsetsToTxnResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
}

/** Reads the body of a AddOffsetsToTxnResponse; the version must be one that the API has. */
export function decodeAddOffsetsToTxnResponse(reader: WireReader, version: number): AddOffsetsToTxnResponse {
  reader.what = `AddOffsetsToTxnResponse v${version}`;
  const isFlexible = version >= 3;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode };
}

/** Writes the body of a AddOffsetsToTxnResponse; the version must be one that the API has. */
export function encodeAddOffsetsToTxnResponse(writer: WireWriter, value: AddOffsetsToTxnResponseInit, version: number): void {
  const isFlexible = version >= 3;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Adds a group's offsets to a transaction. v2 error 90; v4 error 120. */
export const addOffsetsToTxnApi: ApiCodec<
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
  AddOffsetsToTxnResponseInit
> = {
  key: 25,
  name: "AddOffsetsToTxn",
  versionMin: 0,
  versionMax: 4,
  advertisedMin: 0,
  flexibleMin: 3,
  decodeRequest: decodeAddOffsetsToTxnRequest,
  encodeRequest: encodeAddOffsetsToTxnRequest,
  decodeResponse: decodeAddOffsetsToTxnResponse,
  encodeResponse: encodeAddOffsetsToTxnResponse,
};
