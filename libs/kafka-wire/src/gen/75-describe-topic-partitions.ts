// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DescribeTopicPartitionsRequest. */
export interface DescribeTopicPartitionsRequest {
  readonly topics: readonly DescribeTopicPartitionsRequestTopic[];
  readonly responsePartitionLimit: number;
  readonly cursor: DescribeTopicPartitionsRequestCursor | null;
}

/** DescribeTopicPartitionsRequest to encode: what has a default may be missing. */
export interface DescribeTopicPartitionsRequestInit {
  readonly topics: readonly DescribeTopicPartitionsRequestTopic[];
  readonly responsePartitionLimit?: number | undefined;
  readonly cursor?: DescribeTopicPartitionsRequestCursor | null | undefined;
}

/** Part of DescribeTopicPartitionsRequest. */
export interface DescribeTopicPartitionsRequestTopic {
  readonly name: string;
}

/** Part of DescribeTopicPartitionsRequest. */
export interface DescribeTopicPartitionsRequestCursor {
  readonly topicName: string;
  readonly partitionIndex: number;
}

/** Reads the body of a DescribeTopicPartitionsRequest; the version must be one that the API has. */
export function decodeDescribeTopicPartitionsRequest(reader: WireReader, version: number): DescribeTopicPartitionsRequest {
  reader.what = `DescribeTopicPartitionsRequest v${version}`;
  const topics = decodeArray(reader, true, version, decodeDescribeTopicPartitionsRequestTopic);
  const responsePartitionLimit = reader.readInt32();
  const cursor = reader.readIsPresent() ? decodeDescribeTopicPartitionsRequestCursor(reader, version) : null;
  reader.skipTags();
  return { topics, responsePartitionLimit, cursor };
}

/** Writes the body of a DescribeTopicPartitionsRequest; the version must be one that the API has. */
export function encodeDescribeTopicPartitionsRequest(writer: WireWriter, value: DescribeTopicPartitionsRequestInit, version: number): void {
  encodeArray(writer, value.topics, true, version, encodeDescribeTopicPartitionsRequestTopic);
  writer.writeInt32(value.responsePartitionLimit ?? 2000);
  {
    const cursor = value.cursor ?? null;
    writer.writeIsPresent(cursor !== null);
    if (cursor !== null) encodeDescribeTopicPartitionsRequestCursor(writer, cursor, version);
  }
  writer.writeUvarint(0);
}

function decodeDescribeTopicPartitionsRequestTopic(reader: WireReader, _version: number): DescribeTopicPartitionsRequestTopic {
  const name = reader.readString(true);
  reader.skipTags();
  return { name };
}

function encodeDescribeTopicPartitionsRequestTopic(writer: WireWriter, value: DescribeTopicPartitionsRequestTopic, _version: number): void {
  writer.writeString(value.name, true);
  writer.writeUvarint(0);
}

function decodeDescribeTopicPartitionsRequestCursor(reader: WireReader, _version: number): DescribeTopicPartitionsRequestCursor {
  const topicName = reader.readString(true);
  const partitionIndex = reader.readInt32();
  reader.skipTags();
  return { topicName, partitionIndex };
}

function encodeDescribeTopicPartitionsRequestCursor(
  writer: WireWriter,
  value: DescribeTopicPartitionsRequestCursor,
  _version: number,
): void {
  writer.writeString(value.topicName, true);
  writer.writeInt32(value.partitionIndex);
  writer.writeUvarint(0);
}

/** Body of a DescribeTopicPartitionsResponse. */
export interface DescribeTopicPartitionsResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly DescribeTopicPartitionsResponseTopic[];
  readonly nextCursor: DescribeTopicPartitionsResponseCursor | null;
}

/** DescribeTopicPartitionsResponse to encode: what has a default may be missing. */
export interface DescribeTopicPartitionsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly DescribeTopicPartitionsResponseTopicInit[];
  readonly nextCursor?: DescribeTopicPartitionsResponseCursor | null | undefined;
}

/** Part of DescribeTopicPartitionsResponse. */
export interface DescribeTopicPartitionsResponsePartition {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
  readonly offlineReplicas: readonly number[];
}

/** DescribeTopicPartitionsResponsePartition to encode: what has a default may be missing. */
export interface DescribeTopicPartitionsResponsePartitionInit {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch?: number | undefined;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly eligibleLeaderReplicas?: readonly number[] | null | undefined;
  readonly lastKnownElr?: readonly number[] | null | undefined;
  readonly offlineReplicas: readonly number[];
}

/** Part of DescribeTopicPartitionsResponse. */
export interface DescribeTopicPartitionsResponseTopic {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly partitions: readonly DescribeTopicPartitionsResponsePartition[];
  readonly topicAuthorizedOperations: number;
}

/** DescribeTopicPartitionsResponseTopic to encode: what has a default may be missing. */
export interface DescribeTopicPartitionsResponseTopicInit {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId: string;
  readonly isInternal?: boolean | undefined;
  readonly partitions: readonly DescribeTopicPartitionsResponsePartitionInit[];
  readonly topicAuthorizedOperations?: number | undefined;
}

/** Part of DescribeTopicPartitionsResponse. */
export interface DescribeTopicPartitionsResponseCursor {
  readonly topicName: string;
  readonly partitionIndex: number;
}

