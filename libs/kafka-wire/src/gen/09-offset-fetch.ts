// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import { ZERO_UUID } from "../uuid.ts";
import { required } from "../required.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a OffsetFetchRequest. */
export interface OffsetFetchRequest {
  /** v1-7 */
  readonly groupId: string;
  /** v1-7 */
  readonly topics: readonly OffsetFetchRequestTopic[] | null;
  /** v8+ */
  readonly groups: readonly OffsetFetchRequestGroup[];
  /** v7+ */
  readonly requireStable: boolean;
}

/** OffsetFetchRequest to encode: what has a default may be missing. */
export interface OffsetFetchRequestInit {
  readonly groupId: string;
  readonly topics?: readonly OffsetFetchRequestTopic[] | null | undefined;
  readonly groups?: readonly OffsetFetchRequestGroupInit[] | undefined;
  readonly requireStable?: boolean | undefined;
}

/** Part of OffsetFetchRequest. */
export interface OffsetFetchRequestTopic {
  /** v1-7 */
  readonly name: string;
  /** v1-7 */
  readonly partitionIndexes: readonly number[];
}

/** Part of OffsetFetchRequest. */
export interface OffsetFetchRequestGroupTopic {
  /** v8-9 */
  readonly name: string;
  /** v10+ */
  readonly topicId: string;
  /** v8+ */
  readonly partitionIndexes: readonly number[];
}

/** Part of OffsetFetchRequest. */
export interface OffsetFetchRequestGroup {
  /** v8+ */
  readonly groupId: string;
  /** v9+ */
  readonly memberId: string | null;
  /** v9+ */
  readonly memberEpoch: number;
  /** v8+ */
  readonly topics: readonly OffsetFetchRequestGroupTopic[] | null;
}

/** OffsetFetchRequestGroup to encode: what has a default may be missing. */
export interface OffsetFetchRequestGroupInit {
  readonly groupId: string;
  readonly memberId?: string | null | undefined;
  readonly memberEpoch?: number | undefined;
  readonly topics: readonly OffsetFetchRequestGroupTopic[] | null;
}

/** Reads the body of a OffsetFetchRequest; the version must be one that the API has. */
export function decodeOffsetFetchRequest(reader: WireReader, version: number): OffsetFetchRequest {
  reader.what = `OffsetFetchRequest v${version}`;
  const isFlexible = version >= 6;
  const groupId = version <= 7 ? reader.readString(isFlexible) : "";
  const topics =
    version <= 7
      ? version >= 2
        ? decodeNullableArray(reader, isFlexible, version, decodeOffsetFetchRequestTopic)
        : decodeArray(reader, isFlexible, version, decodeOffsetFetchRequestTopic)
      : [];
  const groups = version >= 8 ? decodeArray(reader, true, version, decodeOffsetFetchRequestGroup) : [];
  const requireStable = version >= 7 ? reader.readBool() : false;
  if (isFlexible) reader.skipTags();
  return { groupId, topics, groups, requireStable };
}

/** Writes the body of a OffsetFetchRequest; the version must be one that the API has. */
export function encodeOffsetFetchRequest(writer: WireWriter, value: OffsetFetchRequestInit, version: number): void {
  const isFlexible = version >= 6;
  if (version <= 7) writer.writeString(value.groupId, isFlexible);
  if (version <= 7) {
    if (version >= 2)
      encodeNullableArray(writer, value.topics === undefined ? [] : value.topics, isFlexible, version, encodeOffsetFetchRequestTopic);
    else
      encodeArray(
        writer,
        required(value.topics === undefined ? [] : value.topics, "topics"),
        isFlexible,
        version,
        encodeOffsetFetchRequestTopic,
      );
  }
  if (version >= 8) encodeArray(writer, value.groups ?? [], true, version, encodeOffsetFetchRequestGroup);
  if (version >= 7) writer.writeBool(value.requireStable ?? false);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetFetchRequestTopic(reader: WireReader, version: number): OffsetFetchRequestTopic {
  const isFlexible = version >= 6;
  const name = reader.readString(isFlexible);
  const partitionIndexes = decodeArray(reader, isFlexible, version, decodeInt32);
  if (isFlexible) reader.skipTags();
  return { name, partitionIndexes };
}

function encodeOffsetFetchRequestTopic(writer: WireWriter, value: OffsetFetchRequestTopic, version: number): void {
  const isFlexible = version >= 6;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitionIndexes, isFlexible, version, encodeInt32);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetFetchRequestGroupTopic(reader: WireReader, version: number): OffsetFetchRequestGroupTopic {
  const name = version <= 9 ? reader.readString(true) : "";
  const topicId = version >= 10 ? reader.readUuid() : ZERO_UUID;
  const partitionIndexes = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { name, topicId, partitionIndexes };
}

function encodeOffsetFetchRequestGroupTopic(writer: WireWriter, value: OffsetFetchRequestGroupTopic, version: number): void {
  if (version <= 9) writer.writeString(value.name, true);
  if (version >= 10) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitionIndexes, true, version, encodeInt32);
  writer.writeUvarint(0);
}

