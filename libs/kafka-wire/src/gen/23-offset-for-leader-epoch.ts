// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a OffsetForLeaderEpochRequest. */
export interface OffsetForLeaderEpochRequest {
  /** v3+ */
  readonly replicaId: number;
  readonly topics: readonly OffsetForLeaderEpochRequestOffsetForLeaderTopic[];
}

/** OffsetForLeaderEpochRequest to encode: what has a default may be missing. */
export interface OffsetForLeaderEpochRequestInit {
  readonly replicaId?: number | undefined;
  readonly topics: readonly OffsetForLeaderEpochRequestOffsetForLeaderTopicInit[];
}

/** Part of OffsetForLeaderEpochRequest. */
export interface OffsetForLeaderEpochRequestOffsetForLeaderPartition {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly leaderEpoch: number;
}

/** OffsetForLeaderEpochRequestOffsetForLeaderPartition to encode: what has a default may be missing. */
export interface OffsetForLeaderEpochRequestOffsetForLeaderPartitionInit {
  readonly partition: number;
  readonly currentLeaderEpoch?: number | undefined;
  readonly leaderEpoch: number;
}

/** Part of OffsetForLeaderEpochRequest. */
export interface OffsetForLeaderEpochRequestOffsetForLeaderTopic {
  readonly topic: string;
  readonly partitions: readonly OffsetForLeaderEpochRequestOffsetForLeaderPartition[];
}

/** OffsetForLeaderEpochRequestOffsetForLeaderTopic to encode: what has a default may be missing. */
export interface OffsetForLeaderEpochRequestOffsetForLeaderTopicInit {
  readonly topic: string;
  readonly partitions: readonly OffsetForLeaderEpochRequestOffsetForLeaderPartitionInit[];
}

/** Reads the body of a OffsetForLeaderEpochRequest; the version must be one that the API has. */
export function decodeOffsetForLeaderEpochRequest(reader: WireReader, version: number): OffsetForLeaderEpochRequest {
  reader.what = `OffsetForLeaderEpochRequest v${version}`;
  const isFlexible = version >= 4;
  const replicaId = version >= 3 ? reader.readInt32() : -2;
  const topics = decodeArray(reader, isFlexible, version, decodeOffsetForLeaderEpochRequestOffsetForLeaderTopic);
  if (isFlexible) reader.skipTags();
  return { replicaId, topics };
}

