// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, encodeArray, encodeInt32 } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DescribeProducersRequest. */
export interface DescribeProducersRequest {
  readonly topics: readonly DescribeProducersRequestTopic[];
}

/** Part of DescribeProducersRequest. */
export interface DescribeProducersRequestTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

/** Reads the body of a DescribeProducersRequest; the version must be one that the API has. */
export function decodeDescribeProducersRequest(reader: WireReader, version: number): DescribeProducersRequest {
  reader.what = `DescribeProducersRequest v${version}`;
  const topics = decodeArray(reader, true, version, decodeDescribeProducersRequestTopic);
  reader.skipTags();
  return { topics };
}

/** Writes the body of a DescribeProducersRequest; the version must be one that the API has. */
export function encodeDescribeProducersRequest(writer: WireWriter, value: DescribeProducersRequest, version: number): void {
  encodeArray(writer, value.topics, true, version, encodeDescribeProducersRequestTopic);
  writer.writeUvarint(0);
}

function decodeDescribeProducersRequestTopic(reader: WireReader, version: number): DescribeProducersRequestTopic {
  const name = reader.readString(true);
  const partitionIndexes = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { name, partitionIndexes };
}

function encodeDescribeProducersRequestTopic(writer: WireWriter, value: DescribeProducersRequestTopic, version: number): void {
  writer.writeString(value.name, true);
  encodeArray(writer, value.partitionIndexes, true, version, encodeInt32);
  writer.writeUvarint(0);
}

/** Body of a DescribeProducersResponse. */
export interface DescribeProducersResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly DescribeProducersResponseTopic[];
}

/** DescribeProducersResponse to encode: what has a default may be missing. */
export interface DescribeProducersResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly DescribeProducersResponseTopicInit[];
}

/** Part of DescribeProducersResponse. */
export interface DescribeProducersResponseProducerState {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset: number;
}

/** DescribeProducersResponseProducerState to encode: what has a default may be missing. */
export interface DescribeProducersResponseProducerStateInit {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence?: number | undefined;
  readonly lastTimestamp?: number | undefined;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset?: number | undefined;
}

/** Part of DescribeProducersResponse. */
export interface DescribeProducersResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly activeProducers: readonly DescribeProducersResponseProducerState[];
}

/** DescribeProducersResponsePartition to encode: what has a default may be missing. */
export interface DescribeProducersResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly activeProducers: readonly DescribeProducersResponseProducerStateInit[];
}

/** Part of DescribeProducersResponse. */
export interface DescribeProducersResponseTopic {
  readonly name: string;
  readonly partitions: readonly DescribeProducersResponsePartition[];
}

/** DescribeProducersResponseTopic to encode: what has a default may be missing. */
export interface DescribeProducersResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly DescribeProducersResponsePartitionInit[];
}

/** Reads the body of a DescribeProducersResponse; the version must be one that the API has. */
export function decodeDescribeProducersResponse(reader: WireReader, version: number): DescribeProducersResponse {
  reader.what = `DescribeProducersResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const topics = decodeArray(reader, true, version, decodeDescribeProducersResponseTopic);
  reader.skipTags();
  return { throttleTimeMs, topics };
}

/** Writes the body of a DescribeProducersResponse; the version must be one that the API has. */
export function encodeDescribeProducersResponse(writer: WireWriter, value: DescribeProducersResponseInit, version: number): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, true, version, encodeDescribeProducersResponseTopic);
  writer.writeUvarint(0);
}

function decodeDescribeProducersResponseProducerState(reader: WireReader, _version: number): DescribeProducersResponseProducerState {
  const producerId = reader.readInt64();
  const producerEpoch = reader.readInt32();
  const lastSequence = reader.readInt32();
  const lastTimestamp = reader.readInt64();
  const coordinatorEpoch = reader.readInt32();
  const currentTxnStartOffset = reader.readInt64();
  reader.skipTags();
  return { producerId, producerEpoch, lastSequence, lastTimestamp, coordinatorEpoch, currentTxnStartOffset };
}

function encodeDescribeProducersResponseProducerState(
  writer: WireWriter,
  value: DescribeProducersResponseProducerStateInit,
  _version: number,
): void {
  writer.writeInt64(value.producerId);
  writer.writeInt32(value.producerEpoch);
  writer.writeInt32(value.lastSequence ?? -1);
  writer.writeInt64(value.lastTimestamp ?? -1);
  writer.writeInt32(value.coordinatorEpoch);
  writer.writeInt64(value.currentTxnStartOffset ?? -1);
  writer.writeUvarint(0);
}

function decodeDescribeProducersResponsePartition(reader: WireReader, version: number): DescribeProducersResponsePartition {
  const partitionIndex = reader.readInt32();
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  const activeProducers = decodeArray(reader, true, version, decodeDescribeProducersResponseProducerState);
  reader.skipTags();
  return { partitionIndex, errorCode, errorMessage, activeProducers };
}

function encodeDescribeProducersResponsePartition(
  writer: WireWriter,
  value: DescribeProducersResponsePartitionInit,
  version: number,
): void {
  writer.writeInt32(value.partitionIndex);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  encodeArray(writer, value.activeProducers, true, version, encodeDescribeProducersResponseProducerState);
  writer.writeUvarint(0);
}

function decodeDescribeProducersResponseTopic(reader: WireReader, version: number): DescribeProducersResponseTopic {
  const name = reader.readString(true);
  const partitions = decodeArray(reader, true, version, decodeDescribeProducersResponsePartition);
  reader.skipTags();
  return { name, partitions };
}

function encodeDescribeProducersResponseTopic(writer: WireWriter, value: DescribeProducersResponseTopicInit, version: number): void {
  writer.writeString(value.name, true);
  encodeArray(writer, value.partitions, true, version, encodeDescribeProducersResponsePartition);
  writer.writeUvarint(0);
}

/** Producers that are active on partitions. */
export const describeProducersApi: ApiCodec<
  DescribeProducersRequest,
  DescribeProducersRequest,
  DescribeProducersResponse,
  DescribeProducersResponseInit
> = {
  key: 61,
  name: "DescribeProducers",
  versionMin: 0,
  versionMax: 0,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeDescribeProducersRequest,
  encodeRequest: encodeDescribeProducersRequest,
  decodeResponse: decodeDescribeProducersResponse,
  encodeResponse: encodeDescribeProducersResponse,
};
