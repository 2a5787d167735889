// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import { ZERO_UUID } from "../uuid.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ProduceRequest. */
export interface ProduceRequest {
  readonly transactionalId: string | null;
  readonly acks: number;
  readonly timeoutMs: number;
  readonly topicData: readonly ProduceRequestTopic[];
}

/** ProduceRequest to encode: what has a default may be missing. */
export interface ProduceRequestInit {
  readonly transactionalId?: string | null | undefined;
  readonly acks: number;
  readonly timeoutMs: number;
  readonly topicData: readonly ProduceRequestTopicInit[];
}

/** Part of ProduceRequest. */
export interface ProduceRequestPartition {
  readonly index: number;
  readonly records: Uint8Array | null;
}

/** ProduceRequestPartition to encode: what has a default may be missing. */
export interface ProduceRequestPartitionInit {
  readonly index: number;
  readonly records: Uint8Array | readonly Uint8Array[] | null;
}

/** Part of ProduceRequest. */
export interface ProduceRequestTopic {
  /** v3-12 */
  readonly name: string;
  /** v13+ */
  readonly topicId: string;
  readonly partitionData: readonly ProduceRequestPartition[];
}

/** ProduceRequestTopic to encode: what has a default may be missing. */
export interface ProduceRequestTopicInit {
  readonly name: string;
  readonly topicId: string;
  readonly partitionData: readonly ProduceRequestPartitionInit[];
}

/** Reads the body of a ProduceRequest; the version must be one that the API has. */
export function decodeProduceRequest(reader: WireReader, version: number): ProduceRequest {
  reader.what = `ProduceRequest v${version}`;
  const isFlexible = version >= 9;
  const transactionalId = reader.readNullableString(isFlexible);
  const acks = reader.readInt16();
  const timeoutMs = reader.readInt32();
  const topicData = decodeArray(reader, isFlexible, version, decodeProduceRequestTopic);
  if (isFlexible) reader.skipTags();
  return { transactionalId, acks, timeoutMs, topicData };
}

