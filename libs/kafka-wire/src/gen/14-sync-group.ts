// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a SyncGroupRequest. */
export interface SyncGroupRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  /** v3+ */
  readonly groupInstanceId: string | null;
  /** v5+ */
  readonly protocolType: string | null;
  /** v5+ */
  readonly protocolName: string | null;
  readonly assignments: readonly SyncGroupRequestAssignment[];
}

/** SyncGroupRequest to encode: what has a default may be missing. */
export interface SyncGroupRequestInit {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly protocolType?: string | null | undefined;
  readonly protocolName?: string | null | undefined;
  readonly assignments: readonly SyncGroupRequestAssignment[];
}

/** Part of SyncGroupRequest. */
export interface SyncGroupRequestAssignment {
  readonly memberId: string;
  readonly assignment: Uint8Array;
}

/** Reads the body of a SyncGroupRequest; the version must be one that the API has. */
export function decodeSyncGroupRequest(reader: WireReader, version: number): SyncGroupRequest {
  reader.what = `SyncGroupRequest v${version}`;
  const isFlexible = version >= 4;
  const groupId = reader.readString(isFlexible);
  const generationId = reader.readInt32();
  const memberId = reader.readString(isFlexible);
  const groupInstanceId = version >= 3 ? reader.readNullableString(isFlexible) : null;
  const protocolType = version >= 5 ? reader.readNullableString(true) : null;
  const protocolName = version >= 5 ? reader.readNullableString(true) : null;
  const assignments = decodeArray(reader, isFlexible, version, decodeSyncGroupRequestAssignment);
  if (isFlexible) reader.skipTags();
  return { groupId, generationId, memberId, groupInstanceId, protocolType, protocolName, assignments };
}

/** Writes the body of a SyncGroupRequest; the version must be one that the API has. */
export function encodeSyncGroupRequest(writer: WireWriter, value: SyncGroupRequestInit, version: number): void {
  const isFlexible = version >= 4;
  writer.writeString(value.groupId, isFlexible);
  writer.writeInt32(value.generationId);
  writer.writeString(value.memberId, isFlexible);
  if (version >= 3) writer.writeNullableString(value.groupInstanceId ?? null, isFlexible);
  if (version >= 5) writer.writeNullableString(value.protocolType ?? null, true);
  if (version >= 5) writer.writeNullableString(value.protocolName ?? null, true);
  encodeArray(writer, value.assignments, isFlexible, version, encodeSyncGroupRequestAssignment);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeSyncGroupRequestAssignment(reader: WireReader, version: number): SyncGroupRequestAssignment {
  const isFlexible = version >= 4;
  const memberId = reader.readString(isFlexible);
  const assignment = reader.readBytes(isFlexible);
  if (isFlexible) reader.skipTags();
  return { memberId, assignment };
}

function encodeSyncGroupRequestAssignment(writer: WireWriter, value: SyncGroupRequestAssignment, version: number): void {
  const isFlexible = version >= 4;
  writer.writeString(value.memberId, isFlexible);
  writer.writeBytes(value.assignment, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a SyncGroupResponse. */
export interface SyncGroupResponse {
  /** v1+ */
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  /** v5+ */
  readonly protocolType: string | null;
  /** v5+ */
  readonly protocolName: string | null;
  readonly assignment: Uint8Array;
}

/** SyncGroupResponse to encode: what has a default may be missing. */
export interface SyncGroupResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly protocolType?: string | null | undefined;
  readonly protocolName?: string | null | undefined;
  readonly assignment: Uint8Array;
}

/** Reads the body of a SyncGroupResponse; the version must be one that the API has. */
export function decodeSyncGroupResponse(reader: WireReader, version: number): SyncGroupResponse {
  reader.what = `SyncGroupResponse v${version}`;
  const isFlexible = version >= 4;
  const throttleTimeMs = version >= 1 ? reader.readInt32() : 0;
  const errorCode = reader.readInt16();
  const protocolType = version >= 5 ? reader.readNullableString(true) : null;
  const protocolName = version >= 5 ? reader.readNullableString(true) : null;
  const assignment = reader.readBytes(isFlexible);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, protocolType, protocolName, assignment };
}

/** Writes the body of a SyncGroupResponse; the version must be one that the API has. */
export function encodeSyncGroupResponse(writer: WireWriter, value: SyncGroupResponseInit, version: number): void {
  const isFlexible = version >= 4;
  if (version >= 1) writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  if (version >= 5) writer.writeNullableString(value.protocolType ?? null, true);
  if (version >= 5) writer.writeNullableString(value.protocolName ?? null, true);
  writer.writeBytes(value.assignment, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Gives each member of a classic group its part, which the leader sends. v1 thr; v3 group_instance_id; v5 protocol type and name both ways (mismatch 23). */
export const syncGroupApi: ApiCodec<SyncGroupRequest, SyncGroupRequestInit, SyncGroupResponse, SyncGroupResponseInit> = {
  key: 14,
  name: "SyncGroup",
  versionMin: 0,
  versionMax: 5,
  advertisedMin: 0,
  flexibleMin: 4,
  decodeRequest: decodeSyncGroupRequest,
  encodeRequest: encodeSyncGroupRequest,
  decodeResponse: decodeSyncGroupResponse,
  encodeResponse: encodeSyncGroupResponse,
};
