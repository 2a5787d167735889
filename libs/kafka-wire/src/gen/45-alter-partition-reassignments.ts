// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a AlterPartitionReassignmentsRequest. */
export interface AlterPartitionReassignmentsRequest {
  readonly timeoutMs: number;
  /** v1+ */
  readonly allowReplicationFactorChange: boolean;
  readonly topics: readonly AlterPartitionReassignmentsRequestReassignableTopic[];
}

/** AlterPartitionReassignmentsRequest to encode: what has a default may be missing. */
export interface AlterPartitionReassignmentsRequestInit {
  readonly timeoutMs?: number | undefined;
  readonly allowReplicationFactorChange?: boolean | undefined;
  readonly topics: readonly AlterPartitionReassignmentsRequestReassignableTopicInit[];
}

/** Part of AlterPartitionReassignmentsRequest. */
export interface AlterPartitionReassignmentsRequestReassignablePartition {
  readonly partitionIndex: number;
  readonly replicas: readonly number[] | null;
}

/** AlterPartitionReassignmentsRequestReassignablePartition to encode: what has a default may be missing. */
export interface AlterPartitionReassignmentsRequestReassignablePartitionInit {
  readonly partitionIndex: number;
  readonly replicas?: readonly number[] | null | undefined;
}

/** Part of AlterPartitionReassignmentsRequest. */
export interface AlterPartitionReassignmentsRequestReassignableTopic {
  readonly name: string;
  readonly partitions: readonly AlterPartitionReassignmentsRequestReassignablePartition[];
}

/** AlterPartitionReassignmentsRequestReassignableTopic to encode: what has a default may be missing. */
export interface AlterPartitionReassignmentsRequestReassignableTopicInit {
  readonly name: string;
  readonly partitions: readonly AlterPartitionReassignmentsRequestReassignablePartitionInit[];
}

/** Reads the body of a AlterPartitionReassignmentsRequest; the version must be one that the API has. */
export function decodeAlterPartitionReassignmentsRequest(reader: WireReader, version: number): AlterPartitionReassignmentsRequest {
  reader.what = `AlterPartitionReassignmentsRequest v${version}`;
  const timeoutMs = reader.readInt32();
  const allowReplicationFactorChange = version >= 1 ? reader.readBool() : true;
  const topics = decodeArray(reader, true, version, decodeAlterPartitionReassignmentsRequestReassignableTopic);
  reader.skipTags();
  return { timeoutMs, allowReplicationFactorChange, topics };
}

/** Writes the body of a AlterPartitionReassignmentsRequest; the version must be one that the API has. */
export function encodeAlterPartitionReassignmentsRequest(
  writer: WireWriter,
  value: AlterPartitionReassignmentsRequestInit,
  version: number,
): void {
  writer.writeInt32(value.timeoutMs ?? 60000);
  if (version >= 1) writer.writeBool(value.allowReplicationFactorChange ?? true);
  encodeArray(writer, value.topics, true, version, encodeAlterPartitionReassignmentsRequestReassignableTopic);
  writer.writeUvarint(0);
}

function decodeAlterPartitionReassignmentsRequestReassignablePartition(
  reader: WireReader,
  version: number,
): AlterPartitionReassignmentsRequestReassignablePartition {
  const partitionIndex = reader.readInt32();
  const replicas = decodeNullableArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { partitionIndex, replicas };
}

function encodeAlterPartitionReassignmentsRequestReassignablePartition(
  writer: WireWriter,
  value: AlterPartitionReassignmentsRequestReassignablePartitionInit,
  version: number,
): void {
  writer.writeInt32(value.partitionIndex);
  encodeNullableArray(writer, value.replicas ?? null, true, version, encodeInt32);
  writer.writeUvarint(0);
}

function decodeAlterPartitionReassignmentsRequestReassignableTopic(
  reader: WireReader,
  version: number,
): AlterPartitionReassignmentsRequestReassignableTopic {
  const name = reader.readString(true);
  const partitions = decodeArray(reader, true, version, decodeAlterPartitionReassignmentsRequestReassignablePartition);
  reader.skipTags();
  return { name, partitions };
}

function encodeAlterPartitionReassignmentsRequestReassignableTopic(
  writer: WireWriter,
  value: AlterPartitionReassignmentsRequestReassignableTopicInit,
  version: number,
): void {
  writer.writeString(value.name, true);
  encodeArray(writer, value.partitions, true, version, encodeAlterPartitionReassignmentsRequestReassignablePartition);
  writer.writeUvarint(0);
}

