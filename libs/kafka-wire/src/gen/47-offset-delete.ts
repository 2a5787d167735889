// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a OffsetDeleteRequest. */
export interface OffsetDeleteRequest {
  readonly groupId: string;
  readonly topics: readonly OffsetDeleteRequestTopic[];
}

/** Part of OffsetDeleteRequest. */
export interface OffsetDeleteRequestPartition {
  readonly partitionIndex: number;
}

/** Part of OffsetDeleteRequest. */
export interface OffsetDeleteRequestTopic {
  readonly name: string;
  readonly partitions: readonly OffsetDeleteRequestPartition[];
}

/** Reads the body of a OffsetDeleteRequest; the version must be one that the API has. */
export function decodeOffsetDeleteRequest(reader: WireReader, version: number): OffsetDeleteRequest {
  reader.what = `OffsetDeleteRequest v${version}`;
  const groupId = reader.readString(false);
  const topics = decodeArray(reader, false, version, decodeOffsetDeleteRequestTopic);

  return { groupId, topics };
}

/** Writes the body of a OffsetDeleteRequest; the version must be one that the API has. */
export function encodeOffsetDeleteRequest(writer: WireWriter, value: OffsetDeleteRequest, version: number): void {
  writer.writeString(value.groupId, false);
  encodeArray(writer, value.topics, false, version, encodeOffsetDeleteRequestTopic);
}

function decodeOffsetDeleteRequestPartition(reader: WireReader, _version: number): OffsetDeleteRequestPartition {
  const partitionIndex = reader.readInt32();

  return { partitionIndex };
}

function encodeOffsetDeleteRequestPartition(writer: WireWriter, value: OffsetDeleteRequestPartition, _version: number): void {
  writer.writeInt32(value.partitionIndex);
}

function decodeOffsetDeleteRequestTopic(reader: WireReader, version: number): OffsetDeleteRequestTopic {
  const name = reader.readString(false);
  const partitions = decodeArray(reader, false, version, decodeOffsetDeleteRequestPartition);

  return { name, partitions };
}

function encodeOffsetDeleteRequestTopic(writer: WireWriter, value: OffsetDeleteRequestTopic, version: number): void {
  writer.writeString(value.name, false);
  encodeArray(writer, value.partitions, false, version, encodeOffsetDeleteRequestPartition);
}

/** Body of a OffsetDeleteResponse. */
export interface OffsetDeleteResponse {
  readonly errorCode: number;
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetDeleteResponseTopic[];
}

/** OffsetDeleteResponse to encode: what has a default may be missing. */
export interface OffsetDeleteResponseInit {
  readonly errorCode: number;
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly OffsetDeleteResponseTopic[];
}

/** Part of OffsetDeleteResponse. */
export interface OffsetDeleteResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

/** Part of OffsetDeleteResponse. */
export interface OffsetDeleteResponseTopic {
  readonly name: string;
  readonly partitions: readonly OffsetDeleteResponsePartition[];
}

/** Reads the body of a OffsetDeleteResponse; the version must be one that the API has. */
export function decodeOffsetDeleteResponse(reader: WireReader, version: number): OffsetDeleteResponse {
  reader.what = `OffsetDeleteResponse v${version}`;
  const errorCode = reader.readInt16();
  const throttleTimeMs = reader.readInt32();
  const topics = decodeArray(reader, false, version, decodeOffsetDeleteResponseTopic);

  return { errorCode, throttleTimeMs, topics };
}

/** Writes the body of a OffsetDeleteResponse; the version must be one that the API has. */
export function encodeOffsetDeleteResponse(writer: WireWriter, value: OffsetDeleteResponseInit, version: number): void {
  writer.writeInt16(value.errorCode);
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, false, version, encodeOffsetDeleteResponseTopic);
}

function decodeOffsetDeleteResponsePartition(reader: WireReader, _version: number): OffsetDeleteResponsePartition {
  const partitionIndex = reader.readInt32();
  const errorCode = reader.readInt16();

  return { partitionIndex, errorCode };
}

function encodeOffsetDeleteResponsePartition(writer: WireWriter, value: OffsetDeleteResponsePartition, _version: number): void {
  writer.writeInt32(value.partitionIndex);
  writer.writeInt16(value.errorCode);
}

function decodeOffsetDeleteResponseTopic(reader: WireReader, version: number): OffsetDeleteResponseTopic {
  const name = reader.readString(false);
  const partitions = decodeArray(reader, false, version, decodeOffsetDeleteResponsePartition);

  return { name, partitions };
}

function encodeOffsetDeleteResponseTopic(writer: WireWriter, value: OffsetDeleteResponseTopic, version: number): void {
  writer.writeString(value.name, false);
  encodeArray(writer, value.partitions, false, version, encodeOffsetDeleteResponsePartition);
}

/** Removes offsets of a group. 86 while a live member subscribes. */
export const offsetDeleteApi: ApiCodec<OffsetDeleteRequest, OffsetDeleteRequest, OffsetDeleteResponse, OffsetDeleteResponseInit> = {
  key: 47,
  name: "OffsetDelete",
  versionMin: 0,
  versionMax: 0,
  advertisedMin: 0,
  flexibleMin: Infinity,
  decodeRequest: decodeOffsetDeleteRequest,
  encodeRequest: encodeOffsetDeleteRequest,
  decodeResponse: decodeOffsetDeleteResponse,
  encodeResponse: encodeOffsetDeleteResponse,
};
