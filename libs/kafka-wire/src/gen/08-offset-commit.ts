// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import { ZERO_UUID } from "../uuid.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a OffsetCommitRequest. */
export interface OffsetCommitRequest {
  readonly groupId: string;
  readonly generationIdOrMemberEpoch: number;
  readonly memberId: string;
  /** v7+ */
  readonly groupInstanceId: string | null;
  /** v2-4 */
  readonly retentionTimeMs: number;
  readonly topics: readonly OffsetCommitRequestTopic[];
}

/** OffsetCommitRequest to encode: what has a default may be missing. */
export interface OffsetCommitRequestInit {
  readonly groupId: string;
  readonly generationIdOrMemberEpoch?: number | undefined;
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly retentionTimeMs?: number | undefined;
  readonly topics: readonly OffsetCommitRequestTopicInit[];
}

/** Part of OffsetCommitRequest. */
export interface OffsetCommitRequestPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  /** v6+ */
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
}

/** OffsetCommitRequestPartition to encode: what has a default may be missing. */
export interface OffsetCommitRequestPartitionInit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch?: number | undefined;
  readonly committedMetadata: string | null;
}

/** Part of OffsetCommitRequest. */
export interface OffsetCommitRequestTopic {
  /** v2-9 */
  readonly name: string;
  /** v10+ */
  readonly topicId: string;
  readonly partitions: readonly OffsetCommitRequestPartition[];
}

/** OffsetCommitRequestTopic to encode: what has a default may be missing. */
export interface OffsetCommitRequestTopicInit {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly OffsetCommitRequestPartitionInit[];
}

/** Reads the body of a OffsetCommitRequest; the version must be one that the API has. */
export function decodeOffsetCommitRequest(reader: WireReader, version: number): OffsetCommitRequest {
  reader.what = `OffsetCommitRequest v${version}`;
  const isFlexible = version >= 8;
  const groupId = reader.readString(isFlexible);
  const generationIdOrMemberEpoch = reader.readInt32();
  const memberId = reader.readString(isFlexible);
  const groupInstanceId = version >= 7 ? reader.readNullableString(isFlexible) : null;
  const retentionTimeMs = version <= 4 ? reader.readInt64() : -1;
  const topics = decodeArray(reader, isFlexible, version, decodeOffsetCommitRequestTopic);
  if (isFlexible) reader.skipTags();
  return { groupId, generationIdOrMemberEpoch, memberId, groupInstanceId, retentionTimeMs, topics };
}

