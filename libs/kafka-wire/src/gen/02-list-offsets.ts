// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ListOffsetsRequest. */
export interface ListOffsetsRequest {
  readonly replicaId: number;
  /** v2+ */
  readonly isolationLevel: number;
  readonly topics: readonly ListOffsetsRequestTopic[];
  /** v10+ */
  readonly timeoutMs: number;
}

/** ListOffsetsRequest to encode: what has a default may be missing. */
export interface ListOffsetsRequestInit {
  readonly replicaId: number;
  readonly isolationLevel: number;
  readonly topics: readonly ListOffsetsRequestTopicInit[];
  readonly timeoutMs: number;
}

/** Part of ListOffsetsRequest. */
export interface ListOffsetsRequestPartition {
  readonly partitionIndex: number;
  /** v4+ */
  readonly currentLeaderEpoch: number;
  readonly timestamp: number;
}

/** ListOffsetsRequestPartition to encode: what has a default may be missing. */
export interface ListOffsetsRequestPartitionInit {
  readonly partitionIndex: number;
  readonly currentLeaderEpoch?: number | undefined;
  readonly timestamp: number;
}

/** Part of ListOffsetsRequest. */
export interface ListOffsetsRequestTopic {
  readonly name: string;
  readonly partitions: readonly ListOffsetsRequestPartition[];
}

/** ListOffsetsRequestTopic to encode: what has a default may be missing. */
export interface ListOffsetsRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly ListOffsetsRequestPartitionInit[];
}

/** Reads the body of a ListOffsetsRequest; the version must be one that the API has. */
export function decodeListOffsetsRequest(reader: WireReader, version: number): ListOffsetsRequest {
  reader.what = `ListOffsetsRequest v${version}`;
  const isFlexible = version >= 6;
  const replicaId = reader.readInt32();
  const isolationLevel = version >= 2 ? reader.readInt8() : 0;
  const topics = decodeArray(reader, isFlexible, version, decodeListOffsetsRequestTopic);
  const timeoutMs = version >= 10 ? reader.readInt32() : 0;
  if (isFlexible) reader.skipTags();
  return { replicaId, isolationLevel, topics, timeoutMs };
}

/** Writes the body of a ListOffsetsRequest; the version must be one that the API has. */
export function encodeListOffsetsRequest(writer: WireWriter, value: ListOffsetsRequestInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeInt32(value.replicaId);
  if (version >= 2) writer.writeInt8(value.isolationLevel);
  encodeArray(writer, value.topics, isFlexible, version, encodeListOffsetsRequestTopic);
  if (version >= 10) writer.writeInt32(value.timeoutMs);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeListOffsetsRequestPartition(reader: WireReader, version: number): ListOffsetsRequestPartition {
  const isFlexible = version >= 6;
  const partitionIndex = reader.readInt32();
  const currentLeaderEpoch = version >= 4 ? reader.readInt32() : -1;
  const timestamp = reader.readInt64();
  if (isFlexible) reader.skipTags();
  return { partitionIndex, currentLeaderEpoch, timestamp };
}

function encodeListOffsetsRequestPartition(writer: WireWriter, value: ListOffsetsRequestPartitionInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeInt32(value.partitionIndex);
  if (version >= 4) writer.writeInt32(value.currentLeaderEpoch ?? -1);
  writer.writeInt64(value.timestamp);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeListOffsetsRequestTopic(reader: WireReader, version: number): ListOffsetsRequestTopic {
  const isFlexible = version >= 6;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeListOffsetsRequestPartition);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeListOffsetsRequestTopic(writer: WireWriter, value: ListOffsetsRequestTopicInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeListOffsetsRequestPartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a ListOffsetsResponse. */
export interface ListOffsetsResponse {
  /** v2+ */
  readonly throttleTimeMs: number;
  readonly topics: readonly ListOffsetsResponseTopic[];
}

/** ListOffsetsResponse to encode: what has a default may be missing. */
export interface ListOffsetsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly ListOffsetsResponseTopicInit[];
}

/** Part of ListOffsetsResponse. */
export interface ListOffsetsResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly timestamp: number;
  readonly offset: number;
  /** v4+ */
  readonly leaderEpoch: number;
}

/** ListOffsetsResponsePartition to encode: what has a default may be missing. */
export interface ListOffsetsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly timestamp?: number | undefined;
  readonly offset?: number | undefined;
  readonly leaderEpoch?: number | undefined;
}

/** Part of ListOffsetsResponse. */
export interface ListOffsetsResponseTopic {
  readonly name: string;
  readonly partitions: readonly ListOffsetsResponsePartition[];
}

/** ListOffsetsResponseTopic to encode: what has a default may be missing. */
export interface ListOffsetsResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly ListOffsetsResponsePartitionInit[];
}

/** Reads the body of a ListOffsetsResponse; the version must be one that the API has. */
export function decodeListOffsetsResponse(reader: WireReader, version: number): ListOffsetsResponse {
  reader.what = `ListOffsetsResponse v${version}`;
  const isFlexible = version >= 6;
  const throttleTimeMs = version >= 2 ? reader.readInt32() : 0;
  const topics = decodeArray(reader, isFlexible, version, decodeListOffsetsResponseTopic);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, topics };
}

/** Writes the body of a ListOffsetsResponse; the version must be one that the API has. */
export function encodeListOffsetsResponse(writer: WireWriter, value: ListOffsetsResponseInit, version: number): void {
  const isFlexible = version >= 6;
  if (version >= 2) writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, isFlexible, version, encodeListOffsetsResponseTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeListOffsetsResponsePartition(reader: WireReader, version: number): ListOffsetsResponsePartition {
  const isFlexible = version >= 6;
  const partitionIndex = reader.readInt32();
  const errorCode = reader.readInt16();
  const timestamp = reader.readInt64();
  const offset = reader.readInt64();
  const leaderEpoch = version >= 4 ? reader.readInt32() : -1;
  if (isFlexible) reader.skipTags();
  return { partitionIndex, errorCode, timestamp, offset, leaderEpoch };
}

function encodeListOffsetsResponsePartition(writer: WireWriter, value: ListOffsetsResponsePartitionInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt16(value.errorCode);
  writer.writeInt64(value.timestamp ?? -1);
  writer.writeInt64(value.offset ?? -1);
  if (version >= 4) writer.writeInt32(value.leaderEpoch ?? -1);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeListOffsetsResponseTopic(reader: WireReader, version: number): ListOffsetsResponseTopic {
  const isFlexible = version >= 6;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeListOffsetsResponsePartition);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeListOffsetsResponseTopic(writer: WireWriter, value: ListOffsetsResponseTopicInit, version: number): void {
  const isFlexible = version >= 6;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeListOffsetsResponsePartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Finds an offset by timestamp, or the ends of a log. v2 isolation, thr; v4 current_leader_epoch in, leader_epoch out; v5 error 78; v7 -3; v8 -4; v9 -5; v10 timeout_ms. */
export const listOffsetsApi: ApiCodec<ListOffsetsRequest, ListOffsetsRequestInit, ListOffsetsResponse, ListOffsetsResponseInit> = {
  key: 2,
  name: "ListOffsets",
  versionMin: 1,
  versionMax: 10,
  advertisedMin: 1,
  flexibleMin: 6,
  decodeRequest: decodeListOffsetsRequest,
  encodeRequest: encodeListOffsetsRequest,
  decodeResponse: decodeListOffsetsResponse,
  encodeResponse: encodeListOffsetsResponse,
};