/** Body of a AlterPartitionReassignmentsResponse. */
export interface AlterPartitionReassignmentsResponse {
  readonly throttleTimeMs: number;
  /** v1+ */
  readonly allowReplicationFactorChange: boolean;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly responses: readonly AlterPartitionReassignmentsResponseReassignableTopic[];
}

/** AlterPartitionReassignmentsResponse to encode: what has a default may be missing. */
export interface AlterPartitionReassignmentsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly allowReplicationFactorChange?: boolean | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly responses: readonly AlterPartitionReassignmentsResponseReassignableTopicInit[];
}

/** Part of AlterPartitionReassignmentsResponse. */
export interface AlterPartitionReassignmentsResponseReassignablePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** AlterPartitionReassignmentsResponseReassignablePartition to encode: what has a default may be missing. */
export interface AlterPartitionReassignmentsResponseReassignablePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

/** Part of AlterPartitionReassignmentsResponse. */
export interface AlterPartitionReassignmentsResponseReassignableTopic {
  readonly name: string;
  readonly partitions: readonly AlterPartitionReassignmentsResponseReassignablePartition[];
}

/** AlterPartitionReassignmentsResponseReassignableTopic to encode: what has a default may be missing. */
export interface AlterPartitionReassignmentsResponseReassignableTopicInit {
  readonly name: string;
  readonly partitions: readonly AlterPartitionReassignmentsResponseReassignablePartitionInit[];
}

/** Reads the body of a AlterPartitionReassignmentsResponse; the version must be one that the API has. */
export function decodeAlterPartitionReassignmentsResponse(reader: WireReader, version: number): AlterPartitionReassignmentsResponse {
  reader.what = `AlterPartitionReassignmentsResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const allowReplicationFactorChange = version >= 1 ? reader.readBool() : true;
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  const responses = decodeArray(reader, true, version, decodeAlterPartitionReassignmentsResponseReassignableTopic);
  reader.skipTags();
  return { throttleTimeMs, allowReplicationFactorChange, errorCode, errorMessage, responses };
}

/** Writes the body of a AlterPartitionReassignmentsResponse; the version must be one that the API has. */
export function encodeAlterPartitionReassignmentsResponse(
  writer: WireWriter,
  value: AlterPartitionReassignmentsResponseInit,
  version: number,
): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  if (version >= 1) writer.writeBool(value.allowReplicationFactorChange ?? true);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  encodeArray(writer, value.responses, true, version, encodeAlterPartitionReassignmentsResponseReassignableTopic);
  writer.writeUvarint(0);
}

function decodeAlterPartitionReassignmentsResponseReassignablePartition(
  reader: WireReader,
  _version: number,
): AlterPartitionReassignmentsResponseReassignablePartition {
  const partitionIndex = reader.readInt32();
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  reader.skipTags();
  return { partitionIndex, errorCode, errorMessage };
}

function encodeAlterPartitionReassignmentsResponseReassignablePartition(
  writer: WireWriter,
  value: AlterPartitionReassignmentsResponseReassignablePartitionInit,
  _version: number,
): void {
  writer.writeInt32(value.partitionIndex);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  writer.writeUvarint(0);
}

function decodeAlterPartitionReassignmentsResponseReassignableTopic(
  reader: WireReader,
  version: number,
): AlterPartitionReassignmentsResponseReassignableTopic {
  const name = reader.readString(true);
  const partitions = decodeArray(reader, true, version, decodeAlterPartitionReassignmentsResponseReassignablePartition);
  reader.skipTags();
  return { name, partitions };
}

function encodeAlterPartitionReassignmentsResponseReassignableTopic(
  writer: WireWriter,
  value: AlterPartitionReassignmentsResponseReassignableTopicInit,
  version: number,
): void {
  writer.writeString(value.name, true);
  encodeArray(writer, value.partitions, true, version, encodeAlterPartitionReassignmentsResponseReassignablePartition);
  writer.writeUvarint(0);
}

/** Moves partitions to other replicas. v1 allow_replication_factor_change. */
export const alterPartitionReassignmentsApi: ApiCodec<
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsRequestInit,
  AlterPartitionReassignmentsResponse,
  AlterPartitionReassignmentsResponseInit
> = {
  key: 45,
  name: "AlterPartitionReassignments",
  versionMin: 0,
  versionMax: 1,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeAlterPartitionReassignmentsRequest,
  encodeRequest: encodeAlterPartitionReassignmentsRequest,
  decodeResponse: decodeAlterPartitionReassignmentsResponse,
  encodeResponse: encodeAlterPartitionReassignmentsResponse,
};
