// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeClassicString, decodeCompactString, encodeArray, encodeClassicString, encodeCompactString } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DescribeGroupsRequest. */
export interface DescribeGroupsRequest {
  readonly groups: readonly string[];
  /** v3+ */
  readonly includeAuthorizedOperations: boolean;
}

/** Reads the body of a DescribeGroupsRequest; the version must be one that the API has. */
export function decodeDescribeGroupsRequest(reader: WireReader, version: number): DescribeGroupsRequest {
  reader.what = `DescribeGroupsRequest v${version}`;
  const isFlexible = version >= 5;
  const groups = decodeArray(reader, isFlexible, version, isFlexible ? decodeCompactString : decodeClassicString);
  const includeAuthorizedOperations = version >= 3 ? reader.readBool() : false;
  if (isFlexible) reader.skipTags();
  return { groups, includeAuthorizedOperations };
}

/** Writes the body of a DescribeGroupsRequest; the version must be one that the API has. */
export function encodeDescribeGroupsRequest(writer: WireWriter, value: DescribeGroupsRequest, version: number): void {
  const isFlexible = version >= 5;
  encodeArray(writer, value.groups, isFlexible, version, isFlexible ? encodeCompactString : encodeClassicString);
  if (version >= 3) writer.writeBool(value.includeAuthorizedOperations);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a DescribeGroupsResponse. */
export interface DescribeGroupsResponse {
  /** v1+ */
  readonly throttleTimeMs: number;
  readonly groups: readonly DescribeGroupsResponseGroup[];
}

/** DescribeGroupsResponse to encode: what has a default may be missing. */
export interface DescribeGroupsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly groups: readonly DescribeGroupsResponseGroupInit[];
}

/** Part of DescribeGroupsResponse. */
export interface DescribeGroupsResponseMember {
  readonly memberId: string;
  /** v4+ */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly memberMetadata: Uint8Array;
  readonly memberAssignment: Uint8Array;
}

/** DescribeGroupsResponseMember to encode: what has a default may be missing. */
export interface DescribeGroupsResponseMemberInit {
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly memberMetadata: Uint8Array;
  readonly memberAssignment: Uint8Array;
}

/** Part of DescribeGroupsResponse. */
export interface DescribeGroupsResponseGroup {
  readonly errorCode: number;
  /** v6+ */
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly groupState: string;
  readonly protocolType: string;
  readonly protocolData: string;
  readonly members: readonly DescribeGroupsResponseMember[];
  /** v3+ */
  readonly authorizedOperations: number;
}

/** DescribeGroupsResponseGroup to encode: what has a default may be missing. */
export interface DescribeGroupsResponseGroupInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly groupId: string;
  readonly groupState: string;
  readonly protocolType: string;
  readonly protocolData: string;
  readonly members: readonly DescribeGroupsResponseMemberInit[];
  readonly authorizedOperations?: number | undefined;
}

/** Reads the body of a DescribeGroupsResponse; the version must be one that the API has. */
export function decodeDescribeGroupsResponse(reader: WireReader, version: number): DescribeGroupsResponse {
  reader.what = `DescribeGroupsResponse v${version}`;
  const isFlexible = version >= 5;
  const throttleTimeMs = version >= 1 ? reader.readInt32() : 0;
  const groups = decodeArray(reader, isFlexible, version, decodeDescribeGroupsResponseGroup);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, groups };
}

/** Writes the body of a DescribeGroupsResponse; the version must be one that the API has. */
export function encodeDescribeGroupsResponse(writer: WireWriter, value: DescribeGroupsResponseInit, version: number): void {
  const isFlexible = version >= 5;
  if (version >= 1) writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.groups, isFlexible, version, encodeDescribeGroupsResponseGroup);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeGroupsResponseMember(reader: WireReader, version: number): DescribeGroupsResponseMember {
  const isFlexible = version >= 5;
  const memberId = reader.readString(isFlexible);
  const groupInstanceId = version >= 4 ? reader.readNullableString(isFlexible) : null;
  const clientId = reader.readString(isFlexible);
  const clientHost = reader.readString(isFlexible);
  const memberMetadata = reader.readBytes(isFlexible);
  const memberAssignment = reader.readBytes(isFlexible);
  if (isFlexible) reader.skipTags();
  return { memberId, groupInstanceId, clientId, clientHost, memberMetadata, memberAssignment };
}

function encodeDescribeGroupsResponseMember(writer: WireWriter, value: DescribeGroupsResponseMemberInit, version: number): void {
  const isFlexible = version >= 5;
  writer.writeString(value.memberId, isFlexible);
  if (version >= 4) writer.writeNullableString(value.groupInstanceId ?? null, isFlexible);
  writer.writeString(value.clientId, isFlexible);
  writer.writeString(value.clientHost, isFlexible);
  writer.writeBytes(value.memberMetadata, isFlexible);
  writer.writeBytes(value.memberAssignment, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeGroupsResponseGroup(reader: WireReader, version: number): DescribeGroupsResponseGroup {
  const isFlexible = version >= 5;
  const errorCode = reader.readInt16();
  const errorMessage = version >= 6 ? reader.readNullableString(true) : null;
  const groupId = reader.readString(isFlexible);
  const groupState = reader.readString(isFlexible);
  const protocolType = reader.readString(isFlexible);
  const protocolData = reader.readString(isFlexible);
  const members = decodeArray(reader, isFlexible, version, decodeDescribeGroupsResponseMember);
  const authorizedOperations = version >= 3 ? reader.readInt32() : -2147483648;
  if (isFlexible) reader.skipTags();
  return { errorCode, errorMessage, groupId, groupState, protocolType, protocolData, members, authorizedOperations };
}

function encodeDescribeGroupsResponseGroup(writer: WireWriter, value: DescribeGroupsResponseGroupInit, version: number): void {
  const isFlexible = version >= 5;
  writer.writeInt16(value.errorCode);
  if (version >= 6) writer.writeNullableString(value.errorMessage ?? null, true);
  writer.writeString(value.groupId, isFlexible);
  writer.writeString(value.groupState, isFlexible);
  writer.writeString(value.protocolType, isFlexible);
  writer.writeString(value.protocolData, isFlexible);
  encodeArray(writer, value.members, isFlexible, version, encodeDescribeGroupsResponseMember);
  if (version >= 3) writer.writeInt32(value.authorizedOperations ?? -2147483648);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** State and members of classic groups. v1 thr; v3 authorized ops; v4 instance ids; v6 message and 69 for unknown (before: state Dead, no error). */
export const describeGroupsApi: ApiCodec<DescribeGroupsRequest, DescribeGroupsRequest, DescribeGroupsResponse, DescribeGroupsResponseInit> =
  {
    key: 15,
    name: "DescribeGroups",
    versionMin: 0,
    versionMax: 6,
    advertisedMin: 0,
    flexibleMin: 5,
    decodeRequest: decodeDescribeGroupsRequest,
    encodeRequest: encodeDescribeGroupsRequest,
    decodeResponse: decodeDescribeGroupsResponse,
    encodeResponse: encodeDescribeGroupsResponse,
  };
