// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DeleteRecordsRequest. */
export interface DeleteRecordsRequest {
  readonly topics: readonly DeleteRecordsRequestTopic[];
  readonly timeoutMs: number;
}

/** Part of DeleteRecordsRequest. */
export interface DeleteRecordsRequestPartition {
  readonly partitionIndex: number;
  readonly offset: number;
}

/** Part of DeleteRecordsRequest. */
export interface DeleteRecordsRequestTopic {
  readonly name: string;
  readonly partitions: readonly DeleteRecordsRequestPartition[];
}

/** Reads the body of a DeleteRecordsRequest; the version must be one that the API has. */
export function decodeDeleteRecordsRequest(reader: WireReader, version: number): DeleteRecordsRequest {
  reader.what = `DeleteRecordsRequest v${version}`;
  const isFlexible = version >= 2;
  const topics = decodeArray(reader, isFlexible, version, decodeDeleteRecordsRequestTopic);
  const timeoutMs = reader.readInt32();
  if (isFlexible) reader.skipTags();
  return { topics, timeoutMs };
}

/** Writes the body of a DeleteRecordsRequest; the version must be one that the API has. */
export function encodeDeleteRecordsRequest(writer: WireWriter, value: DeleteRecordsRequest, version: number): void {
  const isFlexible = version >= 2;
  encodeArray(writer, value.topics, isFlexible, version, encodeDeleteRecordsRequestTopic);
  writer.writeInt32(value.timeoutMs);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDeleteRecordsRequestPartition(reader: WireReader, version: number): DeleteRecordsRequestPartition {
  const isFlexible = version >= 2;
  const partitionIndex = reader.readInt32();
  const offset = reader.readInt64();
  if (isFlexible) reader.skipTags();
  return { partitionIndex, offset };
}

function encodeDeleteRecordsRequestPartition(writer: WireWriter, value: DeleteRecordsRequestPartition, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt64(value.offset);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDeleteRecordsRequestTopic(reader: WireReader, version: number): DeleteRecordsRequestTopic {
  const isFlexible = version >= 2;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeDeleteRecordsRequestPartition);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeDeleteRecordsRequestTopic(writer: WireWriter, value: DeleteRecordsRequestTopic, version: number): void {
  const isFlexible = version >= 2;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeDeleteRecordsRequestPartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a DeleteRecordsResponse. */
export interface DeleteRecordsResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly DeleteRecordsResponseTopicResult[];
}

/** DeleteRecordsResponse to encode: what has a default may be missing. */
export interface DeleteRecordsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly DeleteRecordsResponseTopicResult[];
}

/** Part of DeleteRecordsResponse. */
export interface DeleteRecordsResponsePartitionResult {
  readonly partitionIndex: number;
  readonly lowWatermark: number;
  readonly errorCode: number;
}

/** Part of DeleteRecordsResponse. */
export interface DeleteRecordsResponseTopicResult {
  readonly name: string;
  readonly partitions: readonly DeleteRecordsResponsePartitionResult[];
}

/** Reads the body of a DeleteRecordsResponse; the version must be one that the API has. */
export function decodeDeleteRecordsResponse(reader: WireReader, version: number): DeleteRecordsResponse {
  reader.what = `DeleteRecordsResponse v${version}`;
  const isFlexible = version >= 2;
  const throttleTimeMs = reader.readInt32();
  const topics = decodeArray(reader, isFlexible, version, decodeDeleteRecordsResponseTopicResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, topics };
}

/** Writes the body of a DeleteRecordsResponse; the version must be one that the API has. */
export function encodeDeleteRecordsResponse(writer: WireWriter, value: DeleteRecordsResponseInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, isFlexible, version, encodeDeleteRecordsResponseTopicResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDeleteRecordsResponsePartitionResult(reader: WireReader, version: number): DeleteRecordsResponsePartitionResult {
  const isFlexible = version >= 2;
  const partitionIndex = reader.readInt32();
  const lowWatermark = reader.readInt64();
  const errorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { partitionIndex, lowWatermark, errorCode };
}

function encodeDeleteRecordsResponsePartitionResult(
  writer: WireWriter,
  value: DeleteRecordsResponsePartitionResult,
  version: number,
): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt64(value.lowWatermark);
  writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDeleteRecordsResponseTopicResult(reader: WireReader, version: number): DeleteRecordsResponseTopicResult {
  const isFlexible = version >= 2;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeDeleteRecordsResponsePartitionResult);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeDeleteRecordsResponseTopicResult(writer: WireWriter, value: DeleteRecordsResponseTopicResult, version: number): void {
  const isFlexible = version >= 2;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeDeleteRecordsResponsePartitionResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Moves the start of partitions forward. offset -1 = up to HW; answers low_watermark. */
export const deleteRecordsApi: ApiCodec<DeleteRecordsRequest, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsResponseInit> = {
  key: 21,
  name: "DeleteRecords",
  versionMin: 0,
  versionMax: 2,
  advertisedMin: 0,
  flexibleMin: 2,
  decodeRequest: decodeDeleteRecordsRequest,
  encodeRequest: encodeDeleteRecordsRequest,
  decodeResponse: decodeDeleteRecordsResponse,
  encodeResponse: encodeDeleteRecordsResponse,
};
