// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import { ZERO_UUID } from "../uuid.ts";
import { required } from "../required.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a MetadataRequest. */
export interface MetadataRequest {
  readonly topics: readonly MetadataRequestTopic[] | null;
  /** v4+ */
  readonly allowAutoTopicCreation: boolean;
  /** v8-10 */
  readonly includeClusterAuthorizedOperations: boolean;
  /** v8+ */
  readonly includeTopicAuthorizedOperations: boolean;
}

/** MetadataRequest to encode: what has a default may be missing. */
export interface MetadataRequestInit {
  readonly topics: readonly MetadataRequestTopic[] | null;
  readonly allowAutoTopicCreation?: boolean | undefined;
  readonly includeClusterAuthorizedOperations: boolean;
  readonly includeTopicAuthorizedOperations: boolean;
}

/** Part of MetadataRequest. */
export interface MetadataRequestTopic {
  /** v10+ */
  readonly topicId: string;
  readonly name: string | null;
}

/** Reads the body of a MetadataRequest; the version must be one that the API has. */
export function decodeMetadataRequest(reader: WireReader, version: number): MetadataRequest {
  reader.what = `MetadataRequest v${version}`;
  const isFlexible = version >= 9;
  const topics =
    version >= 1
      ? decodeNullableArray(reader, isFlexible, version, decodeMetadataRequestTopic)
      : decodeArray(reader, isFlexible, version, decodeMetadataRequestTopic);
  const allowAutoTopicCreation = version >= 4 ? reader.readBool() : true;
  const includeClusterAuthorizedOperations = version >= 8 && version <= 10 ? reader.readBool() : false;
  const includeTopicAuthorizedOperations = version >= 8 ? reader.readBool() : false;
  if (isFlexible) reader.skipTags();
  return { topics, allowAutoTopicCreation, includeClusterAuthorizedOperations, includeTopicAuthorizedOperations };
}

