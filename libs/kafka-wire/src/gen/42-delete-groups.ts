// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeClassicString, decodeCompactString, encodeArray, encodeClassicString, encodeCompactString } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DeleteGroupsRequest. */
export interface DeleteGroupsRequest {
  readonly groupsNames: readonly string[];
}

/** Reads the body of a DeleteGroupsRequest; the version must be one that the API has. */
export function decodeDeleteGroupsRequest(reader: WireReader, version: number): DeleteGroupsRequest {
  reader.what = `DeleteGroupsRequest v${version}`;
  const isFlexible = version >= 2;
  const groupsNames = decodeArray(reader, isFlexible, version, isFlexible ? decodeCompactString : decodeClassicString);
  if (isFlexible) reader.skipTags();
  return { groupsNames };
}

/** Writes the body of a DeleteGroupsRequest; the version must be one that the API has. */
export function encodeDeleteGroupsRequest(writer: WireWriter, value: DeleteGroupsRequest, version: number): void {
  const isFlexible = version >= 2;
  encodeArray(writer, value.groupsNames, isFlexible, version, isFlexible ? encodeCompactString : encodeClassicString);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a DeleteGroupsResponse. */
export interface DeleteGroupsResponse {
  readonly throttleTimeMs: number;
  readonly results: readonly DeleteGroupsResponseDeletableGroupResult[];
}

/** DeleteGroupsResponse to encode: what has a default may be missing. */
export interface DeleteGroupsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly results: readonly DeleteGroupsResponseDeletableGroupResult[];
}

/** Part of DeleteGroupsResponse. */
export interface DeleteGroupsResponseDeletableGroupResult {
  readonly groupId: string;
  readonly errorCode: number;
}

/** Reads the body of a DeleteGroupsResponse; the version must be one that the API has. */
export function decodeDeleteGroupsResponse(reader: WireReader, version: number): DeleteGroupsResponse {
  reader.what = `DeleteGroupsResponse v${version}`;
  const isFlexible = version >= 2;
  const throttleTimeMs = reader.readInt32();
  const results = decodeArray(reader, isFlexible, version, decodeDeleteGroupsResponseDeletableGroupResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, results };
}

/** Writes the body of a DeleteGroupsResponse; the version must be one that the API has. */
export function encodeDeleteGroupsResponse(writer: WireWriter, value: DeleteGroupsResponseInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.results, isFlexible, version, encodeDeleteGroupsResponseDeletableGroupResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDeleteGroupsResponseDeletableGroupResult(reader: WireReader, version: number): DeleteGroupsResponseDeletableGroupResult {
  const isFlexible = version >= 2;
  const groupId = reader.readString(isFlexible);
  const errorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { groupId, errorCode };
}

function encodeDeleteGroupsResponseDeletableGroupResult(
  writer: WireWriter,
  value: DeleteGroupsResponseDeletableGroupResult,
  version: number,
): void {
  const isFlexible = version >= 2;
  writer.writeString(value.groupId, isFlexible);
  writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Removes empty groups. 68 if not empty, 69 if unknown. */
export const deleteGroupsApi: ApiCodec<DeleteGroupsRequest, DeleteGroupsRequest, DeleteGroupsResponse, DeleteGroupsResponseInit> = {
  key: 42,
  name: "DeleteGroups",
  versionMin: 0,
  versionMax: 2,
  advertisedMin: 0,
  flexibleMin: 2,
  decodeRequest: decodeDeleteGroupsRequest,
  encodeRequest: encodeDeleteGroupsRequest,
  decodeResponse: decodeDeleteGroupsResponse,
  encodeResponse: encodeDeleteGroupsResponse,
};
