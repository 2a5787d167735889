// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a TxnOffsetCommitRequest. */
export interface TxnOffsetCommitRequest {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** v3+ */
  readonly generationId: number;
  /** v3+ */
  readonly memberId: string;
  /** v3+ */
  readonly groupInstanceId: string | null;
  readonly topics: readonly TxnOffsetCommitRequestTopic[];
}

/** TxnOffsetCommitRequest to encode: what has a default may be missing. */
export interface TxnOffsetCommitRequestInit {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly generationId?: number | undefined;
  readonly memberId?: string | undefined;
  readonly groupInstanceId?: string | null | undefined;
  readonly topics: readonly TxnOffsetCommitRequestTopicInit[];
}

/** Part of TxnOffsetCommitRequest. */
export interface TxnOffsetCommitRequestPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  /** v2+ */
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
}

/** TxnOffsetCommitRequestPartition to encode: what has a default may be missing. */
export interface TxnOffsetCommitRequestPartitionInit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch?: number | undefined;
  readonly committedMetadata: string | null;
}

/** Part of TxnOffsetCommitRequest. */
export interface TxnOffsetCommitRequestTopic {
  readonly name: string;
  readonly partitions: readonly TxnOffsetCommitRequestPartition[];
}

/** TxnOffsetCommitRequestTopic to encode: what has a default may be missing. */
export interface TxnOffsetCommitRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly TxnOffsetCommitRequestPartitionInit[];
}

/** Reads the body of a TxnOffsetCommitRequest; the version must be one that the API has. */
export function decodeTxnOffsetCommitRequest(reader: WireReader, version: number): TxnOffsetCommitRequest {
  reader.what = `TxnOffsetCommitRequest v${version}`;
  const isFlexible = version >= 3;
  const transactionalId = reader.readString(isFlexible);
  const groupId = reader.readString(isFlexible);
  const producerId = reader.readInt64();
  const producerEpoch = reader.readInt16();
  const generationId = version >= 3 ? reader.readInt32() : -1;
  const memberId = version >= 3 ? reader.readString(true) : "";
  const groupInstanceId = version >= 3 ? reader.readNullableString(true) : null;
  const topics = decodeArray(reader, isFlexible, version, decodeTxnOffsetCommitRequestTopic);
  if (isFlexible) reader.skipTags();
  return { transactionalId, groupId, producerId, producerEpoch, generationId, memberId, groupInstanceId, topics };
}

/** Writes the body of a TxnOffsetCommitRequest; the version must be one that the API has. */
export function encodeTxnOffsetCommitRequest(writer: WireWriter, value: TxnOffsetCommitRequestInit, version: number): void {
  const isFlexible = version >= 3;
  writer.writeString(value.transactionalId, isFlexible);
  writer.writeString(value.groupId, isFlexible);
  writer.writeInt64(value.producerId);
  writer.writeInt16(value.producerEpoch);
  if (version >= 3) writer.writeInt32(value.generationId ?? -1);
  if (version >= 3) writer.writeString(value.memberId ?? "", true);
  if (version >= 3) writer.writeNullableString(value.groupInstanceId ?? null, true);
  encodeArray(writer, value.topics, isFlexible, version, encodeTxnOffsetCommitRequestTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeTxnOffsetCommitRequestPartition(reader: WireReader, version: number): TxnOffsetCommitRequestPartition {
  const isFlexible = version >= 3;
  const partitionIndex = reader.readInt32();
  const committedOffset = reader.readInt64();
  const committedLeaderEpoch = version >= 2 ? reader.readInt32() : -1;
  const committedMetadata = reader.readNullableString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata };
}

function encodeTxnOffsetCommitRequestPartition(writer: WireWriter, value: TxnOffsetCommitRequestPartitionInit, version: number): void {
  const isFlexible = version >= 3;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt64(value.committedOffset);
  if (version >= 2) writer.writeInt32(value.committedLeaderEpoch ?? -1);
  writer.writeNullableString(value.committedMetadata, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeTxnOffsetCommitRequestTopic(reader: WireReader, version: number): TxnOffsetCommitRequestTopic {
  const isFlexible = version >= 3;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeTxnOffsetCommitRequestPartition);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeTxnOffsetCommitRequestTopic(writer: WireWriter, value: TxnOffsetCommitRequestTopicInit, version: number): void {
  const isFlexible = version >= 3;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeTxnOffsetCommitRequestPartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a TxnOffsetCommitResponse. */
export interface TxnOffsetCommitResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly TxnOffsetCommitResponseTopic[];
}

/** TxnOffsetCommitResponse to encode: what has a default may be missing. */
export interface TxnOffsetCommitResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly TxnOffsetCommitResponseTopic[];
}

/** Part of TxnOffsetCommitResponse. */
export interface TxnOffsetCommitResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

/** Part of TxnOffsetCommitResponse. */
export interface TxnOffsetCommitResponseTopic {
  readonly name: string;
  readonly partitions: readonly TxnOffsetCommitResponsePartition[];
}

/** Reads the body of a TxnOffsetCommitResponse; the version must be one that the API has. */
export function decodeTxnOffsetCommitResponse(reader: WireReader, version: number): TxnOffsetCommitResponse {
  reader.what = `TxnOffsetCommitResponse v${version}`;
  const isFlexible = version >= 3;
  const throttleTimeMs = reader.readInt32();
  const topics = decodeArray(reader, isFlexible, version, decodeTxnOffsetCommitResponseTopic);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, topics };
}

/** Writes the body of a TxnOffsetCommitResponse; the version must be one that the API has. */
export function encodeTxnOffsetCommitResponse(writer: WireWriter, value: TxnOffsetCommitResponseInit, version: number): void {
  const isFlexible = version >= 3;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, isFlexible, version, encodeTxnOffsetCommitResponseTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeTxnOffsetCommitResponsePartition(reader: WireReader, version: number): TxnOffsetCommitResponsePartition {
  const isFlexible = version >= 3;
  const partitionIndex = reader.readInt32();
  const errorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { partitionIndex, errorCode };
}

function encodeTxnOffsetCommitResponsePartition(writer: WireWriter, value: TxnOffsetCommitResponsePartition, version: number): void {
  const isFlexible = version >= 3;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeTxnOffsetCommitResponseTopic(reader: WireReader, version: number): TxnOffsetCommitResponseTopic {
  const isFlexible = version >= 3;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeTxnOffsetCommitResponsePartition);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeTxnOffsetCommitResponseTopic(writer: WireWriter, value: TxnOffsetCommitResponseTopic, version: number): void {
  const isFlexible = version >= 3;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeTxnOffsetCommitResponsePartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Stores offsets of a group as part of a transaction. v2 leader epoch; v3 generation, member, instance; v4 error 120; v5 implicit group add. */
export const txnOffsetCommitApi: ApiCodec<
  TxnOffsetCommitRequest,
  TxnOffsetCommitRequestInit,
  TxnOffsetCommitResponse,
  TxnOffsetCommitResponseInit
> = {
  key: 28,
  name: "TxnOffsetCommit",
  versionMin: 0,
  versionMax: 5,
  advertisedMin: 0,
  flexibleMin: 3,
  decodeRequest: decodeTxnOffsetCommitRequest,
  encodeRequest: encodeTxnOffsetCommitRequest,
  decodeResponse: decodeTxnOffsetCommitResponse,
  encodeResponse: encodeTxnOffsetCommitResponse,
};