/** Writes the body of a OffsetForLeaderEpochRequest; the version must be one that the API has. */
export function encodeOffsetForLeaderEpochRequest(writer: WireWriter, value: OffsetForLeaderEpochRequestInit, version: number): void {
  const isFlexible = version >= 4;
  if (version >= 3) writer.writeInt32(value.replicaId ?? -2);
  encodeArray(writer, value.topics, isFlexible, version, encodeOffsetForLeaderEpochRequestOffsetForLeaderTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetForLeaderEpochRequestOffsetForLeaderPartition(
  reader: WireReader,
  version: number,
): OffsetForLeaderEpochRequestOffsetForLeaderPartition {
  const isFlexible = version >= 4;
  const partition = reader.readInt32();
  const currentLeaderEpoch = reader.readInt32();
  const leaderEpoch = reader.readInt32();
  if (isFlexible) reader.skipTags();
  return { partition, currentLeaderEpoch, leaderEpoch };
}

function encodeOffsetForLeaderEpochRequestOffsetForLeaderPartition(
  writer: WireWriter,
  value: OffsetForLeaderEpochRequestOffsetForLeaderPartitionInit,
  version: number,
): void {
  const isFlexible = version >= 4;
  writer.writeInt32(value.partition);
  writer.writeInt32(value.currentLeaderEpoch ?? -1);
  writer.writeInt32(value.leaderEpoch);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetForLeaderEpochRequestOffsetForLeaderTopic(
  reader: WireReader,
  version: number,
): OffsetForLeaderEpochRequestOffsetForLeaderTopic {
  const isFlexible = version >= 4;
  const topic = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeOffsetForLeaderEpochRequestOffsetForLeaderPartition);
  if (isFlexible) reader.skipTags();
  return { topic, partitions };
}

function encodeOffsetForLeaderEpochRequestOffsetForLeaderTopic(
  writer: WireWriter,
  value: OffsetForLeaderEpochRequestOffsetForLeaderTopicInit,
  version: number,
): void {
  const isFlexible = version >= 4;
  writer.writeString(value.topic, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeOffsetForLeaderEpochRequestOffsetForLeaderPartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a OffsetForLeaderEpochResponse. */
export interface OffsetForLeaderEpochResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetForLeaderEpochResponseOffsetForLeaderTopicResult[];
}

/** OffsetForLeaderEpochResponse to encode: what has a default may be missing. */
export interface OffsetForLeaderEpochResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly OffsetForLeaderEpochResponseOffsetForLeaderTopicResultInit[];
}

/** Part of OffsetForLeaderEpochResponse. */
export interface OffsetForLeaderEpochResponseEpochEndOffset {
  readonly errorCode: number;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

/** OffsetForLeaderEpochResponseEpochEndOffset to encode: what has a default may be missing. */
export interface OffsetForLeaderEpochResponseEpochEndOffsetInit {
  readonly errorCode: number;
  readonly partition: number;
  readonly leaderEpoch?: number | undefined;
  readonly endOffset?: number | undefined;
}

/** Part of OffsetForLeaderEpochResponse. */
export interface OffsetForLeaderEpochResponseOffsetForLeaderTopicResult {
  readonly topic: string;
  readonly partitions: readonly OffsetForLeaderEpochResponseEpochEndOffset[];
}

/** OffsetForLeaderEpochResponseOffsetForLeaderTopicResult to encode: what has a default may be missing. */
export interface OffsetForLeaderEpochResponseOffsetForLeaderTopicResultInit {
  readonly topic: string;
  readonly partitions: readonly OffsetForLeaderEpochResponseEpochEndOffsetInit[];
}

/** Reads the body of a OffsetForLeaderEpochResponse; the version must be one that the API has. */
export function decodeOffsetForLeaderEpochResponse(reader: WireReader, version: number): OffsetForLeaderEpochResponse {
  reader.what = `OffsetForLeaderEpochResponse v${version}`;
  const isFlexible = version >= 4;
  const throttleTimeMs = reader.readInt32();
  const topics = decodeArray(reader, isFlexible, version, decodeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, topics };
}

/** Writes the body of a OffsetForLeaderEpochResponse; the version must be one that the API has. */
export function encodeOffsetForLeaderEpochResponse(writer: WireWriter, value: OffsetForLeaderEpochResponseInit, version: number): void {
  const isFlexible = version >= 4;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, isFlexible, version, encodeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetForLeaderEpochResponseEpochEndOffset(reader: WireReader, version: number): OffsetForLeaderEpochResponseEpochEndOffset {
  const isFlexible = version >= 4;
  const errorCode = reader.readInt16();
  const partition = reader.readInt32();
  const leaderEpoch = reader.readInt32();
  const endOffset = reader.readInt64();
  if (isFlexible) reader.skipTags();
  return { errorCode, partition, leaderEpoch, endOffset };
}

function encodeOffsetForLeaderEpochResponseEpochEndOffset(
  writer: WireWriter,
  value: OffsetForLeaderEpochResponseEpochEndOffsetInit,
  version: number,
): void {
  const isFlexible = version >= 4;
  writer.writeInt16(value.errorCode);
  writer.writeInt32(value.partition);
  writer.writeInt32(value.leaderEpoch ?? -1);
  writer.writeInt64(value.endOffset ?? -1);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(
  reader: WireReader,
  version: number,
): OffsetForLeaderEpochResponseOffsetForLeaderTopicResult {
  const isFlexible = version >= 4;
  const topic = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeOffsetForLeaderEpochResponseEpochEndOffset);
  if (isFlexible) reader.skipTags();
  return { topic, partitions };
}

function encodeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(
  writer: WireWriter,
  value: OffsetForLeaderEpochResponseOffsetForLeaderTopicResultInit,
  version: number,
): void {
  const isFlexible = version >= 4;
  writer.writeString(value.topic, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeOffsetForLeaderEpochResponseEpochEndOffset);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Where a leader epoch ended in the log. v2 current_leader_epoch, thr; v3 replica_id (default -2). G24. */
export const offsetForLeaderEpochApi: ApiCodec<
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochRequestInit,
  OffsetForLeaderEpochResponse,
  OffsetForLeaderEpochResponseInit
> = {
  key: 23,
  name: "OffsetForLeaderEpoch",
  versionMin: 2,
  versionMax: 4,
  advertisedMin: 2,
  flexibleMin: 4,
  decodeRequest: decodeOffsetForLeaderEpochRequest,
  encodeRequest: encodeOffsetForLeaderEpochRequest,
  decodeResponse: decodeOffsetForLeaderEpochResponse,
  encodeResponse: encodeOffsetForLeaderEpochResponse,
};