/** Writes the body of a MetadataRequest; the version must be one that the API has. */
export function encodeMetadataRequest(writer: WireWriter, value: MetadataRequestInit, version: number): void {
  const isFlexible = version >= 9;
  if (version >= 1) encodeNullableArray(writer, value.topics, isFlexible, version, encodeMetadataRequestTopic);
  else encodeArray(writer, required(value.topics, "topics"), isFlexible, version, encodeMetadataRequestTopic);
  if (version >= 4) writer.writeBool(value.allowAutoTopicCreation ?? true);
  if (version >= 8 && version <= 10) writer.writeBool(value.includeClusterAuthorizedOperations);
  if (version >= 8) writer.writeBool(value.includeTopicAuthorizedOperations);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeMetadataRequestTopic(reader: WireReader, version: number): MetadataRequestTopic {
  const isFlexible = version >= 9;
  const topicId = version >= 10 ? reader.readUuid() : ZERO_UUID;
  const name = version >= 10 ? reader.readNullableString(isFlexible) : reader.readString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { topicId, name };
}

function encodeMetadataRequestTopic(writer: WireWriter, value: MetadataRequestTopic, version: number): void {
  const isFlexible = version >= 9;
  if (version >= 10) writer.writeUuid(value.topicId);
  if (version >= 10) writer.writeNullableString(value.name, isFlexible);
  else writer.writeString(required(value.name, "name"), isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a MetadataResponse. */
export interface MetadataResponse {
  /** v3+ */
  readonly throttleTimeMs: number;
  readonly brokers: readonly MetadataResponseBroker[];
  /** v2+ */
  readonly clusterId: string | null;
  /** v1+ */
  readonly controllerId: number;
  readonly topics: readonly MetadataResponseTopic[];
  /** v8-10 */
  readonly clusterAuthorizedOperations: number;
  /** v13+ */
  readonly errorCode: number;
}

/** MetadataResponse to encode: what has a default may be missing. */
export interface MetadataResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly brokers: readonly MetadataResponseBrokerInit[];
  readonly clusterId?: string | null | undefined;
  readonly controllerId?: number | undefined;
  readonly topics: readonly MetadataResponseTopicInit[];
  readonly clusterAuthorizedOperations?: number | undefined;
  readonly errorCode: number;
}

/** Part of MetadataResponse. */
export interface MetadataResponseBroker {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  /** v1+ */
  readonly rack: string | null;
}

/** MetadataResponseBroker to encode: what has a default may be missing. */
export interface MetadataResponseBrokerInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
}

/** Part of MetadataResponse. */
export interface MetadataResponsePartition {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  /** v7+ */
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  /** v5+ */
  readonly offlineReplicas: readonly number[];
}

/** MetadataResponsePartition to encode: what has a default may be missing. */
export interface MetadataResponsePartitionInit {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch?: number | undefined;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly offlineReplicas?: readonly number[] | undefined;
}

/** Part of MetadataResponse. */
export interface MetadataResponseTopic {
  readonly errorCode: number;
  readonly name: string | null;
  /** v10+ */
  readonly topicId: string;
  /** v1+ */
  readonly isInternal: boolean;
  readonly partitions: readonly MetadataResponsePartition[];
  /** v8+ */
  readonly topicAuthorizedOperations: number;
}

/** MetadataResponseTopic to encode: what has a default may be missing. */
export interface MetadataResponseTopicInit {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId: string;
  readonly isInternal?: boolean | undefined;
  readonly partitions: readonly MetadataResponsePartitionInit[];
  readonly topicAuthorizedOperations?: number | undefined;
}

/** Reads the body of a MetadataResponse; the version must be one that the API has. */
export function decodeMetadataResponse(reader: WireReader, version: number): MetadataResponse {
  reader.what = `MetadataResponse v${version}`;
  const isFlexible = version >= 9;
  const throttleTimeMs = version >= 3 ? reader.readInt32() : 0;
  const brokers = decodeArray(reader, isFlexible, version, decodeMetadataResponseBroker);
  const clusterId = version >= 2 ? reader.readNullableString(isFlexible) : null;
  const controllerId = version >= 1 ? reader.readInt32() : -1;
  const topics = decodeArray(reader, isFlexible, version, decodeMetadataResponseTopic);
  const clusterAuthorizedOperations = version >= 8 && version <= 10 ? reader.readInt32() : -2147483648;
  const errorCode = version >= 13 ? reader.readInt16() : 0;
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, brokers, clusterId, controllerId, topics, clusterAuthorizedOperations, errorCode };
}

