// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a CreatePartitionsRequest. */
export interface CreatePartitionsRequest {
  readonly topics: readonly CreatePartitionsRequestTopic[];
  readonly timeoutMs: number;
  readonly validateOnly: boolean;
}

/** Part of CreatePartitionsRequest. */
export interface CreatePartitionsRequestAssignment {
  readonly brokerIds: readonly number[];
}

/** Part of CreatePartitionsRequest. */
export interface CreatePartitionsRequestTopic {
  readonly name: string;
  readonly count: number;
  readonly assignments: readonly CreatePartitionsRequestAssignment[] | null;
}

/** Reads the body of a CreatePartitionsRequest; the version must be one that the API has. */
export function decodeCreatePartitionsRequest(reader: WireReader, version: number): CreatePartitionsRequest {
  reader.what = `CreatePartitionsRequest v${version}`;
  const isFlexible = version >= 2;
  const topics = decodeArray(reader, isFlexible, version, decodeCreatePartitionsRequestTopic);
  const timeoutMs = reader.readInt32();
  const validateOnly = reader.readBool();
  if (isFlexible) reader.skipTags();
  return { topics, timeoutMs, validateOnly };
}

/** Writes the body of a CreatePartitionsRequest; the version must be one that the API has. */
export function encodeCreatePartitionsRequest(writer: WireWriter, value: CreatePartitionsRequest, version: number): void {
  const isFlexible = version >= 2;
  encodeArray(writer, value.topics, isFlexible, version, encodeCreatePartitionsRequestTopic);
  writer.writeInt32(value.timeoutMs);
  writer.writeBool(value.validateOnly);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeCreatePartitionsRequestAssignment(reader: WireReader, version: number): CreatePartitionsRequestAssignment {
  const isFlexible = version >= 2;
  const brokerIds = decodeArray(reader, isFlexible, version, decodeInt32);
  if (isFlexible) reader.skipTags();
  return { brokerIds };
}

function encodeCreatePartitionsRequestAssignment(writer: WireWriter, value: CreatePartitionsRequestAssignment, version: number): void {
  const isFlexible = version >= 2;
  encodeArray(writer, value.brokerIds, isFlexible, version, encodeInt32);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeCreatePartitionsRequestTopic(reader: WireReader, version: number): CreatePartitionsRequestTopic {
  const isFlexible = version >= 2;
  const name = reader.readString(isFlexible);
  const count = reader.readInt32();
  const assignments = decodeNullableArray(reader, isFlexible, version, decodeCreatePartitionsRequestAssignment);
  if (isFlexible) reader.skipTags();
  return { name, count, assignments };
}

function encodeCreatePartitionsRequestTopic(writer: WireWriter, value: CreatePartitionsRequestTopic, version: number): void {
  const isFlexible = version >= 2;
  writer.writeString(value.name, isFlexible);
  writer.writeInt32(value.count);
  encodeNullableArray(writer, value.assignments, isFlexible, version, encodeCreatePartitionsRequestAssignment);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a CreatePartitionsResponse. */
export interface CreatePartitionsResponse {
  readonly throttleTimeMs: number;
  readonly results: readonly CreatePartitionsResponseTopicResult[];
}

/** CreatePartitionsResponse to encode: what has a default may be missing. */
export interface CreatePartitionsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly results: readonly CreatePartitionsResponseTopicResultInit[];
}

/** Part of CreatePartitionsResponse. */
export interface CreatePartitionsResponseTopicResult {
  readonly name: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** CreatePartitionsResponseTopicResult to encode: what has a default may be missing. */
export interface CreatePartitionsResponseTopicResultInit {
  readonly name: string;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

/** Reads the body of a CreatePartitionsResponse; the version must be one that the API has. */
export function decodeCreatePartitionsResponse(reader: WireReader, version: number): CreatePartitionsResponse {
  reader.what = `CreatePartitionsResponse v${version}`;
  const isFlexible = version >= 2;
  const throttleTimeMs = reader.readInt32();
  const results = decodeArray(reader, isFlexible, version, decodeCreatePartitionsResponseTopicResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, results };
}

/** Writes the body of a CreatePartitionsResponse; the version must be one that the API has. */
export function encodeCreatePartitionsResponse(writer: WireWriter, value: CreatePartitionsResponseInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.results, isFlexible, version, encodeCreatePartitionsResponseTopicResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeCreatePartitionsResponseTopicResult(reader: WireReader, version: number): CreatePartitionsResponseTopicResult {
  const isFlexible = version >= 2;
  const name = reader.readString(isFlexible);
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { name, errorCode, errorMessage };
}

function encodeCreatePartitionsResponseTopicResult(
  writer: WireWriter,
  value: CreatePartitionsResponseTopicResultInit,
  version: number,
): void {
  const isFlexible = version >= 2;
  writer.writeString(value.name, isFlexible);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Grows topics. v3 error 89. */
export const createPartitionsApi: ApiCodec<
  CreatePartitionsRequest,
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreatePartitionsResponseInit
> = {
  key: 37,
  name: "CreatePartitions",
  versionMin: 0,
  versionMax: 3,
  advertisedMin: 0,
  flexibleMin: 2,
  decodeRequest: decodeCreatePartitionsRequest,
  encodeRequest: encodeCreatePartitionsRequest,
  decodeResponse: decodeCreatePartitionsResponse,
  encodeResponse: encodeCreatePartitionsResponse,
};
