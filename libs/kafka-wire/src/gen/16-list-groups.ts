// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeCompactString, encodeArray, encodeCompactString } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ListGroupsRequest. */
export interface ListGroupsRequest {
  /** v4+ */
  readonly statesFilter: readonly string[];
  /** v5+ */
  readonly typesFilter: readonly string[];
}

/** ListGroupsRequest to encode: what has a default may be missing. */
export interface ListGroupsRequestInit {
  readonly statesFilter?: readonly string[] | undefined;
  readonly typesFilter?: readonly string[] | undefined;
}

/** Reads the body of a ListGroupsRequest; the version must be one that the API has. */
export function decodeListGroupsRequest(reader: WireReader, version: number): ListGroupsRequest {
  reader.what = `ListGroupsRequest v${version}`;
  const isFlexible = version >= 3;
  const statesFilter = version >= 4 ? decodeArray(reader, true, version, decodeCompactString) : [];
  const typesFilter = version >= 5 ? decodeArray(reader, true, version, decodeCompactString) : [];
  if (isFlexible) reader.skipTags();
  return { statesFilter, typesFilter };
}

/** Writes the body of a ListGroupsRequest; the version must be one that the API has. */
export function encodeListGroupsRequest(writer: WireWriter, value: ListGroupsRequestInit, version: number): void {
  const isFlexible = version >= 3;
  if (version >= 4) encodeArray(writer, value.statesFilter ?? [], true, version, encodeCompactString);
  if (version >= 5) encodeArray(writer, value.typesFilter ?? [], true, version, encodeCompactString);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a ListGroupsResponse. */
export interface ListGroupsResponse {
  /** v1+ */
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly groups: readonly ListGroupsResponseGroup[];
}

/** ListGroupsResponse to encode: what has a default may be missing. */
export interface ListGroupsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly groups: readonly ListGroupsResponseGroup[];
}

/** Part of ListGroupsResponse. */
export interface ListGroupsResponseGroup {
  readonly groupId: string;
  readonly protocolType: string;
  /** v4+ */
  readonly groupState: string;
  /** v5+ */
  readonly groupType: string;
}

/** Reads the body of a ListGroupsResponse; the version must be one that the API has. */
export function decodeListGroupsResponse(reader: WireReader, version: number): ListGroupsResponse {
  reader.what = `ListGroupsResponse v${version}`;
  const isFlexible = version >= 3;
  const throttleTimeMs = version >= 1 ? reader.readInt32() : 0;
  const errorCode = reader.readInt16();
  const groups = decodeArray(reader, isFlexible, version, decodeListGroupsResponseGroup);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, groups };
}

/** Writes the body of a ListGroupsResponse; the version must be one that the API has. */
export function encodeListGroupsResponse(writer: WireWriter, value: ListGroupsResponseInit, version: number): void {
  const isFlexible = version >= 3;
  if (version >= 1) writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  encodeArray(writer, value.groups, isFlexible, version, encodeListGroupsResponseGroup);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeListGroupsResponseGroup(reader: WireReader, version: number): ListGroupsResponseGroup {
  const isFlexible = version >= 3;
  const groupId = reader.readString(isFlexible);
  const protocolType = reader.readString(isFlexible);
  const groupState = version >= 4 ? reader.readString(true) : "";
  const groupType = version >= 5 ? reader.readString(true) : "";
  if (isFlexible) reader.skipTags();
  return { groupId, protocolType, groupState, groupType };
}

function encodeListGroupsResponseGroup(writer: WireWriter, value: ListGroupsResponseGroup, version: number): void {
  const isFlexible = version >= 3;
  writer.writeString(value.groupId, isFlexible);
  writer.writeString(value.protocolType, isFlexible);
  if (version >= 4) writer.writeString(value.groupState, true);
  if (version >= 5) writer.writeString(value.groupType, true);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Groups of one broker. v1 thr; v4 states filter and state; v5 types filter and type. */
export const listGroupsApi: ApiCodec<ListGroupsRequest, ListGroupsRequestInit, ListGroupsResponse, ListGroupsResponseInit> = {
  key: 16,
  name: "ListGroups",
  versionMin: 0,
  versionMax: 5,
  advertisedMin: 0,
  flexibleMin: 3,
  decodeRequest: decodeListGroupsRequest,
  encodeRequest: encodeListGroupsRequest,
  decodeResponse: decodeListGroupsResponse,
  encodeResponse: encodeListGroupsResponse,
};