function decodeOffsetFetchRequestGroup(reader: WireReader, version: number): OffsetFetchRequestGroup {
  const groupId = reader.readString(true);
  const memberId = version >= 9 ? reader.readNullableString(true) : null;
  const memberEpoch = version >= 9 ? reader.readInt32() : -1;
  const topics = decodeNullableArray(reader, true, version, decodeOffsetFetchRequestGroupTopic);
  reader.skipTags();
  return { groupId, memberId, memberEpoch, topics };
}

function encodeOffsetFetchRequestGroup(writer: WireWriter, value: OffsetFetchRequestGroupInit, version: number): void {
  writer.writeString(value.groupId, true);
  if (version >= 9) writer.writeNullableString(value.memberId ?? null, true);
  if (version >= 9) writer.writeInt32(value.memberEpoch ?? -1);
  encodeNullableArray(writer, value.topics, true, version, encodeOffsetFetchRequestGroupTopic);
  writer.writeUvarint(0);
}

/** Body of a OffsetFetchResponse. */
export interface OffsetFetchResponse {
  /** v3+ */
  readonly throttleTimeMs: number;
  /** v1-7 */
  readonly topics: readonly OffsetFetchResponseTopic[];
  /** v2-7 */
  readonly errorCode: number;
  /** v8+ */
  readonly groups: readonly OffsetFetchResponseGroup[];
}

/** OffsetFetchResponse to encode: what has a default may be missing. */
export interface OffsetFetchResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics?: readonly OffsetFetchResponseTopicInit[] | undefined;
  readonly errorCode?: number | undefined;
  readonly groups?: readonly OffsetFetchResponseGroupInit[] | undefined;
}

/** Part of OffsetFetchResponse. */
export interface OffsetFetchResponsePartition {
  /** v1-7 */
  readonly partitionIndex: number;
  /** v1-7 */
  readonly committedOffset: number;
  /** v5-7 */
  readonly committedLeaderEpoch: number;
  /** v1-7 */
  readonly metadata: string | null;
  /** v1-7 */
  readonly errorCode: number;
}

/** OffsetFetchResponsePartition to encode: what has a default may be missing. */
export interface OffsetFetchResponsePartitionInit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch?: number | undefined;
  readonly metadata: string | null;
  readonly errorCode: number;
}

/** Part of OffsetFetchResponse. */
export interface OffsetFetchResponseTopic {
  /** v1-7 */
  readonly name: string;
  /** v1-7 */
  readonly partitions: readonly OffsetFetchResponsePartition[];
}

/** OffsetFetchResponseTopic to encode: what has a default may be missing. */
export interface OffsetFetchResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly OffsetFetchResponsePartitionInit[];
}

/** Part of OffsetFetchResponse. */
export interface OffsetFetchResponseGroupPartition {
  /** v8+ */
  readonly partitionIndex: number;
  /** v8+ */
  readonly committedOffset: number;
  /** v8+ */
  readonly committedLeaderEpoch: number;
  /** v8+ */
  readonly metadata: string | null;
  /** v8+ */
  readonly errorCode: number;
}

/** OffsetFetchResponseGroupPartition to encode: what has a default may be missing. */
export interface OffsetFetchResponseGroupPartitionInit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch?: number | undefined;
  readonly metadata: string | null;
  readonly errorCode: number;
}

/** Part of OffsetFetchResponse. */
export interface OffsetFetchResponseGroupTopic {
  /** v8-9 */
  readonly name: string;
  /** v10+ */
  readonly topicId: string;
  /** v8+ */
  readonly partitions: readonly OffsetFetchResponseGroupPartition[];
}

/** OffsetFetchResponseGroupTopic to encode: what has a default may be missing. */
export interface OffsetFetchResponseGroupTopicInit {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly OffsetFetchResponseGroupPartitionInit[];
}

/** Part of OffsetFetchResponse. */
export interface OffsetFetchResponseGroup {
  /** v8+ */
  readonly groupId: string;
  /** v8+ */
  readonly topics: readonly OffsetFetchResponseGroupTopic[];
  /** v8+ */
  readonly errorCode: number;
}

/** OffsetFetchResponseGroup to encode: what has a default may be missing. */
export interface OffsetFetchResponseGroupInit {
  readonly groupId: string;
  readonly topics: readonly OffsetFetchResponseGroupTopicInit[];
  readonly errorCode?: number | undefined;
}

/** Reads the body of a OffsetFetchResponse; the version must be one that the API has. */
export function decodeOffsetFetchResponse(reader: WireReader, version: number): OffsetFetchResponse {
  reader.what = `OffsetFetchResponse v${version}`;
  const isFlexible = version >= 6;
  const throttleTimeMs = version >= 3 ? reader.readInt32() : 0;
  const topics = version <= 7 ? decodeArray(reader, isFlexible, version, decodeOffsetFetchResponseTopic) : [];
  const errorCode = version >= 2 && version <= 7 ? reader.readInt16() : 0;
  const groups = version >= 8 ? decodeArray(reader, true, version, decodeOffsetFetchResponseGroup) : [];
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, topics, errorCode, groups };
}

