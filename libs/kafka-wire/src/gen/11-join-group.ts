// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import { required } from "../required.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a JoinGroupRequest. */
export interface JoinGroupRequest {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  /** v1+ */
  readonly rebalanceTimeoutMs: number;
  readonly memberId: string;
  /** v5+ */
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  readonly protocols: readonly JoinGroupRequestProtocol[];
  /** v8+ */
  readonly reason: string | null;
}

/** JoinGroupRequest to encode: what has a default may be missing. */
export interface JoinGroupRequestInit {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs?: number | undefined;
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly protocolType: string;
  readonly protocols: readonly JoinGroupRequestProtocol[];
  readonly reason?: string | null | undefined;
}

/** Part of JoinGroupRequest. */
export interface JoinGroupRequestProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

/** Reads the body of a JoinGroupRequest; the version must be one that the API has. */
export function decodeJoinGroupRequest(reader: WireReader, version: number): JoinGroupRequest {
  reader.what = `JoinGroupRequest v${version}`;
  const isFlexible = version >= 6;
  const groupId = reader.readString(isFlexible);
  const sessionTimeoutMs = reader.readInt32();
  const rebalanceTimeoutMs = version >= 1 ? reader.readInt32() : -1;
  const memberId = reader.readString(isFlexible);
  const groupInstanceId = version >= 5 ? reader.readNullableString(isFlexible) : null;
  const protocolType = reader.readString(isFlexible);
  const protocols = decodeArray(reader, isFlexible, version, decodeJoinGroupRequestProtocol);
  const reason = version >= 8 ? reader.readNullableString(true) : null;
  if (isFlexible) reader.skipTags();
  return { groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId, groupInstanceId, protocolType, protocols, reason };
}

/** Writes the body of a JoinGroupRequest; the version must be one that the API has. */
export function encodeJoinGroupRequest(writer: WireWriter, value: JoinGroupRequestInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeString(value.groupId, isFlexible);
  writer.writeInt32(value.sessionTimeoutMs);
  if (version >= 1) writer.writeInt32(value.rebalanceTimeoutMs ?? -1);
  writer.writeString(value.memberId, isFlexible);
  if (version >= 5) writer.writeNullableString(value.groupInstanceId ?? null, isFlexible);
  writer.writeString(value.protocolType, isFlexible);
  encodeArray(writer, value.protocols, isFlexible, version, encodeJoinGroupRequestProtocol);
  if (version >= 8) writer.writeNullableString(value.reason ?? null, true);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeJoinGroupRequestProtocol(reader: WireReader, version: number): JoinGroupRequestProtocol {
  const isFlexible = version >= 6;
  const name = reader.readString(isFlexible);
  const metadata = reader.readBytes(isFlexible);
  if (isFlexible) reader.skipTags();
  return { name, metadata };
}

function encodeJoinGroupRequestProtocol(writer: WireWriter, value: JoinGroupRequestProtocol, version: number): void {
  const isFlexible = version >= 6;
  writer.writeString(value.name, isFlexible);
  writer.writeBytes(value.metadata, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a JoinGroupResponse. */
export interface JoinGroupResponse {
  /** v2+ */
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly generationId: number;
  /** v7+ */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  /** v9+ */
  readonly skipAssignment: boolean;
  readonly memberId: string;
  readonly members: readonly JoinGroupResponseMember[];
}

/** JoinGroupResponse to encode: what has a default may be missing. */
export interface JoinGroupResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly generationId?: number | undefined;
  readonly protocolType?: string | null | undefined;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment?: boolean | undefined;
  readonly memberId: string;
  readonly members: readonly JoinGroupResponseMemberInit[];
}

/** Part of JoinGroupResponse. */
export interface JoinGroupResponseMember {
  readonly memberId: string;
  /** v5+ */
  readonly groupInstanceId: string | null;
  readonly metadata: Uint8Array;
}

/** JoinGroupResponseMember to encode: what has a default may be missing. */
export interface JoinGroupResponseMemberInit {
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly metadata: Uint8Array;
}

/** Reads the body of a JoinGroupResponse; the version must be one that the API has. */
export function decodeJoinGroupResponse(reader: WireReader, version: number): JoinGroupResponse {
  reader.what = `JoinGroupResponse v${version}`;
  const isFlexible = version >= 6;
  const throttleTimeMs = version >= 2 ? reader.readInt32() : 0;
  const errorCode = reader.readInt16();
  const generationId = reader.readInt32();
  const protocolType = version >= 7 ? reader.readNullableString(true) : null;
  const protocolName = version >= 7 ? reader.readNullableString(isFlexible) : reader.readString(isFlexible);
  const leader = reader.readString(isFlexible);
  const skipAssignment = version >= 9 ? reader.readBool() : false;
  const memberId = reader.readString(isFlexible);
  const members = decodeArray(reader, isFlexible, version, decodeJoinGroupResponseMember);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, generationId, protocolType, protocolName, leader, skipAssignment, memberId, members };
}

/** Writes the body of a JoinGroupResponse; the version must be one that the API has. */
export function encodeJoinGroupResponse(writer: WireWriter, value: JoinGroupResponseInit, version: number): void {
  const isFlexible = version >= 6;
  if (version >= 2) writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  writer.writeInt32(value.generationId ?? -1);
  if (version >= 7) writer.writeNullableString(value.protocolType ?? null, true);
  if (version >= 7) writer.writeNullableString(value.protocolName, isFlexible);
  else writer.writeString(required(value.protocolName, "protocolName"), isFlexible);
  writer.writeString(value.leader, isFlexible);
  if (version >= 9) writer.writeBool(value.skipAssignment ?? false);
  writer.writeString(value.memberId, isFlexible);
  encodeArray(writer, value.members, isFlexible, version, encodeJoinGroupResponseMember);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeJoinGroupResponseMember(reader: WireReader, version: number): JoinGroupResponseMember {
  const isFlexible = version >= 6;
  const memberId = reader.readString(isFlexible);
  const groupInstanceId = version >= 5 ? reader.readNullableString(isFlexible) : null;
  const metadata = reader.readBytes(isFlexible);
  if (isFlexible) reader.skipTags();
  return { memberId, groupInstanceId, metadata };
}

function encodeJoinGroupResponseMember(writer: WireWriter, value: JoinGroupResponseMemberInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeString(value.memberId, isFlexible);
  if (version >= 5) writer.writeNullableString(value.groupInstanceId ?? null, isFlexible);
  writer.writeBytes(value.metadata, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Enters a classic group, or its next generation. v1 rebalance_timeout; v2 thr; v4 error 79; v5 group_instance_id; v7 protocol_type, protocol_name nullable; v8 reason; v9 skip_assignment. */
export const joinGroupApi: ApiCodec<JoinGroupRequest, JoinGroupRequestInit, JoinGroupResponse, JoinGroupResponseInit> = {
  key: 11,
  name: "JoinGroup",
  versionMin: 0,
  versionMax: 9,
  advertisedMin: 0,
  flexibleMin: 6,
  decodeRequest: decodeJoinGroupRequest,
  encodeRequest: encodeJoinGroupRequest,
  decodeResponse: decodeJoinGroupResponse,
  encodeResponse: encodeJoinGroupResponse,
};