/** Reads the body of a DescribeTopicPartitionsResponse; the version must be one that the API has. */
export function decodeDescribeTopicPartitionsResponse(reader: WireReader, version: number): DescribeTopicPartitionsResponse {
  reader.what = `DescribeTopicPartitionsResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const topics = decodeArray(reader, true, version, decodeDescribeTopicPartitionsResponseTopic);
  const nextCursor = reader.readIsPresent() ? decodeDescribeTopicPartitionsResponseCursor(reader, version) : null;
  reader.skipTags();
  return { throttleTimeMs, topics, nextCursor };
}

/** Writes the body of a DescribeTopicPartitionsResponse; the version must be one that the API has. */
export function encodeDescribeTopicPartitionsResponse(
  writer: WireWriter,
  value: DescribeTopicPartitionsResponseInit,
  version: number,
): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, true, version, encodeDescribeTopicPartitionsResponseTopic);
  {
    const nextCursor = value.nextCursor ?? null;
    writer.writeIsPresent(nextCursor !== null);
    if (nextCursor !== null) encodeDescribeTopicPartitionsResponseCursor(writer, nextCursor, version);
  }
  writer.writeUvarint(0);
}

function decodeDescribeTopicPartitionsResponsePartition(reader: WireReader, version: number): DescribeTopicPartitionsResponsePartition {
  const errorCode = reader.readInt16();
  const partitionIndex = reader.readInt32();
  const leaderId = reader.readInt32();
  const leaderEpoch = reader.readInt32();
  const replicaNodes = decodeArray(reader, true, version, decodeInt32);
  const isrNodes = decodeArray(reader, true, version, decodeInt32);
  const eligibleLeaderReplicas = decodeNullableArray(reader, true, version, decodeInt32);
  const lastKnownElr = decodeNullableArray(reader, true, version, decodeInt32);
  const offlineReplicas = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return {
    errorCode,
    partitionIndex,
    leaderId,
    leaderEpoch,
    replicaNodes,
    isrNodes,
    eligibleLeaderReplicas,
    lastKnownElr,
    offlineReplicas,
  };
}

function encodeDescribeTopicPartitionsResponsePartition(
  writer: WireWriter,
  value: DescribeTopicPartitionsResponsePartitionInit,
  version: number,
): void {
  writer.writeInt16(value.errorCode);
  writer.writeInt32(value.partitionIndex);
  writer.writeInt32(value.leaderId);
  writer.writeInt32(value.leaderEpoch ?? -1);
  encodeArray(writer, value.replicaNodes, true, version, encodeInt32);
  encodeArray(writer, value.isrNodes, true, version, encodeInt32);
  encodeNullableArray(writer, value.eligibleLeaderReplicas ?? null, true, version, encodeInt32);
  encodeNullableArray(writer, value.lastKnownElr ?? null, true, version, encodeInt32);
  encodeArray(writer, value.offlineReplicas, true, version, encodeInt32);
  writer.writeUvarint(0);
}

function decodeDescribeTopicPartitionsResponseTopic(reader: WireReader, version: number): DescribeTopicPartitionsResponseTopic {
  const errorCode = reader.readInt16();
  const name = reader.readNullableString(true);
  const topicId = reader.readUuid();
  const isInternal = reader.readBool();
  const partitions = decodeArray(reader, true, version, decodeDescribeTopicPartitionsResponsePartition);
  const topicAuthorizedOperations = reader.readInt32();
  reader.skipTags();
  return { errorCode, name, topicId, isInternal, partitions, topicAuthorizedOperations };
}

function encodeDescribeTopicPartitionsResponseTopic(
  writer: WireWriter,
  value: DescribeTopicPartitionsResponseTopicInit,
  version: number,
): void {
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.name, true);
  writer.writeUuid(value.topicId);
  writer.writeBool(value.isInternal ?? false);
  encodeArray(writer, value.partitions, true, version, encodeDescribeTopicPartitionsResponsePartition);
  writer.writeInt32(value.topicAuthorizedOperations ?? -2147483648);
  writer.writeUvarint(0);
}

function decodeDescribeTopicPartitionsResponseCursor(reader: WireReader, _version: number): DescribeTopicPartitionsResponseCursor {
  const topicName = reader.readString(true);
  const partitionIndex = reader.readInt32();
  reader.skipTags();
  return { topicName, partitionIndex };
}

function encodeDescribeTopicPartitionsResponseCursor(
  writer: WireWriter,
  value: DescribeTopicPartitionsResponseCursor,
  _version: number,
): void {
  writer.writeString(value.topicName, true);
  writer.writeInt32(value.partitionIndex);
  writer.writeUvarint(0);
}

/** Topics and partitions, page by page. paged by cursor, ≤ 2,000 partitions, ELR fields. */
export const describeTopicPartitionsApi: ApiCodec<
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsRequestInit,
  DescribeTopicPartitionsResponse,
  DescribeTopicPartitionsResponseInit
> = {
  key: 75,
  name: "DescribeTopicPartitions",
  versionMin: 0,
  versionMax: 0,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeDescribeTopicPartitionsRequest,
  encodeRequest: encodeDescribeTopicPartitionsRequest,
  decodeResponse: decodeDescribeTopicPartitionsResponse,
  encodeResponse: encodeDescribeTopicPartitionsResponse,
};