/** Writes the body of a OffsetCommitRequest; the version must be one that the API has. */
export function encodeOffsetCommitRequest(writer: WireWriter, value: OffsetCommitRequestInit, version: number): void {
  const isFlexible = version >= 8;
  writer.writeString(value.groupId, isFlexible);
  writer.writeInt32(value.generationIdOrMemberEpoch ?? -1);
  writer.writeString(value.memberId, isFlexible);
  if (version >= 7) writer.writeNullableString(value.groupInstanceId ?? null, isFlexible);
  if (version <= 4) writer.writeInt64(value.retentionTimeMs ?? -1);
  encodeArray(writer, value.topics, isFlexible, version, encodeOffsetCommitRequestTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetCommitRequestPartition(reader: WireReader, version: number): OffsetCommitRequestPartition {
  const isFlexible = version >= 8;
  const partitionIndex = reader.readInt32();
  const committedOffset = reader.readInt64();
  const committedLeaderEpoch = version >= 6 ? reader.readInt32() : -1;
  const committedMetadata = reader.readNullableString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata };
}

function encodeOffsetCommitRequestPartition(writer: WireWriter, value: OffsetCommitRequestPartitionInit, version: number): void {
  const isFlexible = version >= 8;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt64(value.committedOffset);
  if (version >= 6) writer.writeInt32(value.committedLeaderEpoch ?? -1);
  writer.writeNullableString(value.committedMetadata, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetCommitRequestTopic(reader: WireReader, version: number): OffsetCommitRequestTopic {
  const isFlexible = version >= 8;
  const name = version <= 9 ? reader.readString(isFlexible) : "";
  const topicId = version >= 10 ? reader.readUuid() : ZERO_UUID;
  const partitions = decodeArray(reader, isFlexible, version, decodeOffsetCommitRequestPartition);
  if (isFlexible) reader.skipTags();
  return { name, topicId, partitions };
}

function encodeOffsetCommitRequestTopic(writer: WireWriter, value: OffsetCommitRequestTopicInit, version: number): void {
  const isFlexible = version >= 8;
  if (version <= 9) writer.writeString(value.name, isFlexible);
  if (version >= 10) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitions, isFlexible, version, encodeOffsetCommitRequestPartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a OffsetCommitResponse. */
export interface OffsetCommitResponse {
  /** v3+ */
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetCommitResponseTopic[];
}

/** OffsetCommitResponse to encode: what has a default may be missing. */
export interface OffsetCommitResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly OffsetCommitResponseTopic[];
}

/** Part of OffsetCommitResponse. */
export interface OffsetCommitResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

/** Part of OffsetCommitResponse. */
export interface OffsetCommitResponseTopic {
  /** v2-9 */
  readonly name: string;
  /** v10+ */
  readonly topicId: string;
  readonly partitions: readonly OffsetCommitResponsePartition[];
}

/** Reads the body of a OffsetCommitResponse; the version must be one that the API has. */
export function decodeOffsetCommitResponse(reader: WireReader, version: number): OffsetCommitResponse {
  reader.what = `OffsetCommitResponse v${version}`;
  const isFlexible = version >= 8;
  const throttleTimeMs = version >= 3 ? reader.readInt32() : 0;
  const topics = decodeArray(reader, isFlexible, version, decodeOffsetCommitResponseTopic);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, topics };
}

/** Writes the body of a OffsetCommitResponse; the version must be one that the API has. */
export function encodeOffsetCommitResponse(writer: WireWriter, value: OffsetCommitResponseInit, version: number): void {
  const isFlexible = version >= 8;
  if (version >= 3) writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, isFlexible, version, encodeOffsetCommitResponseTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetCommitResponsePartition(reader: WireReader, version: number): OffsetCommitResponsePartition {
  const isFlexible = version >= 8;
  const partitionIndex = reader.readInt32();
  const errorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { partitionIndex, errorCode };
}

function encodeOffsetCommitResponsePartition(writer: WireWriter, value: OffsetCommitResponsePartition, version: number): void {
  const isFlexible = version >= 8;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetCommitResponseTopic(reader: WireReader, version: number): OffsetCommitResponseTopic {
  const isFlexible = version >= 8;
  const name = version <= 9 ? reader.readString(isFlexible) : "";
  const topicId = version >= 10 ? reader.readUuid() : ZERO_UUID;
  const partitions = decodeArray(reader, isFlexible, version, decodeOffsetCommitResponsePartition);
  if (isFlexible) reader.skipTags();
  return { name, topicId, partitions };
}

function encodeOffsetCommitResponseTopic(writer: WireWriter, value: OffsetCommitResponseTopic, version: number): void {
  const isFlexible = version >= 8;
  if (version <= 9) writer.writeString(value.name, isFlexible);
  if (version >= 10) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitions, isFlexible, version, encodeOffsetCommitResponsePartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Stores offsets of a group. v2-4 retention_time (ignore); v3 thr; v6 leader epoch; v7 group_instance_id; v9 member epoch, errors 113, 69; v10 topic ids. */
export const offsetCommitApi: ApiCodec<OffsetCommitRequest, OffsetCommitRequestInit, OffsetCommitResponse, OffsetCommitResponseInit> = {
  key: 8,
  name: "OffsetCommit",
  versionMin: 2,
  versionMax: 10,
  advertisedMin: 2,
  flexibleMin: 8,
  decodeRequest: decodeOffsetCommitRequest,
  encodeRequest: encodeOffsetCommitRequest,
  decodeResponse: decodeOffsetCommitResponse,
  encodeResponse: encodeOffsetCommitResponse,
};
