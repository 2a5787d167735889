// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import {
  decodeArray,
  decodeCompactString,
  decodeInt32,
  decodeNullableArray,
  encodeArray,
  encodeCompactString,
  encodeInt32,
  encodeNullableArray,
} from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ConsumerGroupHeartbeatRequest. */
export interface ConsumerGroupHeartbeatRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly subscribedTopicNames: readonly string[] | null;
  /** v1+ */
  readonly subscribedTopicRegex: string | null;
  readonly serverAssignor: string | null;
  readonly topicPartitions: readonly ConsumerGroupHeartbeatRequestTopicPartition[] | null;
}

/** ConsumerGroupHeartbeatRequest to encode: what has a default may be missing. */
export interface ConsumerGroupHeartbeatRequestInit {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId?: string | null | undefined;
  readonly rackId?: string | null | undefined;
  readonly rebalanceTimeoutMs?: number | undefined;
  readonly subscribedTopicNames?: readonly string[] | null | undefined;
  readonly subscribedTopicRegex?: string | null | undefined;
  readonly serverAssignor?: string | null | undefined;
  readonly topicPartitions?: readonly ConsumerGroupHeartbeatRequestTopicPartition[] | null | undefined;
}

/** Part of ConsumerGroupHeartbeatRequest. */
export interface ConsumerGroupHeartbeatRequestTopicPartition {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

/** Reads the body of a ConsumerGroupHeartbeatRequest; the version must be one that the API has. */
export function decodeConsumerGroupHeartbeatRequest(reader: WireReader, version: number): ConsumerGroupHeartbeatRequest {
  reader.what = `ConsumerGroupHeartbeatRequest v${version}`;
  const groupId = reader.readString(true);
  const memberId = reader.readString(true);
  const memberEpoch = reader.readInt32();
  const instanceId = reader.readNullableString(true);
  const rackId = reader.readNullableString(true);
  const rebalanceTimeoutMs = reader.readInt32();
  const subscribedTopicNames = decodeNullableArray(reader, true, version, decodeCompactString);
  const subscribedTopicRegex = version >= 1 ? reader.readNullableString(true) : null;
  const serverAssignor = reader.readNullableString(true);
  const topicPartitions = decodeNullableArray(reader, true, version, decodeConsumerGroupHeartbeatRequestTopicPartition);
  reader.skipTags();
  return {
    groupId,
    memberId,
    memberEpoch,
    instanceId,
    rackId,
    rebalanceTimeoutMs,
    subscribedTopicNames,
    subscribedTopicRegex,
    serverAssignor,
    topicPartitions,
  };
}

/** Writes the body of a ConsumerGroupHeartbeatRequest; the version must be one that the API has. */
export function encodeConsumerGroupHeartbeatRequest(writer: WireWriter, value: ConsumerGroupHeartbeatRequestInit, version: number): void {
  writer.writeString(value.groupId, true);
  writer.writeString(value.memberId, true);
  writer.writeInt32(value.memberEpoch);
  writer.writeNullableString(value.instanceId ?? null, true);
  writer.writeNullableString(value.rackId ?? null, true);
  writer.writeInt32(value.rebalanceTimeoutMs ?? -1);
  encodeNullableArray(writer, value.subscribedTopicNames ?? null, true, version, encodeCompactString);
  if (version >= 1) writer.writeNullableString(value.subscribedTopicRegex ?? null, true);
  writer.writeNullableString(value.serverAssignor ?? null, true);
  encodeNullableArray(writer, value.topicPartitions ?? null, true, version, encodeConsumerGroupHeartbeatRequestTopicPartition);
  writer.writeUvarint(0);
}

function decodeConsumerGroupHeartbeatRequestTopicPartition(
  reader: WireReader,
  version: number,
): ConsumerGroupHeartbeatRequestTopicPartition {
  const topicId = reader.readUuid();
  const partitions = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { topicId, partitions };
}

function encodeConsumerGroupHeartbeatRequestTopicPartition(
  writer: WireWriter,
  value: ConsumerGroupHeartbeatRequestTopicPartition,
  version: number,
): void {
  writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitions, true, version, encodeInt32);
  writer.writeUvarint(0);
}