/** Writes the body of a ProduceRequest; the version must be one that the API has. */
export function encodeProduceRequest(writer: WireWriter, value: ProduceRequestInit, version: number): void {
  const isFlexible = version >= 9;
  writer.writeNullableString(value.transactionalId ?? null, isFlexible);
  writer.writeInt16(value.acks);
  writer.writeInt32(value.timeoutMs);
  encodeArray(writer, value.topicData, isFlexible, version, encodeProduceRequestTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeProduceRequestPartition(reader: WireReader, version: number): ProduceRequestPartition {
  const isFlexible = version >= 9;
  const index = reader.readInt32();
  const records = reader.readNullableBytes(isFlexible);
  if (isFlexible) reader.skipTags();
  return { index, records };
}

function encodeProduceRequestPartition(writer: WireWriter, value: ProduceRequestPartitionInit, version: number): void {
  const isFlexible = version >= 9;
  writer.writeInt32(value.index);
  writer.writeNullableBytes(value.records, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeProduceRequestTopic(reader: WireReader, version: number): ProduceRequestTopic {
  const isFlexible = version >= 9;
  const name = version <= 12 ? reader.readString(isFlexible) : "";
  const topicId = version >= 13 ? reader.readUuid() : ZERO_UUID;
  const partitionData = decodeArray(reader, isFlexible, version, decodeProduceRequestPartition);
  if (isFlexible) reader.skipTags();
  return { name, topicId, partitionData };
}

function encodeProduceRequestTopic(writer: WireWriter, value: ProduceRequestTopicInit, version: number): void {
  const isFlexible = version >= 9;
  if (version <= 12) writer.writeString(value.name, isFlexible);
  if (version >= 13) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitionData, isFlexible, version, encodeProduceRequestPartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a ProduceResponse. */
export interface ProduceResponse {
  readonly responses: readonly ProduceResponseTopic[];
  readonly throttleTimeMs: number;
  /** v10+, tag 0 */
  readonly nodeEndpoints: readonly ProduceResponseNodeEndpoint[];
}

/** ProduceResponse to encode: what has a default may be missing. */
export interface ProduceResponseInit {
  readonly responses: readonly ProduceResponseTopicInit[];
  readonly throttleTimeMs?: number | undefined;
  readonly nodeEndpoints?: readonly ProduceResponseNodeEndpointInit[] | undefined;
}

/** Part of ProduceResponse. */
export interface ProduceResponseBatchIndexAndErrorMessage {
  /** v8+ */
  readonly batchIndex: number;
  /** v8+ */
  readonly batchIndexErrorMessage: string | null;
}

/** ProduceResponseBatchIndexAndErrorMessage to encode: what has a default may be missing. */
export interface ProduceResponseBatchIndexAndErrorMessageInit {
  readonly batchIndex: number;
  readonly batchIndexErrorMessage?: string | null | undefined;
}

/** Part of ProduceResponse. */
export interface ProduceResponseLeaderIdAndEpoch {
  /** v10+ */
  readonly leaderId: number;
  /** v10+ */
  readonly leaderEpoch: number;
}

/** ProduceResponseLeaderIdAndEpoch to encode: what has a default may be missing. */
export interface ProduceResponseLeaderIdAndEpochInit {
  readonly leaderId?: number | undefined;
  readonly leaderEpoch?: number | undefined;
}

/** Part of ProduceResponse. */
export interface ProduceResponsePartition {
  readonly index: number;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  /** v5+ */
  readonly logStartOffset: number;
  /** v8+ */
  readonly recordErrors: readonly ProduceResponseBatchIndexAndErrorMessage[];
  /** v8+ */
  readonly errorMessage: string | null;
  /** v10+, tag 0 */
  readonly currentLeader: ProduceResponseLeaderIdAndEpoch;
}

/** ProduceResponsePartition to encode: what has a default may be missing. */
export interface ProduceResponsePartitionInit {
  readonly index: number;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs?: number | undefined;
  readonly logStartOffset?: number | undefined;
  readonly recordErrors?: readonly ProduceResponseBatchIndexAndErrorMessageInit[] | undefined;
  readonly errorMessage?: string | null | undefined;
  readonly currentLeader?: ProduceResponseLeaderIdAndEpochInit | undefined;
}

/** Part of ProduceResponse. */
export interface ProduceResponseTopic {
  /** v3-12 */
  readonly name: string;
  /** v13+ */
  readonly topicId: string;
  readonly partitionResponses: readonly ProduceResponsePartition[];
}

/** ProduceResponseTopic to encode: what has a default may be missing. */
export interface ProduceResponseTopicInit {
  readonly name: string;
  readonly topicId: string;
  readonly partitionResponses: readonly ProduceResponsePartitionInit[];
}

/** Part of ProduceResponse. */
export interface ProduceResponseNodeEndpoint {
  /** v10+ */
  readonly nodeId: number;
  /** v10+ */
  readonly host: string;
  /** v10+ */
  readonly port: number;
  /** v10+ */
  readonly rack: string | null;
}

/** ProduceResponseNodeEndpoint to encode: what has a default may be missing. */
export interface ProduceResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
}

/** Reads the body of a ProduceResponse; the version must be one that the API has. */
export function decodeProduceResponse(reader: WireReader, version: number): ProduceResponse {
  reader.what = `ProduceResponse v${version}`;
  const isFlexible = version >= 9;
  const responses = decodeArray(reader, isFlexible, version, decodeProduceResponseTopic);
  const throttleTimeMs = reader.readInt32();
  let nodeEndpoints: ProduceResponse["nodeEndpoints"] = [];
  if (isFlexible) {
    for (let left = reader.readTagCount(); left > 0; left--) {
      const tag = reader.readTag();
      const end = reader.tagEnd;
      switch (tag) {
        case 0:
          if (version >= 10) nodeEndpoints = decodeArray(reader, true, version, decodeProduceResponseNodeEndpoint);
          else reader.position = end;
          break;
        default:
          reader.position = end;
      }
      reader.closeTag(end);
    }
  }
  return { responses, throttleTimeMs, nodeEndpoints };
}

/** Writes the body of a ProduceResponse; the version must be one that the API has. */
export function encodeProduceResponse(writer: WireWriter, value: ProduceResponseInit, version: number): void {
  const isFlexible = version >= 9;
  encodeArray(writer, value.responses, isFlexible, version, encodeProduceResponseTopic);
  writer.writeInt32(value.throttleTimeMs ?? 0);
  if (isFlexible) {
    const { nodeEndpoints } = value;
    const hasNodeEndpoints = version >= 10 && nodeEndpoints !== undefined && nodeEndpoints.length > 0;
    writer.writeUvarint(hasNodeEndpoints ? 1 : 0);
    if (hasNodeEndpoints) {
      const mark = writer.beginTag(0);
      encodeArray(writer, nodeEndpoints, true, version, encodeProduceResponseNodeEndpoint);
      writer.endTag(mark);
    }
  }
}

function decodeProduceResponseBatchIndexAndErrorMessage(reader: WireReader, version: number): ProduceResponseBatchIndexAndErrorMessage {
  const isFlexible = version >= 9;
  const batchIndex = reader.readInt32();
  const batchIndexErrorMessage = reader.readNullableString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { batchIndex, batchIndexErrorMessage };
}

function encodeProduceResponseBatchIndexAndErrorMessage(
  writer: WireWriter,
  value: ProduceResponseBatchIndexAndErrorMessageInit,
  version: number,
): void {
  const isFlexible = version >= 9;
  writer.writeInt32(value.batchIndex);
  writer.writeNullableString(value.batchIndexErrorMessage ?? null, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeProduceResponseLeaderIdAndEpoch(reader: WireReader, _version: number): ProduceResponseLeaderIdAndEpoch {
  const leaderId = reader.readInt32();
  const leaderEpoch = reader.readInt32();
  reader.skipTags();
  return { leaderId, leaderEpoch };
}

function encodeProduceResponseLeaderIdAndEpoch(writer: WireWriter, value: ProduceResponseLeaderIdAndEpochInit, _version: number): void {
  writer.writeInt32(value.leaderId ?? -1);
  writer.writeInt32(value.leaderEpoch ?? -1);
  writer.writeUvarint(0);
}

function decodeProduceResponsePartition(reader: WireReader, version: number): ProduceResponsePartition {
  const isFlexible = version >= 9;
  const index = reader.readInt32();
  const errorCode = reader.readInt16();
  const baseOffset = reader.readInt64();
  const logAppendTimeMs = reader.readInt64();
  const logStartOffset = version >= 5 ? reader.readInt64() : -1;
  const recordErrors = version >= 8 ? decodeArray(reader, isFlexible, version, decodeProduceResponseBatchIndexAndErrorMessage) : [];
  const errorMessage = version >= 8 ? reader.readNullableString(isFlexible) : null;
  let currentLeader: ProduceResponsePartition["currentLeader"] = { leaderId: -1, leaderEpoch: -1 };
  if (isFlexible) {
    for (let left = reader.readTagCount(); left > 0; left--) {
      const tag = reader.readTag();
      const end = reader.tagEnd;
      switch (tag) {
        case 0:
          if (version >= 10) currentLeader = decodeProduceResponseLeaderIdAndEpoch(reader, version);
          else reader.position = end;
          break;
        default:
          reader.position = end;
      }
      reader.closeTag(end);
    }
  }
  return { index, errorCode, baseOffset, logAppendTimeMs, logStartOffset, recordErrors, errorMessage, currentLeader };
}

function encodeProduceResponsePartition(writer: WireWriter, value: ProduceResponsePartitionInit, version: number): void {
  const isFlexible = version >= 9;
  writer.writeInt32(value.index);
  writer.writeInt16(value.errorCode);
  writer.writeInt64(value.baseOffset);
  writer.writeInt64(value.logAppendTimeMs ?? -1);
  if (version >= 5) writer.writeInt64(value.logStartOffset ?? -1);
  if (version >= 8) encodeArray(writer, value.recordErrors ?? [], isFlexible, version, encodeProduceResponseBatchIndexAndErrorMessage);
  if (version >= 8) writer.writeNullableString(value.errorMessage ?? null, isFlexible);
  if (isFlexible) {
    const { currentLeader } = value;
    const hasCurrentLeader =
      version >= 10 && currentLeader !== undefined && ((currentLeader.leaderId ?? -1) !== -1 || (currentLeader.leaderEpoch ?? -1) !== -1);
    writer.writeUvarint(hasCurrentLeader ? 1 : 0);
    if (hasCurrentLeader) {
      const mark = writer.beginTag(0);
      encodeProduceResponseLeaderIdAndEpoch(writer, currentLeader, version);
      writer.endTag(mark);
    }
  }
}

function decodeProduceResponseTopic(reader: WireReader, version: number): ProduceResponseTopic {
  const isFlexible = version >= 9;
  const name = version <= 12 ? reader.readString(isFlexible) : "";
  const topicId = version >= 13 ? reader.readUuid() : ZERO_UUID;
  const partitionResponses = decodeArray(reader, isFlexible, version, decodeProduceResponsePartition);
  if (isFlexible) reader.skipTags();
  return { name, topicId, partitionResponses };
}

function encodeProduceResponseTopic(writer: WireWriter, value: ProduceResponseTopicInit, version: number): void {
  const isFlexible = version >= 9;
  if (version <= 12) writer.writeString(value.name, isFlexible);
  if (version >= 13) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitionResponses, isFlexible, version, encodeProduceResponsePartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeProduceResponseNodeEndpoint(reader: WireReader, _version: number): ProduceResponseNodeEndpoint {
  const nodeId = reader.readInt32();
  const host = reader.readString(true);
  const port = reader.readInt32();
  const rack = reader.readNullableString(true);
  reader.skipTags();
  return { nodeId, host, port, rack };
}

function encodeProduceResponseNodeEndpoint(writer: WireWriter, value: ProduceResponseNodeEndpointInit, _version: number): void {
  writer.writeInt32(value.nodeId);
  writer.writeString(value.host, true);
  writer.writeInt32(value.port);
  writer.writeNullableString(value.rack ?? null, true);
  writer.writeUvarint(0);
}

/** Appends record batches to partitions. serve 3+, close on 0-2. v3 batch v2, transactional_id; v5 log_start_offset; v7 zstd; v8 record_errors, error_message; v10 tags current_leader, node_endpoints (KIP-951); v11 error 120; v12 no layout change, TV2's implicit add; v13 topic id for name. */
export const produceApi: ApiCodec<ProduceRequest, ProduceRequestInit, ProduceResponse, ProduceResponseInit> = {
  key: 0,
  name: "Produce",
  versionMin: 3,
  versionMax: 13,
  advertisedMin: 0,
  flexibleMin: 9,
  decodeRequest: decodeProduceRequest,
  encodeRequest: encodeProduceRequest,
  decodeResponse: decodeProduceResponse,
  encodeResponse: encodeProduceResponse,
};
