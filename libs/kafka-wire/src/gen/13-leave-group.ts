// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a LeaveGroupRequest. */
export interface LeaveGroupRequest {
  readonly groupId: string;
  /** v0-2 */
  readonly memberId: string;
  /** v3+ */
  readonly members: readonly LeaveGroupRequestMember[];
}

/** LeaveGroupRequest to encode: what has a default may be missing. */
export interface LeaveGroupRequestInit {
  readonly groupId: string;
  readonly memberId: string;
  readonly members?: readonly LeaveGroupRequestMemberInit[] | undefined;
}

/** Part of LeaveGroupRequest. */
export interface LeaveGroupRequestMember {
  /** v3+ */
  readonly memberId: string;
  /** v3+ */
  readonly groupInstanceId: string | null;
  /** v5+ */
  readonly reason: string | null;
}

/** LeaveGroupRequestMember to encode: what has a default may be missing. */
export interface LeaveGroupRequestMemberInit {
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly reason?: string | null | undefined;
}

/** Reads the body of a LeaveGroupRequest; the version must be one that the API has. */
export function decodeLeaveGroupRequest(reader: WireReader, version: number): LeaveGroupRequest {
  reader.what = `LeaveGroupRequest v${version}`;
  const isFlexible = version >= 4;
  const groupId = reader.readString(isFlexible);
  const memberId = version <= 2 ? reader.readString(false) : "";
  const members = version >= 3 ? decodeArray(reader, isFlexible, version, decodeLeaveGroupRequestMember) : [];
  if (isFlexible) reader.skipTags();
  return { groupId, memberId, members };
}

/** Writes the body of a LeaveGroupRequest; the version must be one that the API has. */
export function encodeLeaveGroupRequest(writer: WireWriter, value: LeaveGroupRequestInit, version: number): void {
  const isFlexible = version >= 4;
  writer.writeString(value.groupId, isFlexible);
  if (version <= 2) writer.writeString(value.memberId, false);
  if (version >= 3) encodeArray(writer, value.members ?? [], isFlexible, version, encodeLeaveGroupRequestMember);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeLeaveGroupRequestMember(reader: WireReader, version: number): LeaveGroupRequestMember {
  const isFlexible = version >= 4;
  const memberId = reader.readString(isFlexible);
  const groupInstanceId = reader.readNullableString(isFlexible);
  const reason = version >= 5 ? reader.readNullableString(true) : null;
  if (isFlexible) reader.skipTags();
  return { memberId, groupInstanceId, reason };
}

function encodeLeaveGroupRequestMember(writer: WireWriter, value: LeaveGroupRequestMemberInit, version: number): void {
  const isFlexible = version >= 4;
  writer.writeString(value.memberId, isFlexible);
  writer.writeNullableString(value.groupInstanceId ?? null, isFlexible);
  if (version >= 5) writer.writeNullableString(value.reason ?? null, true);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a LeaveGroupResponse. */
export interface LeaveGroupResponse {
  /** v1+ */
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  /** v3+ */
  readonly members: readonly LeaveGroupResponseMember[];
}

/** LeaveGroupResponse to encode: what has a default may be missing. */
export interface LeaveGroupResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly members?: readonly LeaveGroupResponseMember[] | undefined;
}

/** Part of LeaveGroupResponse. */
export interface LeaveGroupResponseMember {
  /** v3+ */
  readonly memberId: string;
  /** v3+ */
  readonly groupInstanceId: string | null;
  /** v3+ */
  readonly errorCode: number;
}

/** Reads the body of a LeaveGroupResponse; the version must be one that the API has. */
export function decodeLeaveGroupResponse(reader: WireReader, version: number): LeaveGroupResponse {
  reader.what = `LeaveGroupResponse v${version}`;
  const isFlexible = version >= 4;
  const throttleTimeMs = version >= 1 ? reader.readInt32() : 0;
  const errorCode = reader.readInt16();
  const members = version >= 3 ? decodeArray(reader, isFlexible, version, decodeLeaveGroupResponseMember) : [];
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, members };
}

/** Writes the body of a LeaveGroupResponse; the version must be one that the API has. */
export function encodeLeaveGroupResponse(writer: WireWriter, value: LeaveGroupResponseInit, version: number): void {
  const isFlexible = version >= 4;
  if (version >= 1) writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  if (version >= 3) encodeArray(writer, value.members ?? [], isFlexible, version, encodeLeaveGroupResponseMember);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeLeaveGroupResponseMember(reader: WireReader, version: number): LeaveGroupResponseMember {
  const isFlexible = version >= 4;
  const memberId = reader.readString(isFlexible);
  const groupInstanceId = reader.readNullableString(isFlexible);
  const errorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { memberId, groupInstanceId, errorCode };
}

function encodeLeaveGroupResponseMember(writer: WireWriter, value: LeaveGroupResponseMember, version: number): void {
  const isFlexible = version >= 4;
  writer.writeString(value.memberId, isFlexible);
  writer.writeNullableString(value.groupInstanceId, isFlexible);
  writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Takes members out of a classic group. v1 thr; v3 members[] both ways; v5 reason. */
export const leaveGroupApi: ApiCodec<LeaveGroupRequest, LeaveGroupRequestInit, LeaveGroupResponse, LeaveGroupResponseInit> = {
  key: 13,
  name: "LeaveGroup",
  versionMin: 0,
  versionMax: 5,
  advertisedMin: 0,
  flexibleMin: 4,
  decodeRequest: decodeLeaveGroupRequest,
  encodeRequest: encodeLeaveGroupRequest,
  decodeResponse: decodeLeaveGroupResponse,
  encodeResponse: encodeLeaveGroupResponse,
};
