// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ListPartitionReassignmentsRequest. */
export interface ListPartitionReassignmentsRequest {
  readonly timeoutMs: number;
  readonly topics: readonly ListPartitionReassignmentsRequestTopic[] | null;
}

/** ListPartitionReassignmentsRequest to encode: what has a default may be missing. */
export interface ListPartitionReassignmentsRequestInit {
  readonly timeoutMs?: number | undefined;
  readonly topics?: readonly ListPartitionReassignmentsRequestTopic[] | null | undefined;
}

/** Part of ListPartitionReassignmentsRequest. */
export interface ListPartitionReassignmentsRequestTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

/** Reads the body of a ListPartitionReassignmentsRequest; the version must be one that the API has. */
export function decodeListPartitionReassignmentsRequest(reader: WireReader, version: number): ListPartitionReassignmentsRequest {
  reader.what = `ListPartitionReassignmentsRequest v${version}`;
  const timeoutMs = reader.readInt32();
  const topics = decodeNullableArray(reader, true, version, decodeListPartitionReassignmentsRequestTopic);
  reader.skipTags();
  return { timeoutMs, topics };
}

/** Writes the body of a ListPartitionReassignmentsRequest; the version must be one that the API has. */
export function encodeListPartitionReassignmentsRequest(
  writer: WireWriter,
  value: ListPartitionReassignmentsRequestInit,
  version: number,
): void {
  writer.writeInt32(value.timeoutMs ?? 60000);
  encodeNullableArray(writer, value.topics ?? null, true, version, encodeListPartitionReassignmentsRequestTopic);
  writer.writeUvarint(0);
}

function decodeListPartitionReassignmentsRequestTopic(reader: WireReader, version: number): ListPartitionReassignmentsRequestTopic {
  const name = reader.readString(true);
  const partitionIndexes = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { name, partitionIndexes };
}

function encodeListPartitionReassignmentsRequestTopic(
  writer: WireWriter,
  value: ListPartitionReassignmentsRequestTopic,
  version: number,
): void {
  writer.writeString(value.name, true);
  encodeArray(writer, value.partitionIndexes, true, version, encodeInt32);
  writer.writeUvarint(0);
}

/** Body of a ListPartitionReassignmentsResponse. */
export interface ListPartitionReassignmentsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly topics: readonly ListPartitionReassignmentsResponseOngoingTopicReassignment[];
}

/** ListPartitionReassignmentsResponse to encode: what has a default may be missing. */
export interface ListPartitionReassignmentsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly topics: readonly ListPartitionReassignmentsResponseOngoingTopicReassignment[];
}

/** Part of ListPartitionReassignmentsResponse. */
export interface ListPartitionReassignmentsResponseOngoingPartitionReassignment {
  readonly partitionIndex: number;
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

/** Part of ListPartitionReassignmentsResponse. */
export interface ListPartitionReassignmentsResponseOngoingTopicReassignment {
  readonly name: string;
  readonly partitions: readonly ListPartitionReassignmentsResponseOngoingPartitionReassignment[];
}

/** Reads the body of a ListPartitionReassignmentsResponse; the version must be one that the API has. */
export function decodeListPartitionReassignmentsResponse(reader: WireReader, version: number): ListPartitionReassignmentsResponse {
  reader.what = `ListPartitionReassignmentsResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  const topics = decodeArray(reader, true, version, decodeListPartitionReassignmentsResponseOngoingTopicReassignment);
  reader.skipTags();
  return { throttleTimeMs, errorCode, errorMessage, topics };
}

/** Writes the body of a ListPartitionReassignmentsResponse; the version must be one that the API has. */
export function encodeListPartitionReassignmentsResponse(
  writer: WireWriter,
  value: ListPartitionReassignmentsResponseInit,
  version: number,
): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  encodeArray(writer, value.topics, true, version, encodeListPartitionReassignmentsResponseOngoingTopicReassignment);
  writer.writeUvarint(0);
}

function decodeListPartitionReassignmentsResponseOngoingPartitionReassignment(
  reader: WireReader,
  version: number,
): ListPartitionReassignmentsResponseOngoingPartitionReassignment {
  const partitionIndex = reader.readInt32();
  const replicas = decodeArray(reader, true, version, decodeInt32);
  const addingReplicas = decodeArray(reader, true, version, decodeInt32);
  const removingReplicas = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { partitionIndex, replicas, addingReplicas, removingReplicas };
}

function encodeListPartitionReassignmentsResponseOngoingPartitionReassignment(
  writer: WireWriter,
  value: ListPartitionReassignmentsResponseOngoingPartitionReassignment,
  version: number,
): void {
  writer.writeInt32(value.partitionIndex);
  encodeArray(writer, value.replicas, true, version, encodeInt32);
  encodeArray(writer, value.addingReplicas, true, version, encodeInt32);
  encodeArray(writer, value.removingReplicas, true, version, encodeInt32);
  writer.writeUvarint(0);
}

function decodeListPartitionReassignmentsResponseOngoingTopicReassignment(
  reader: WireReader,
  version: number,
): ListPartitionReassignmentsResponseOngoingTopicReassignment {
  const name = reader.readString(true);
  const partitions = decodeArray(reader, true, version, decodeListPartitionReassignmentsResponseOngoingPartitionReassignment);
  reader.skipTags();
  return { name, partitions };
}

function encodeListPartitionReassignmentsResponseOngoingTopicReassignment(
  writer: WireWriter,
  value: ListPartitionReassignmentsResponseOngoingTopicReassignment,
  version: number,
): void {
  writer.writeString(value.name, true);
  encodeArray(writer, value.partitions, true, version, encodeListPartitionReassignmentsResponseOngoingPartitionReassignment);
  writer.writeUvarint(0);
}

/** Moves of partitions that are under way. */
export const listPartitionReassignmentsApi: ApiCodec<
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsRequestInit,
  ListPartitionReassignmentsResponse,
  ListPartitionReassignmentsResponseInit
> = {
  key: 46,
  name: "ListPartitionReassignments",
  versionMin: 0,
  versionMax: 0,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeListPartitionReassignmentsRequest,
  encodeRequest: encodeListPartitionReassignmentsRequest,
  decodeResponse: decodeListPartitionReassignmentsResponse,
  encodeResponse: encodeListPartitionReassignmentsResponse,
};