/** Body of a ConsumerGroupHeartbeatResponse. */
export interface ConsumerGroupHeartbeatResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly assignment: ConsumerGroupHeartbeatResponseAssignment | null;
}

/** ConsumerGroupHeartbeatResponse to encode: what has a default may be missing. */
export interface ConsumerGroupHeartbeatResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly memberId?: string | null | undefined;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly assignment?: ConsumerGroupHeartbeatResponseAssignment | null | undefined;
}

/** Part of ConsumerGroupHeartbeatResponse. */
export interface ConsumerGroupHeartbeatResponseTopicPartition {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

/** Part of ConsumerGroupHeartbeatResponse. */
export interface ConsumerGroupHeartbeatResponseAssignment {
  readonly topicPartitions: readonly ConsumerGroupHeartbeatResponseTopicPartition[];
}

/** Reads the body of a ConsumerGroupHeartbeatResponse; the version must be one that the API has. */
export function decodeConsumerGroupHeartbeatResponse(reader: WireReader, version: number): ConsumerGroupHeartbeatResponse {
  reader.what = `ConsumerGroupHeartbeatResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  const memberId = reader.readNullableString(true);
  const memberEpoch = reader.readInt32();
  const heartbeatIntervalMs = reader.readInt32();
  const assignment = reader.readIsPresent() ? decodeConsumerGroupHeartbeatResponseAssignment(reader, version) : null;
  reader.skipTags();
  return { throttleTimeMs, errorCode, errorMessage, memberId, memberEpoch, heartbeatIntervalMs, assignment };
}

/** Writes the body of a ConsumerGroupHeartbeatResponse; the version must be one that the API has. */
export function encodeConsumerGroupHeartbeatResponse(writer: WireWriter, value: ConsumerGroupHeartbeatResponseInit, version: number): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  writer.writeNullableString(value.memberId ?? null, true);
  writer.writeInt32(value.memberEpoch);
  writer.writeInt32(value.heartbeatIntervalMs);
  {
    const assignment = value.assignment ?? null;
    writer.writeIsPresent(assignment !== null);
    if (assignment !== null) encodeConsumerGroupHeartbeatResponseAssignment(writer, assignment, version);
  }
  writer.writeUvarint(0);
}

function decodeConsumerGroupHeartbeatResponseTopicPartition(
  reader: WireReader,
  version: number,
): ConsumerGroupHeartbeatResponseTopicPartition {
  const topicId = reader.readUuid();
  const partitions = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { topicId, partitions };
}

function encodeConsumerGroupHeartbeatResponseTopicPartition(
  writer: WireWriter,
  value: ConsumerGroupHeartbeatResponseTopicPartition,
  version: number,
): void {
  writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitions, true, version, encodeInt32);
  writer.writeUvarint(0);
}

function decodeConsumerGroupHeartbeatResponseAssignment(reader: WireReader, version: number): ConsumerGroupHeartbeatResponseAssignment {
  const topicPartitions = decodeArray(reader, true, version, decodeConsumerGroupHeartbeatResponseTopicPartition);
  reader.skipTags();
  return { topicPartitions };
}

function encodeConsumerGroupHeartbeatResponseAssignment(
  writer: WireWriter,
  value: ConsumerGroupHeartbeatResponseAssignment,
  version: number,
): void {
  encodeArray(writer, value.topicPartitions, true, version, encodeConsumerGroupHeartbeatResponseTopicPartition);
  writer.writeUvarint(0);
}

/** The one call of KIP-848 groups: join, live, own, leave. v1 regex subscription, member id made by the client. */
export const consumerGroupHeartbeatApi: ApiCodec<
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatRequestInit,
  ConsumerGroupHeartbeatResponse,
  ConsumerGroupHeartbeatResponseInit
> = {
  key: 68,
  name: "ConsumerGroupHeartbeat",
  versionMin: 0,
  versionMax: 1,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeConsumerGroupHeartbeatRequest,
  encodeRequest: encodeConsumerGroupHeartbeatRequest,
  decodeResponse: decodeConsumerGroupHeartbeatResponse,
  encodeResponse: encodeConsumerGroupHeartbeatResponse,
};
