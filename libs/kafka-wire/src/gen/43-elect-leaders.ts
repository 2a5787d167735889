// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ElectLeadersRequest. */
export interface ElectLeadersRequest {
  /** v1+ */
  readonly electionType: number;
  readonly topicPartitions: readonly ElectLeadersRequestTopicPartition[] | null;
  readonly timeoutMs: number;
}

/** ElectLeadersRequest to encode: what has a default may be missing. */
export interface ElectLeadersRequestInit {
  readonly electionType: number;
  readonly topicPartitions: readonly ElectLeadersRequestTopicPartition[] | null;
  readonly timeoutMs?: number | undefined;
}

/** Part of ElectLeadersRequest. */
export interface ElectLeadersRequestTopicPartition {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Reads the body of a ElectLeadersRequest; the version must be one that the API has. */
export function decodeElectLeadersRequest(reader: WireReader, version: number): ElectLeadersRequest {
  reader.what = `ElectLeadersRequest v${version}`;
  const isFlexible = version >= 2;
  const electionType = version >= 1 ? reader.readInt8() : 0;
  const topicPartitions = decodeNullableArray(reader, isFlexible, version, decodeElectLeadersRequestTopicPartition);
  const timeoutMs = reader.readInt32();
  if (isFlexible) reader.skipTags();
  return { electionType, topicPartitions, timeoutMs };
}

/** Writes the body of a ElectLeadersRequest; the version must be one that the API has. */
export function encodeElectLeadersRequest(writer: WireWriter, value: ElectLeadersRequestInit, version: number): void {
  const isFlexible = version >= 2;
  if (version >= 1) writer.writeInt8(value.electionType);
  encodeNullableArray(writer, value.topicPartitions, isFlexible, version, encodeElectLeadersRequestTopicPartition);
  writer.writeInt32(value.timeoutMs ?? 60000);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeElectLeadersRequestTopicPartition(reader: WireReader, version: number): ElectLeadersRequestTopicPartition {
  const isFlexible = version >= 2;
  const topic = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeInt32);
  if (isFlexible) reader.skipTags();
  return { topic, partitions };
}

function encodeElectLeadersRequestTopicPartition(writer: WireWriter, value: ElectLeadersRequestTopicPartition, version: number): void {
  const isFlexible = version >= 2;
  writer.writeString(value.topic, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeInt32);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a ElectLeadersResponse. */
export interface ElectLeadersResponse {
  readonly throttleTimeMs: number;
  /** v1+ */
  readonly errorCode: number;
  readonly replicaElectionResults: readonly ElectLeadersResponseReplicaElectionResult[];
}

/** ElectLeadersResponse to encode: what has a default may be missing. */
export interface ElectLeadersResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly replicaElectionResults: readonly ElectLeadersResponseReplicaElectionResultInit[];
}

/** Part of ElectLeadersResponse. */
export interface ElectLeadersResponsePartitionResult {
  readonly partitionId: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** ElectLeadersResponsePartitionResult to encode: what has a default may be missing. */
export interface ElectLeadersResponsePartitionResultInit {
  readonly partitionId: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

/** Part of ElectLeadersResponse. */
export interface ElectLeadersResponseReplicaElectionResult {
  readonly topic: string;
  readonly partitionResult: readonly ElectLeadersResponsePartitionResult[];
}

/** ElectLeadersResponseReplicaElectionResult to encode: what has a default may be missing. */
export interface ElectLeadersResponseReplicaElectionResultInit {
  readonly topic: string;
  readonly partitionResult: readonly ElectLeadersResponsePartitionResultInit[];
}

/** Reads the body of a ElectLeadersResponse; the version must be one that the API has. */
export function decodeElectLeadersResponse(reader: WireReader, version: number): ElectLeadersResponse {
  reader.what = `ElectLeadersResponse v${version}`;
  const isFlexible = version >= 2;
  const throttleTimeMs = reader.readInt32();
  const errorCode = version >= 1 ? reader.readInt16() : 0;
  const replicaElectionResults = decodeArray(reader, isFlexible, version, decodeElectLeadersResponseReplicaElectionResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, replicaElectionResults };
}

/** Writes the body of a ElectLeadersResponse; the version must be one that the API has. */
export function encodeElectLeadersResponse(writer: WireWriter, value: ElectLeadersResponseInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  if (version >= 1) writer.writeInt16(value.errorCode);
  encodeArray(writer, value.replicaElectionResults, isFlexible, version, encodeElectLeadersResponseReplicaElectionResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeElectLeadersResponsePartitionResult(reader: WireReader, version: number): ElectLeadersResponsePartitionResult {
  const isFlexible = version >= 2;
  const partitionId = reader.readInt32();
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { partitionId, errorCode, errorMessage };
}

function encodeElectLeadersResponsePartitionResult(
  writer: WireWriter,
  value: ElectLeadersResponsePartitionResultInit,
  version: number,
): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.partitionId);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeElectLeadersResponseReplicaElectionResult(reader: WireReader, version: number): ElectLeadersResponseReplicaElectionResult {
  const isFlexible = version >= 2;
  const topic = reader.readString(isFlexible);
  const partitionResult = decodeArray(reader, isFlexible, version, decodeElectLeadersResponsePartitionResult);
  if (isFlexible) reader.skipTags();
  return { topic, partitionResult };
}

function encodeElectLeadersResponseReplicaElectionResult(
  writer: WireWriter,
  value: ElectLeadersResponseReplicaElectionResultInit,
  version: number,
): void {
  const isFlexible = version >= 2;
  writer.writeString(value.topic, isFlexible);
  encodeArray(writer, value.partitionResult, isFlexible, version, encodeElectLeadersResponsePartitionResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Asks for an election of leaders. v1 type 0 preferred / 1 unclean, top-level error. */
export const electLeadersApi: ApiCodec<ElectLeadersRequest, ElectLeadersRequestInit, ElectLeadersResponse, ElectLeadersResponseInit> = {
  key: 43,
  name: "ElectLeaders",
  versionMin: 0,
  versionMax: 2,
  advertisedMin: 0,
  flexibleMin: 2,
  decodeRequest: decodeElectLeadersRequest,
  encodeRequest: encodeElectLeadersRequest,
  decodeResponse: decodeElectLeadersResponse,
  encodeResponse: encodeElectLeadersResponse,
};
