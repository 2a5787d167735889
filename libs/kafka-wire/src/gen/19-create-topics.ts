// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import { ZERO_UUID } from "../uuid.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a CreateTopicsRequest. */
export interface CreateTopicsRequest {
  readonly topics: readonly CreateTopicsRequestCreatableTopic[];
  readonly timeoutMs: number;
  readonly validateOnly: boolean;
}

/** CreateTopicsRequest to encode: what has a default may be missing. */
export interface CreateTopicsRequestInit {
  readonly topics: readonly CreateTopicsRequestCreatableTopic[];
  readonly timeoutMs?: number | undefined;
  readonly validateOnly?: boolean | undefined;
}

/** Part of CreateTopicsRequest. */
export interface CreateTopicsRequestCreatableReplicaAssignment {
  readonly partitionIndex: number;
  readonly brokerIds: readonly number[];
}

/** Part of CreateTopicsRequest. */
export interface CreateTopicsRequestCreatableTopicConfig {
  readonly name: string;
  readonly value: string | null;
}

/** Part of CreateTopicsRequest. */
export interface CreateTopicsRequestCreatableTopic {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly CreateTopicsRequestCreatableReplicaAssignment[];
  readonly configs: readonly CreateTopicsRequestCreatableTopicConfig[];
}

/** Reads the body of a CreateTopicsRequest; the version must be one that the API has. */
export function decodeCreateTopicsRequest(reader: WireReader, version: number): CreateTopicsRequest {
  reader.what = `CreateTopicsRequest v${version}`;
  const isFlexible = version >= 5;
  const topics = decodeArray(reader, isFlexible, version, decodeCreateTopicsRequestCreatableTopic);
  const timeoutMs = reader.readInt32();
  const validateOnly = reader.readBool();
  if (isFlexible) reader.skipTags();
  return { topics, timeoutMs, validateOnly };
}