/** Writes the body of a MetadataResponse; the version must be one that the API has. */
export function encodeMetadataResponse(writer: WireWriter, value: MetadataResponseInit, version: number): void {
  const isFlexible = version >= 9;
  if (version >= 3) writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.brokers, isFlexible, version, encodeMetadataResponseBroker);
  if (version >= 2) writer.writeNullableString(value.clusterId ?? null, isFlexible);
  if (version >= 1) writer.writeInt32(value.controllerId ?? -1);
  encodeArray(writer, value.topics, isFlexible, version, encodeMetadataResponseTopic);
  if (version >= 8 && version <= 10) writer.writeInt32(value.clusterAuthorizedOperations ?? -2147483648);
  if (version >= 13) writer.writeInt16(value.errorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeMetadataResponseBroker(reader: WireReader, version: number): MetadataResponseBroker {
  const isFlexible = version >= 9;
  const nodeId = reader.readInt32();
  const host = reader.readString(isFlexible);
  const port = reader.readInt32();
  const rack = version >= 1 ? reader.readNullableString(isFlexible) : null;
  if (isFlexible) reader.skipTags();
  return { nodeId, host, port, rack };
}

function encodeMetadataResponseBroker(writer: WireWriter, value: MetadataResponseBrokerInit, version: number): void {
  const isFlexible = version >= 9;
  writer.writeInt32(value.nodeId);
  writer.writeString(value.host, isFlexible);
  writer.writeInt32(value.port);
  if (version >= 1) writer.writeNullableString(value.rack ?? null, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeMetadataResponsePartition(reader: WireReader, version: number): MetadataResponsePartition {
  const isFlexible = version >= 9;
  const errorCode = reader.readInt16();
  const partitionIndex = reader.readInt32();
  const leaderId = reader.readInt32();
  const leaderEpoch = version >= 7 ? reader.readInt32() : -1;
  const replicaNodes = decodeArray(reader, isFlexible, version, decodeInt32);
  const isrNodes = decodeArray(reader, isFlexible, version, decodeInt32);
  const offlineReplicas = version >= 5 ? decodeArray(reader, isFlexible, version, decodeInt32) : [];
  if (isFlexible) reader.skipTags();
  return { errorCode, partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas };
}

function encodeMetadataResponsePartition(writer: WireWriter, value: MetadataResponsePartitionInit, version: number): void {
  const isFlexible = version >= 9;
  writer.writeInt16(value.errorCode);
  writer.writeInt32(value.partitionIndex);
  writer.writeInt32(value.leaderId);
  if (version >= 7) writer.writeInt32(value.leaderEpoch ?? -1);
  encodeArray(writer, value.replicaNodes, isFlexible, version, encodeInt32);
  encodeArray(writer, value.isrNodes, isFlexible, version, encodeInt32);
  if (version >= 5) encodeArray(writer, value.offlineReplicas ?? [], isFlexible, version, encodeInt32);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeMetadataResponseTopic(reader: WireReader, version: number): MetadataResponseTopic {
  const isFlexible = version >= 9;
  const errorCode = reader.readInt16();
  const name = version >= 12 ? reader.readNullableString(isFlexible) : reader.readString(isFlexible);
  const topicId = version >= 10 ? reader.readUuid() : ZERO_UUID;
  const isInternal = version >= 1 ? reader.readBool() : false;
  const partitions = decodeArray(reader, isFlexible, version, decodeMetadataResponsePartition);
  const topicAuthorizedOperations = version >= 8 ? reader.readInt32() : -2147483648;
  if (isFlexible) reader.skipTags();
  return { errorCode, name, topicId, isInternal, partitions, topicAuthorizedOperations };
}

function encodeMetadataResponseTopic(writer: WireWriter, value: MetadataResponseTopicInit, version: number): void {
  const isFlexible = version >= 9;
  writer.writeInt16(value.errorCode);
  if (version >= 12) writer.writeNullableString(value.name, isFlexible);
  else writer.writeString(required(value.name, "name"), isFlexible);
  if (version >= 10) writer.writeUuid(value.topicId);
  if (version >= 1) writer.writeBool(value.isInternal ?? false);
  encodeArray(writer, value.partitions, isFlexible, version, encodeMetadataResponsePartition);
  if (version >= 8) writer.writeInt32(value.topicAuthorizedOperations ?? -2147483648);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Brokers, topics, partitions and their leaders. v1 rack, controller_id, is_internal, null = all; v2 cluster_id; v3 thr; v4 allow_auto_topic_creation; v5 offline_replicas; v7 leader_epoch; v8 authorized operations; v10 topic_id; v11 drops the cluster's; v12 lookup by id, name nullable; v13 top-level error. */
export const metadataApi: ApiCodec<MetadataRequest, MetadataRequestInit, MetadataResponse, MetadataResponseInit> = {
  key: 3,
  name: "Metadata",
  versionMin: 0,
  versionMax: 13,
  advertisedMin: 0,
  flexibleMin: 9,
  decodeRequest: decodeMetadataRequest,
  encodeRequest: encodeMetadataRequest,
  decodeResponse: decodeMetadataResponse,
  encodeResponse: encodeMetadataResponse,
};
