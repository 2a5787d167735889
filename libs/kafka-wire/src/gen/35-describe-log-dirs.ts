// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DescribeLogDirsRequest. */
export interface DescribeLogDirsRequest {
  readonly topics: readonly DescribeLogDirsRequestDescribableLogDirTopic[] | null;
}

/** Part of DescribeLogDirsRequest. */
export interface DescribeLogDirsRequestDescribableLogDirTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Reads the body of a DescribeLogDirsRequest; the version must be one that the API has. */
export function decodeDescribeLogDirsRequest(reader: WireReader, version: number): DescribeLogDirsRequest {
  reader.what = `DescribeLogDirsRequest v${version}`;
  const isFlexible = version >= 2;
  const topics = decodeNullableArray(reader, isFlexible, version, decodeDescribeLogDirsRequestDescribableLogDirTopic);
  if (isFlexible) reader.skipTags();
  return { topics };
}

/** Writes the body of a DescribeLogDirsRequest; the version must be one that the API has. */
export function encodeDescribeLogDirsRequest(writer: WireWriter, value: DescribeLogDirsRequest, version: number): void {
  const isFlexible = version >= 2;
  encodeNullableArray(writer, value.topics, isFlexible, version, encodeDescribeLogDirsRequestDescribableLogDirTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeLogDirsRequestDescribableLogDirTopic(
  reader: WireReader,
  version: number,
): DescribeLogDirsRequestDescribableLogDirTopic {
  const isFlexible = version >= 2;
  const topic = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeInt32);
  if (isFlexible) reader.skipTags();
  return { topic, partitions };
}

function encodeDescribeLogDirsRequestDescribableLogDirTopic(
  writer: WireWriter,
  value: DescribeLogDirsRequestDescribableLogDirTopic,
  version: number,
): void {
  const isFlexible = version >= 2;
  writer.writeString(value.topic, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeInt32);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a DescribeLogDirsResponse. */
export interface DescribeLogDirsResponse {
  readonly throttleTimeMs: number;
  /** v3+ */
  readonly errorCode: number;
  readonly results: readonly DescribeLogDirsResponseResult[];
}

/** DescribeLogDirsResponse to encode: what has a default may be missing. */
export interface DescribeLogDirsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly results: readonly DescribeLogDirsResponseResultInit[];
}

/** Part of DescribeLogDirsResponse. */
export interface DescribeLogDirsResponsePartition {
  readonly partitionIndex: number;
  readonly partitionSize: number;
  readonly offsetLag: number;
  readonly isFutureKey: boolean;
}

/** Part of DescribeLogDirsResponse. */
export interface DescribeLogDirsResponseTopic {
  readonly name: string;
  readonly partitions: readonly DescribeLogDirsResponsePartition[];
}

/** Part of DescribeLogDirsResponse. */
export interface DescribeLogDirsResponseResult {
  readonly errorCode: number;
  readonly logDir: string;
  readonly topics: readonly DescribeLogDirsResponseTopic[];
  /** v4+ */
  readonly totalBytes: number;
  /** v4+ */
  readonly usableBytes: number;
}

/** DescribeLogDirsResponseResult to encode: what has a default may be missing. */
export interface DescribeLogDirsResponseResultInit {
  readonly errorCode: number;
  readonly logDir: string;
  readonly topics: readonly DescribeLogDirsResponseTopic[];
  readonly totalBytes?: number | undefined;
  readonly usableBytes?: number | undefined;
}

/** Reads the body of a DescribeLogDirsResponse; the version must be one that the API has. */
export function decodeDescribeLogDirsResponse(reader: WireReader, version: number): DescribeLogDirsResponse {
  reader.what = `DescribeLogDirsResponse v${version}`;
  const isFlexible = version >= 2;
  const throttleTimeMs = reader.readInt32();
  const errorCode = version >= 3 ? reader.readInt16() : 0;
  const results = decodeArray(reader, isFlexible, version, decodeDescribeLogDirsResponseResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, results };
}

/** Writes the body of a DescribeLogDirsResponse; the version must be one that the API has. */
export function encodeDescribeLogDirsResponse(writer: WireWriter, value: DescribeLogDirsResponseInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  if (version >= 3) writer.writeInt16(value.errorCode);
  encodeArray(writer, value.results, isFlexible, version, encodeDescribeLogDirsResponseResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeLogDirsResponsePartition(reader: WireReader, version: number): DescribeLogDirsResponsePartition {
  const isFlexible = version >= 2;
  const partitionIndex = reader.readInt32();
  const partitionSize = reader.readInt64();
  const offsetLag = reader.readInt64();
  const isFutureKey = reader.readBool();
  if (isFlexible) reader.skipTags();
  return { partitionIndex, partitionSize, offsetLag, isFutureKey };
}

function encodeDescribeLogDirsResponsePartition(writer: WireWriter, value: DescribeLogDirsResponsePartition, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt64(value.partitionSize);
  writer.writeInt64(value.offsetLag);
  writer.writeBool(value.isFutureKey);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeLogDirsResponseTopic(reader: WireReader, version: number): DescribeLogDirsResponseTopic {
  const isFlexible = version >= 2;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeDescribeLogDirsResponsePartition);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeDescribeLogDirsResponseTopic(writer: WireWriter, value: DescribeLogDirsResponseTopic, version: number): void {
  const isFlexible = version >= 2;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeDescribeLogDirsResponsePartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeLogDirsResponseResult(reader: WireReader, version: number): DescribeLogDirsResponseResult {
  const isFlexible = version >= 2;
  const errorCode = reader.readInt16();
  const logDir = reader.readString(isFlexible);
  const topics = decodeArray(reader, isFlexible, version, decodeDescribeLogDirsResponseTopic);
  const totalBytes = version >= 4 ? reader.readInt64() : -1;
  const usableBytes = version >= 4 ? reader.readInt64() : -1;
  if (isFlexible) reader.skipTags();
  return { errorCode, logDir, topics, totalBytes, usableBytes };
}

function encodeDescribeLogDirsResponseResult(writer: WireWriter, value: DescribeLogDirsResponseResultInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt16(value.errorCode);
  writer.writeString(value.logDir, isFlexible);
  encodeArray(writer, value.topics, isFlexible, version, encodeDescribeLogDirsResponseTopic);
  if (version >= 4) writer.writeInt64(value.totalBytes ?? -1);
  if (version >= 4) writer.writeInt64(value.usableBytes ?? -1);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Sizes of partitions on a broker's disks. v3 top-level error; v4 total and usable bytes. */
export const describeLogDirsApi: ApiCodec<
  DescribeLogDirsRequest,
  DescribeLogDirsRequest,
  DescribeLogDirsResponse,
  DescribeLogDirsResponseInit
> = {
  key: 35,
  name: "DescribeLogDirs",
  versionMin: 1,
  versionMax: 4,
  advertisedMin: 1,
  flexibleMin: 2,
  decodeRequest: decodeDescribeLogDirsRequest,
  encodeRequest: encodeDescribeLogDirsRequest,
  decodeResponse: decodeDescribeLogDirsResponse,
  encodeResponse: encodeDescribeLogDirsResponse,
};
