// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a HeartbeatRequest. */
export interface HeartbeatRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  /** v3+ */
  readonly groupInstanceId: string | null;
}

/** HeartbeatRequest to encode: what has a default may be missing. */
export interface HeartbeatRequestInit {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
}

/** Reads the body of a HeartbeatRequest; the version must be one that the API has. */
export function decodeHeartbeatRequest(reader: WireReader, version: number): HeartbeatRequest {
  reader.what = `HeartbeatRequest v${version}`;
  const isFlexible = version >= 4;
  const groupId = reader.readString(isFlexible);
  const generationId = reader.readInt32();
  const memberId = reader.readString(isFlexible);
  const groupInstanceId = version >= 3 ? reader.readNullableString(isFlexible) : null;
  if (isFlexible) reader.skipTags();
  return { groupId, generationId, memberId, groupInstanceId };
}

/** Writes the body of a HeartbeatRequest; the version must be one that the API has. */
export function encodeHeartbeatRequest(writer: WireWriter, value: HeartbeatRequestInit, version: number): void {
  const isFlexible = version >= 4;
  writer.writeString(value.groupId, isFlexible);
  writer.writeInt32(value.generationId);
  writer.writeString(value.memberId, isFlexible);
  if (version >= 3) writer.writeNullableString(value.groupInstanceId ?? null, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a HeartbeatResponse. */
export interface HeartbeatResponse {
  /** v1+ */
  readonly throttleTimeMs: number;
  readonly errorCode: number;
}

/** HeartbeatResponse to encode: what has a default may be missing. */
export interface HeartbeatResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
}

/** Reads the body of a HeartbeatResponse; the version must be one that the API has. */
export function decodeHeartbeatResponse(reader: WireReader, version: number): HeartbeatResponse {
  reader.what = `HeartbeatResponse v${version}`;
  const isFlexible = version >= 4;
  const throttleTimeMs = version >= 1 ? reader.readInt32() : 0;
  const errorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode };
}

/** Writes the body of a HeartbeatResponse; the version must be one that the API has. */
export function encodeHeartbeatResponse(writer: WireWriter, value: HeartbeatResponseInit, version: number): void {
  const isFlexible = version >= 4;
  if (version >= 1) writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Tells a classic group that a member lives. v1 thr; v3 group_instance_id. */
export const heartbeatApi: ApiCodec<HeartbeatRequest, HeartbeatRequestInit, HeartbeatResponse, HeartbeatResponseInit> = {
  key: 12,
  name: "Heartbeat",
  versionMin: 0,
  versionMax: 4,
  advertisedMin: 0,
  flexibleMin: 4,
  decodeRequest: decodeHeartbeatRequest,
  encodeRequest: encodeHeartbeatRequest,
  decodeResponse: decodeHeartbeatResponse,
  encodeResponse: encodeHeartbeatResponse,
};