/** Writes the body of a CreateTopicsRequest; the version must be one that the API has. */
export function encodeCreateTopicsRequest(writer: WireWriter, value: CreateTopicsRequestInit, version: number): void {
  const isFlexible = version >= 5;
  encodeArray(writer, value.topics, isFlexible, version, encodeCreateTopicsRequestCreatableTopic);
  writer.writeInt32(value.timeoutMs ?? 60000);
  writer.writeBool(value.validateOnly ?? false);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeCreateTopicsRequestCreatableReplicaAssignment(
  reader: WireReader,
  version: number,
): CreateTopicsRequestCreatableReplicaAssignment {
  const isFlexible = version >= 5;
  const partitionIndex = reader.readInt32();
  const brokerIds = decodeArray(reader, isFlexible, version, decodeInt32);
  if (isFlexible) reader.skipTags();
  return { partitionIndex, brokerIds };
}

function encodeCreateTopicsRequestCreatableReplicaAssignment(
  writer: WireWriter,
  value: CreateTopicsRequestCreatableReplicaAssignment,
  version: number,
): void {
  const isFlexible = version >= 5;
  writer.writeInt32(value.partitionIndex);
  encodeArray(writer, value.brokerIds, isFlexible, version, encodeInt32);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeCreateTopicsRequestCreatableTopicConfig(reader: WireReader, version: number): CreateTopicsRequestCreatableTopicConfig {
  const isFlexible = version >= 5;
  const name = reader.readString(isFlexible);
  const value = reader.readNullableString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { name, value };
}

function encodeCreateTopicsRequestCreatableTopicConfig(
  writer: WireWriter,
  value: CreateTopicsRequestCreatableTopicConfig,
  version: number,
): void {
  const isFlexible = version >= 5;
  writer.writeString(value.name, isFlexible);
  writer.writeNullableString(value.value, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeCreateTopicsRequestCreatableTopic(reader: WireReader, version: number): CreateTopicsRequestCreatableTopic {
  const isFlexible = version >= 5;
  const name = reader.readString(isFlexible);
  const numPartitions = reader.readInt32();
  const replicationFactor = reader.readInt16();
  const assignments = decodeArray(reader, isFlexible, version, decodeCreateTopicsRequestCreatableReplicaAssignment);
  const configs = decodeArray(reader, isFlexible, version, decodeCreateTopicsRequestCreatableTopicConfig);
  if (isFlexible) reader.skipTags();
  return { name, numPartitions, replicationFactor, assignments, configs };
}

function encodeCreateTopicsRequestCreatableTopic(writer: WireWriter, value: CreateTopicsRequestCreatableTopic, version: number): void {
  const isFlexible = version >= 5;
  writer.writeString(value.name, isFlexible);
  writer.writeInt32(value.numPartitions);
  writer.writeInt16(value.replicationFactor);
  encodeArray(writer, value.assignments, isFlexible, version, encodeCreateTopicsRequestCreatableReplicaAssignment);
  encodeArray(writer, value.configs, isFlexible, version, encodeCreateTopicsRequestCreatableTopicConfig);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a CreateTopicsResponse. */
export interface CreateTopicsResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly CreateTopicsResponseCreatableTopicResult[];
}

/** CreateTopicsResponse to encode: what has a default may be missing. */
export interface CreateTopicsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly CreateTopicsResponseCreatableTopicResultInit[];
}

/** Part of CreateTopicsResponse. */
export interface CreateTopicsResponseCreatableTopicConfigs {
  /** v5+ */
  readonly name: string;
  /** v5+ */
  readonly value: string | null;
  /** v5+ */
  readonly readOnly: boolean;
  /** v5+ */
  readonly configSource: number;
  /** v5+ */
  readonly isSensitive: boolean;
}

/** CreateTopicsResponseCreatableTopicConfigs to encode: what has a default may be missing. */
export interface CreateTopicsResponseCreatableTopicConfigsInit {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource?: number | undefined;
  readonly isSensitive: boolean;
}

/** Part of CreateTopicsResponse. */
export interface CreateTopicsResponseCreatableTopicResult {
  readonly name: string;
  /** v7+ */
  readonly topicId: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  /** v5+, tag 0 */
  readonly topicConfigErrorCode: number;
  /** v5+ */
  readonly numPartitions: number;
  /** v5+ */
  readonly replicationFactor: number;
  /** v5+ */
  readonly configs: readonly CreateTopicsResponseCreatableTopicConfigs[] | null;
}

/** CreateTopicsResponseCreatableTopicResult to encode: what has a default may be missing. */
export interface CreateTopicsResponseCreatableTopicResultInit {
  readonly name: string;
  readonly topicId: string;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly topicConfigErrorCode?: number | undefined;
  readonly numPartitions?: number | undefined;
  readonly replicationFactor?: number | undefined;
  readonly configs?: readonly CreateTopicsResponseCreatableTopicConfigsInit[] | null | undefined;
}

/** Reads the body of a CreateTopicsResponse; the version must be one that the API has. */
export function decodeCreateTopicsResponse(reader: WireReader, version: number): CreateTopicsResponse {
  reader.what = `CreateTopicsResponse v${version}`;
  const isFlexible = version >= 5;
  const throttleTimeMs = reader.readInt32();
  const topics = decodeArray(reader, isFlexible, version, decodeCreateTopicsResponseCreatableTopicResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, topics };
}

/** Writes the body of a CreateTopicsResponse; the version must be one that the API has. */
export function encodeCreateTopicsResponse(writer: WireWriter, value: CreateTopicsResponseInit, version: number): void {
  const isFlexible = version >= 5;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.topics, isFlexible, version, encodeCreateTopicsResponseCreatableTopicResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeCreateTopicsResponseCreatableTopicConfigs(reader: WireReader, _version: number): CreateTopicsResponseCreatableTopicConfigs {
  const name = reader.readString(true);
  const value = reader.readNullableString(true);
  const readOnly = reader.readBool();
  const configSource = reader.readInt8();
  const isSensitive = reader.readBool();
  reader.skipTags();
  return { name, value, readOnly, configSource, isSensitive };
}

function encodeCreateTopicsResponseCreatableTopicConfigs(
  writer: WireWriter,
  value: CreateTopicsResponseCreatableTopicConfigsInit,
  _version: number,
): void {
  writer.writeString(value.name, true);
  writer.writeNullableString(value.value, true);
  writer.writeBool(value.readOnly);
  writer.writeInt8(value.configSource ?? -1);
  writer.writeBool(value.isSensitive);
  writer.writeUvarint(0);
}

function decodeCreateTopicsResponseCreatableTopicResult(reader: WireReader, version: number): CreateTopicsResponseCreatableTopicResult {
  const isFlexible = version >= 5;
  const name = reader.readString(isFlexible);
  const topicId = version >= 7 ? reader.readUuid() : ZERO_UUID;
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(isFlexible);
  const numPartitions = version >= 5 ? reader.readInt32() : -1;
  const replicationFactor = version >= 5 ? reader.readInt16() : -1;
  const configs = version >= 5 ? decodeNullableArray(reader, true, version, decodeCreateTopicsResponseCreatableTopicConfigs) : [];
  let topicConfigErrorCode: CreateTopicsResponseCreatableTopicResult["topicConfigErrorCode"] = 0;
  if (isFlexible) {
    for (let left = reader.readTagCount(); left > 0; left--) {
      const tag = reader.readTag();
      const end = reader.tagEnd;
      switch (tag) {
        case 0:
          topicConfigErrorCode = reader.readInt16();
          break;
        default:
          reader.position = end;
      }
      reader.closeTag(end);
    }
  }
  return { name, topicId, errorCode, errorMessage, topicConfigErrorCode, numPartitions, replicationFactor, configs };
}

function encodeCreateTopicsResponseCreatableTopicResult(
  writer: WireWriter,
  value: CreateTopicsResponseCreatableTopicResultInit,
  version: number,
): void {
  const isFlexible = version >= 5;
  writer.writeString(value.name, isFlexible);
  if (version >= 7) writer.writeUuid(value.topicId);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, isFlexible);
  if (version >= 5) writer.writeInt32(value.numPartitions ?? -1);
  if (version >= 5) writer.writeInt16(value.replicationFactor ?? -1);
  if (version >= 5)
    encodeNullableArray(
      writer,
      value.configs === undefined ? [] : value.configs,
      true,
      version,
      encodeCreateTopicsResponseCreatableTopicConfigs,
    );
  if (isFlexible) {
    const { topicConfigErrorCode } = value;
    const hasTopicConfigErrorCode = topicConfigErrorCode !== undefined && topicConfigErrorCode !== 0;
    writer.writeUvarint(hasTopicConfigErrorCode ? 1 : 0);
    if (hasTopicConfigErrorCode) {
      const mark = writer.beginTag(0);
      writer.writeInt16(topicConfigErrorCode);
      writer.endTag(mark);
    }
  }
}

/** Makes topics. v4 -1 = default; v5 partitions, RF, configs in the answer; v6 error 89; v7 topic id. */
export const createTopicsApi: ApiCodec<CreateTopicsRequest, CreateTopicsRequestInit, CreateTopicsResponse, CreateTopicsResponseInit> = {
  key: 19,
  name: "CreateTopics",
  versionMin: 2,
  versionMax: 7,
  advertisedMin: 2,
  flexibleMin: 5,
  decodeRequest: decodeCreateTopicsRequest,
  encodeRequest: encodeCreateTopicsRequest,
  decodeResponse: decodeCreateTopicsResponse,
  encodeResponse: encodeCreateTopicsResponse,
};
