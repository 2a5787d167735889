// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeClassicString, decodeCompactString, encodeArray, encodeClassicString, encodeCompactString } from "../arrays.ts";
import { ZERO_UUID } from "../uuid.ts";
import { required } from "../required.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DeleteTopicsRequest. */
export interface DeleteTopicsRequest {
  /** v6+ */
  readonly topics: readonly DeleteTopicsRequestState[];
  /** v1-5 */
  readonly topicNames: readonly string[];
  readonly timeoutMs: number;
}

/** DeleteTopicsRequest to encode: what has a default may be missing. */
export interface DeleteTopicsRequestInit {
  readonly topics?: readonly DeleteTopicsRequestStateInit[] | undefined;
  readonly topicNames?: readonly string[] | undefined;
  readonly timeoutMs: number;
}

/** Part of DeleteTopicsRequest. */
export interface DeleteTopicsRequestState {
  /** v6+ */
  readonly name: string | null;
  /** v6+ */
  readonly topicId: string;
}

/** DeleteTopicsRequestState to encode: what has a default may be missing. */
export interface DeleteTopicsRequestStateInit {
  readonly name?: string | null | undefined;
  readonly topicId: string;
}

/** Reads the body of a DeleteTopicsRequest; the version must be one that the API has. */
export function decodeDeleteTopicsRequest(reader: WireReader, version: number): DeleteTopicsRequest {
  reader.what = `DeleteTopicsRequest v${version}`;
  const isFlexible = version >= 4;
  const topics = version >= 6 ? decodeArray(reader, true, version, decodeDeleteTopicsRequestState) : [];
  const topicNames = version <= 5 ? decodeArray(reader, isFlexible, version, isFlexible ? decodeCompactString : decodeClassicString) : [];
  const timeoutMs = reader.readInt32();
  if (isFlexible) reader.skipTags();
  return { topics, topicNames, timeoutMs };
}

/** Writes the body of a DeleteTopicsRequest; the version must be one that the API has. */
export function encodeDeleteTopicsRequest(writer: WireWriter, value: DeleteTopicsRequestInit, version: number): void {
  const isFlexible = version >= 4;
  if (version >= 6) encodeArray(writer, value.topics ?? [], true, version, encodeDeleteTopicsRequestState);
  if (version <= 5)
    encodeArray(writer, value.topicNames ?? [], isFlexible, version, isFlexible ? encodeCompactString : encodeClassicString);
  writer.writeInt32(value.timeoutMs);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDeleteTopicsRequestState(reader: WireReader, _version: number): DeleteTopicsRequestState {
  const name = reader.readNullableString(true);
  const topicId = reader.readUuid();
  reader.skipTags();
  return { name, topicId };
}

function encodeDeleteTopicsRequestState(writer: WireWriter, value: DeleteTopicsRequestStateInit, _version: number): void {
  writer.writeNullableString(value.name ?? null, true);
  writer.writeUuid(value.topicId);
  writer.writeUvarint(0);
}

/** Body of a DeleteTopicsResponse. */
export interface DeleteTopicsResponse {
  readonly throttleTimeMs: number;
  readonly responses: readonly DeleteTopicsResponseDeletableTopicResult[];
}

/** DeleteTopicsResponse to encode: what has a default may be missing. */
export interface DeleteTopicsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly responses: readonly DeleteTopicsResponseDeletableTopicResultInit[];
}

/** Part of DeleteTopicsResponse. */
export interface DeleteTopicsResponseDeletableTopicResult {
  readonly name: string | null;
  /** v6+ */
  readonly topicId: string;
  readonly errorCode: number;
  /** v5+ */
  readonly errorMessage: string | null;
}

/** DeleteTopicsResponseDeletableTopicResult to encode: what has a default may be missing. */
export interface DeleteTopicsResponseDeletableTopicResultInit {
  readonly name: string | null;
  readonly topicId: string;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

/** Reads the body of a DeleteTopicsResponse; the version must be one that the API has. */
export function decodeDeleteTopicsResponse(reader: WireReader, version: number): DeleteTopicsResponse {
  reader.what = `DeleteTopicsResponse v${version}`;
  const isFlexible = version >= 4;
  const throttleTimeMs = reader.readInt32();
  const responses = decodeArray(reader, isFlexible, version, decodeDeleteTopicsResponseDeletableTopicResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, responses };
}

/** Writes the body of a DeleteTopicsResponse; the version must be one that the API has. */
export function encodeDeleteTopicsResponse(writer: WireWriter, value: DeleteTopicsResponseInit, version: number): void {
  const isFlexible = version >= 4;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.responses, isFlexible, version, encodeDeleteTopicsResponseDeletableTopicResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDeleteTopicsResponseDeletableTopicResult(reader: WireReader, version: number): DeleteTopicsResponseDeletableTopicResult {
  const isFlexible = version >= 4;
  const name = version >= 6 ? reader.readNullableString(isFlexible) : reader.readString(isFlexible);
  const topicId = version >= 6 ? reader.readUuid() : ZERO_UUID;
  const errorCode = reader.readInt16();
  const errorMessage = version >= 5 ? reader.readNullableString(true) : null;
  if (isFlexible) reader.skipTags();
  return { name, topicId, errorCode, errorMessage };
}

function encodeDeleteTopicsResponseDeletableTopicResult(
  writer: WireWriter,
  value: DeleteTopicsResponseDeletableTopicResultInit,
  version: number,
): void {
  const isFlexible = version >= 4;
  if (version >= 6) writer.writeNullableString(value.name, isFlexible);
  else writer.writeString(required(value.name, "name"), isFlexible);
  if (version >= 6) writer.writeUuid(value.topicId);
  writer.writeInt16(value.errorCode);
  if (version >= 5) writer.writeNullableString(value.errorMessage ?? null, true);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Removes topics. v3 error 73; v5 message; v6 name or id. */
export const deleteTopicsApi: ApiCodec<DeleteTopicsRequest, DeleteTopicsRequestInit, DeleteTopicsResponse, DeleteTopicsResponseInit> = {
  key: 20,
  name: "DeleteTopics",
  versionMin: 1,
  versionMax: 6,
  advertisedMin: 1,
  flexibleMin: 4,
  decodeRequest: decodeDeleteTopicsRequest,
  encodeRequest: encodeDeleteTopicsRequest,
  decodeResponse: decodeDeleteTopicsResponse,
  encodeResponse: encodeDeleteTopicsResponse,
};