/** Writes the body of a OffsetFetchResponse; the version must be one that the API has. */
export function encodeOffsetFetchResponse(writer: WireWriter, value: OffsetFetchResponseInit, version: number): void {
  const isFlexible = version >= 6;
  if (version >= 3) writer.writeInt32(value.throttleTimeMs ?? 0);
  if (version <= 7) encodeArray(writer, value.topics ?? [], isFlexible, version, encodeOffsetFetchResponseTopic);
  if (version >= 2 && version <= 7) writer.writeInt16(value.errorCode ?? 0);
  if (version >= 8) encodeArray(writer, value.groups ?? [], true, version, encodeOffsetFetchResponseGroup);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetFetchResponsePartition(reader: WireReader, version: number): OffsetFetchResponsePartition {
  const isFlexible = version >= 6;
  const partitionIndex = reader.readInt32();
  const committedOffset = reader.readInt64();
  const committedLeaderEpoch = version >= 5 ? reader.readInt32() : -1;
  const metadata = reader.readNullableString(isFlexible);
  const errorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode };
}

function encodeOffsetFetchResponsePartition(writer: WireWriter, value: OffsetFetchResponsePartitionInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt64(value.committedOffset);
  if (version >= 5) writer.writeInt32(value.committedLeaderEpoch ?? -1);
  writer.writeNullableString(value.metadata, isFlexible);
  writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetFetchResponseTopic(reader: WireReader, version: number): OffsetFetchResponseTopic {
  const isFlexible = version >= 6;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeOffsetFetchResponsePartition);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeOffsetFetchResponseTopic(writer: WireWriter, value: OffsetFetchResponseTopicInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeOffsetFetchResponsePartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetFetchResponseGroupPartition(reader: WireReader, _version: number): OffsetFetchResponseGroupPartition {
  const partitionIndex = reader.readInt32();
  const committedOffset = reader.readInt64();
  const committedLeaderEpoch = reader.readInt32();
  const metadata = reader.readNullableString(true);
  const errorCode = reader.readInt16();
  reader.skipTags();
  return { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode };
}

function encodeOffsetFetchResponseGroupPartition(writer: WireWriter, value: OffsetFetchResponseGroupPartitionInit, _version: number): void {
  writer.writeInt32(value.partitionIndex);
  writer.writeInt64(value.committedOffset);
  writer.writeInt32(value.committedLeaderEpoch ?? -1);
  writer.writeNullableString(value.metadata, true);
  writer.writeInt16(value.errorCode);
  writer.writeUvarint(0);
}

function decodeOffsetFetchResponseGroupTopic(reader: WireReader, version: number): OffsetFetchResponseGroupTopic {
  const name = version <= 9 ? reader.readString(true) : "";
  const topicId = version >= 10 ? reader.readUuid() : ZERO_UUID;
  const partitions = decodeArray(reader, true, version, decodeOffsetFetchResponseGroupPartition);
  reader.skipTags();
  return { name, topicId, partitions };
}

function encodeOffsetFetchResponseGroupTopic(writer: WireWriter, value: OffsetFetchResponseGroupTopicInit, version: number): void {
  if (version <= 9) writer.writeString(value.name, true);
  if (version >= 10) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitions, true, version, encodeOffsetFetchResponseGroupPartition);
  writer.writeUvarint(0);
}

function decodeOffsetFetchResponseGroup(reader: WireReader, version: number): OffsetFetchResponseGroup {
  const groupId = reader.readString(true);
  const topics = decodeArray(reader, true, version, decodeOffsetFetchResponseGroupTopic);
  const errorCode = reader.readInt16();
  reader.skipTags();
  return { groupId, topics, errorCode };
}

function encodeOffsetFetchResponseGroup(writer: WireWriter, value: OffsetFetchResponseGroupInit, version: number): void {
  writer.writeString(value.groupId, true);
  encodeArray(writer, value.topics, true, version, encodeOffsetFetchResponseGroupTopic);
  writer.writeInt16(value.errorCode ?? 0);
  writer.writeUvarint(0);
}

/** Reads offsets of groups. v2 null topics = all, top-level error; v3 thr; v5 leader epoch; v7 require_stable; v8 list of groups; v9 member id, epoch; v10 topic ids. */
export const offsetFetchApi: ApiCodec<OffsetFetchRequest, OffsetFetchRequestInit, OffsetFetchResponse, OffsetFetchResponseInit> = {
  key: 9,
  name: "OffsetFetch",
  versionMin: 1,
  versionMax: 10,
  advertisedMin: 1,
  flexibleMin: 6,
  decodeRequest: decodeOffsetFetchRequest,
  encodeRequest: encodeOffsetFetchRequest,
  decodeResponse: decodeOffsetFetchResponse,
  encodeResponse: encodeOffsetFetchResponse,
};
