// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, decodeNullableArray, encodeArray, encodeInt32, encodeNullableArray } from "../arrays.ts";
import { ZERO_UUID } from "../uuid.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a FetchRequest. */
export interface FetchRequest {
  /** v12+, tag 0 */
  readonly clusterId: string | null;
  /** v4-14 */
  readonly replicaId: number;
  /** v15+, tag 1 */
  readonly replicaState: FetchRequestReplicaState;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  /** v7+ */
  readonly sessionId: number;
  /** v7+ */
  readonly sessionEpoch: number;
  readonly topics: readonly FetchRequestTopic[];
  /** v7+ */
  readonly forgottenTopicsData: readonly FetchRequestForgottenTopic[];
  /** v11+ */
  readonly rackId: string;
}

/** FetchRequest to encode: what has a default may be missing. */
export interface FetchRequestInit {
  readonly clusterId?: string | null | undefined;
  readonly replicaId?: number | undefined;
  readonly replicaState?: FetchRequestReplicaStateInit | undefined;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes?: number | undefined;
  readonly isolationLevel?: number | undefined;
  readonly sessionId?: number | undefined;
  readonly sessionEpoch?: number | undefined;
  readonly topics: readonly FetchRequestTopicInit[];
  readonly forgottenTopicsData?: readonly FetchRequestForgottenTopic[] | undefined;
  readonly rackId?: string | undefined;
}

/** Part of FetchRequest. */
export interface FetchRequestReplicaState {
  /** v15+ */
  readonly replicaId: number;
  /** v15+ */
  readonly replicaEpoch: number;
}

/** FetchRequestReplicaState to encode: what has a default may be missing. */
export interface FetchRequestReplicaStateInit {
  readonly replicaId?: number | undefined;
  readonly replicaEpoch?: number | undefined;
}

/** Part of FetchRequest. */
export interface FetchRequestPartition {
  readonly partition: number;
  /** v9+ */
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  /** v12+ */
  readonly lastFetchedEpoch: number;
  /** v5+ */
  readonly logStartOffset: number;
  readonly partitionMaxBytes: number;
  /** v17+, tag 0 */
  readonly replicaDirectoryId: string;
}

/** FetchRequestPartition to encode: what has a default may be missing. */
export interface FetchRequestPartitionInit {
  readonly partition: number;
  readonly currentLeaderEpoch?: number | undefined;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch?: number | undefined;
  readonly logStartOffset?: number | undefined;
  readonly partitionMaxBytes: number;
  readonly replicaDirectoryId?: string | undefined;
}

/** Part of FetchRequest. */
export interface FetchRequestTopic {
  /** v4-12 */
  readonly topic: string;
  /** v13+ */
  readonly topicId: string;
  readonly partitions: readonly FetchRequestPartition[];
}

/** FetchRequestTopic to encode: what has a default may be missing. */
export interface FetchRequestTopicInit {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: readonly FetchRequestPartitionInit[];
}

/** Part of FetchRequest. */
export interface FetchRequestForgottenTopic {
  /** v7-12 */
  readonly topic: string;
  /** v13+ */
  readonly topicId: string;
  /** v7+ */
  readonly partitions: readonly number[];
}

/** Reads the body of a FetchRequest; the version must be one that the API has. */
export function decodeFetchRequest(reader: WireReader, version: number): FetchRequest {
  reader.what = `FetchRequest v${version}`;
  const isFlexible = version >= 12;
  const replicaId = version <= 14 ? reader.readInt32() : -1;
  const maxWaitMs = reader.readInt32();
  const minBytes = reader.readInt32();
  const maxBytes = reader.readInt32();
  const isolationLevel = reader.readInt8();
  const sessionId = version >= 7 ? reader.readInt32() : 0;
  const sessionEpoch = version >= 7 ? reader.readInt32() : -1;
  const topics = decodeArray(reader, isFlexible, version, decodeFetchRequestTopic);
  const forgottenTopicsData = version >= 7 ? decodeArray(reader, isFlexible, version, decodeFetchRequestForgottenTopic) : [];
  const rackId = version >= 11 ? reader.readString(isFlexible) : "";
  let clusterId: FetchRequest["clusterId"] = null;
  let replicaState: FetchRequest["replicaState"] = { replicaId: -1, replicaEpoch: -1 };
  if (isFlexible) {
    for (let left = reader.readTagCount(); left > 0; left--) {
      const tag = reader.readTag();
      const end = reader.tagEnd;
      switch (tag) {
        case 0:
          clusterId = reader.readNullableString(true);
          break;
        case 1:
          if (version >= 15) replicaState = decodeFetchRequestReplicaState(reader, version);
          else reader.position = end;
          break;
        default:
          reader.position = end;
      }
      reader.closeTag(end);
    }
  }
  return {
    clusterId,
    replicaId,
    replicaState,
    maxWaitMs,
    minBytes,
    maxBytes,
    isolationLevel,
    sessionId,
    sessionEpoch,
    topics,
    forgottenTopicsData,
    rackId,
  };
}

/** Writes the body of a FetchRequest; the version must be one that the API has. */
export function encodeFetchRequest(writer: WireWriter, value: FetchRequestInit, version: number): void {
  const isFlexible = version >= 12;
  if (version <= 14) writer.writeInt32(value.replicaId ?? -1);
  writer.writeInt32(value.maxWaitMs);
  writer.writeInt32(value.minBytes);
  writer.writeInt32(value.maxBytes ?? 2147483647);
  writer.writeInt8(value.isolationLevel ?? 0);
  if (version >= 7) writer.writeInt32(value.sessionId ?? 0);
  if (version >= 7) writer.writeInt32(value.sessionEpoch ?? -1);
  encodeArray(writer, value.topics, isFlexible, version, encodeFetchRequestTopic);
  if (version >= 7) encodeArray(writer, value.forgottenTopicsData ?? [], isFlexible, version, encodeFetchRequestForgottenTopic);
  if (version >= 11) writer.writeString(value.rackId ?? "", isFlexible);
  if (isFlexible) {
    const { clusterId } = value;
    const hasClusterId = clusterId !== undefined && clusterId !== null;
    const { replicaState } = value;
    const hasReplicaState =
      version >= 15 && replicaState !== undefined && ((replicaState.replicaId ?? -1) !== -1 || (replicaState.replicaEpoch ?? -1) !== -1);
    writer.writeUvarint((hasClusterId ? 1 : 0) + (hasReplicaState ? 1 : 0));
    if (hasClusterId) {
      const mark = writer.beginTag(0);
      writer.writeNullableString(clusterId, true);
      writer.endTag(mark);
    }
    if (hasReplicaState) {
      const mark = writer.beginTag(1);
      encodeFetchRequestReplicaState(writer, replicaState, version);
      writer.endTag(mark);
    }
  }
}

function decodeFetchRequestReplicaState(reader: WireReader, _version: number): FetchRequestReplicaState {
  const replicaId = reader.readInt32();
  const replicaEpoch = reader.readInt64();
  reader.skipTags();
  return { replicaId, replicaEpoch };
}

function encodeFetchRequestReplicaState(writer: WireWriter, value: FetchRequestReplicaStateInit, _version: number): void {
  writer.writeInt32(value.replicaId ?? -1);
  writer.writeInt64(value.replicaEpoch ?? -1);
  writer.writeUvarint(0);
}

function decodeFetchRequestPartition(reader: WireReader, version: number): FetchRequestPartition {
  const isFlexible = version >= 12;
  const partition = reader.readInt32();
  const currentLeaderEpoch = version >= 9 ? reader.readInt32() : -1;
  const fetchOffset = reader.readInt64();
  const lastFetchedEpoch = version >= 12 ? reader.readInt32() : -1;
  const logStartOffset = version >= 5 ? reader.readInt64() : -1;
  const partitionMaxBytes = reader.readInt32();
  let replicaDirectoryId: FetchRequestPartition["replicaDirectoryId"] = ZERO_UUID;
  if (isFlexible) {
    for (let left = reader.readTagCount(); left > 0; left--) {
      const tag = reader.readTag();
      const end = reader.tagEnd;
      switch (tag) {
        case 0:
          if (version >= 17) replicaDirectoryId = reader.readUuid();
          else reader.position = end;
          break;
        default:
          reader.position = end;
      }
      reader.closeTag(end);
    }
  }
  return { partition, currentLeaderEpoch, fetchOffset, lastFetchedEpoch, logStartOffset, partitionMaxBytes, replicaDirectoryId };
}

function encodeFetchRequestPartition(writer: WireWriter, value: FetchRequestPartitionInit, version: number): void {
  const isFlexible = version >= 12;
  writer.writeInt32(value.partition);
  if (version >= 9) writer.writeInt32(value.currentLeaderEpoch ?? -1);
  writer.writeInt64(value.fetchOffset);
  if (version >= 12) writer.writeInt32(value.lastFetchedEpoch ?? -1);
  if (version >= 5) writer.writeInt64(value.logStartOffset ?? -1);
  writer.writeInt32(value.partitionMaxBytes);
  if (isFlexible) {
    const { replicaDirectoryId } = value;
    const hasReplicaDirectoryId = version >= 17 && replicaDirectoryId !== undefined && replicaDirectoryId !== ZERO_UUID;
    writer.writeUvarint(hasReplicaDirectoryId ? 1 : 0);
    if (hasReplicaDirectoryId) {
      const mark = writer.beginTag(0);
      writer.writeUuid(replicaDirectoryId);
      writer.endTag(mark);
    }
  }
}

function decodeFetchRequestTopic(reader: WireReader, version: number): FetchRequestTopic {
  const isFlexible = version >= 12;
  const topic = version <= 12 ? reader.readString(isFlexible) : "";
  const topicId = version >= 13 ? reader.readUuid() : ZERO_UUID;
  const partitions = decodeArray(reader, isFlexible, version, decodeFetchRequestPartition);
  if (isFlexible) reader.skipTags();
  return { topic, topicId, partitions };
}

function encodeFetchRequestTopic(writer: WireWriter, value: FetchRequestTopicInit, version: number): void {
  const isFlexible = version >= 12;
  if (version <= 12) writer.writeString(value.topic, isFlexible);
  if (version >= 13) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitions, isFlexible, version, encodeFetchRequestPartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeFetchRequestForgottenTopic(reader: WireReader, version: number): FetchRequestForgottenTopic {
  const isFlexible = version >= 12;
  const topic = version <= 12 ? reader.readString(isFlexible) : "";
  const topicId = version >= 13 ? reader.readUuid() : ZERO_UUID;
  const partitions = decodeArray(reader, isFlexible, version, decodeInt32);
  if (isFlexible) reader.skipTags();
  return { topic, topicId, partitions };
}

function encodeFetchRequestForgottenTopic(writer: WireWriter, value: FetchRequestForgottenTopic, version: number): void {
  const isFlexible = version >= 12;
  if (version <= 12) writer.writeString(value.topic, isFlexible);
  if (version >= 13) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitions, isFlexible, version, encodeInt32);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a FetchResponse. */
export interface FetchResponse {
  readonly throttleTimeMs: number;
  /** v7+ */
  readonly errorCode: number;
  /** v7+ */
  readonly sessionId: number;
  readonly responses: readonly FetchResponseTopic[];
  /** v16+, tag 0 */
  readonly nodeEndpoints: readonly FetchResponseNodeEndpoint[];
}

/** FetchResponse to encode: what has a default may be missing. */
export interface FetchResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly sessionId?: number | undefined;
  readonly responses: readonly FetchResponseTopicInit[];
  readonly nodeEndpoints?: readonly FetchResponseNodeEndpointInit[] | undefined;
}

/** Part of FetchResponse. */
export interface FetchResponseEpochEndOffset {
  /** v12+ */
  readonly epoch: number;
  /** v12+ */
  readonly endOffset: number;
}

/** FetchResponseEpochEndOffset to encode: what has a default may be missing. */
export interface FetchResponseEpochEndOffsetInit {
  readonly epoch?: number | undefined;
  readonly endOffset?: number | undefined;
}

/** Part of FetchResponse. */
export interface FetchResponseLeaderIdAndEpoch {
  /** v12+ */
  readonly leaderId: number;
  /** v12+ */
  readonly leaderEpoch: number;
}

/** FetchResponseLeaderIdAndEpoch to encode: what has a default may be missing. */
export interface FetchResponseLeaderIdAndEpochInit {
  readonly leaderId?: number | undefined;
  readonly leaderEpoch?: number | undefined;
}

/** Part of FetchResponse. */
export interface FetchResponseSnapshotId {
  /** v12+ */
  readonly endOffset: number;
  /** v12+ */
  readonly epoch: number;
}

/** FetchResponseSnapshotId to encode: what has a default may be missing. */
export interface FetchResponseSnapshotIdInit {
  readonly endOffset?: number | undefined;
  readonly epoch?: number | undefined;
}

/** Part of FetchResponse. */
export interface FetchResponseAbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Part of FetchResponse. */
export interface FetchResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** v5+ */
  readonly logStartOffset: number;
  /** v12+, tag 0 */
  readonly divergingEpoch: FetchResponseEpochEndOffset;
  /** v12+, tag 1 */
  readonly currentLeader: FetchResponseLeaderIdAndEpoch;
  /** v12+, tag 2 */
  readonly snapshotId: FetchResponseSnapshotId;
  readonly abortedTransactions: readonly FetchResponseAbortedTransaction[] | null;
  /** v11+ */
  readonly preferredReadReplica: number;
  readonly records: Uint8Array | null;
}

/** FetchResponsePartition to encode: what has a default may be missing. */
export interface FetchResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset?: number | undefined;
  readonly logStartOffset?: number | undefined;
  readonly divergingEpoch?: FetchResponseEpochEndOffsetInit | undefined;
  readonly currentLeader?: FetchResponseLeaderIdAndEpochInit | undefined;
  readonly snapshotId?: FetchResponseSnapshotIdInit | undefined;
  readonly abortedTransactions: readonly FetchResponseAbortedTransaction[] | null;
  readonly preferredReadReplica?: number | undefined;
  readonly records: Uint8Array | readonly Uint8Array[] | null;
}

/** Part of FetchResponse. */
export interface FetchResponseTopic {
  /** v4-12 */
  readonly topic: string;
  /** v13+ */
  readonly topicId: string;
  readonly partitions: readonly FetchResponsePartition[];
}

/** FetchResponseTopic to encode: what has a default may be missing. */
export interface FetchResponseTopicInit {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: readonly FetchResponsePartitionInit[];
}

/** Part of FetchResponse. */
export interface FetchResponseNodeEndpoint {
  /** v16+ */
  readonly nodeId: number;
  /** v16+ */
  readonly host: string;
  /** v16+ */
  readonly port: number;
  /** v16+ */
  readonly rack: string | null;
}

/** FetchResponseNodeEndpoint to encode: what has a default may be missing. */
export interface FetchResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
}

/** Reads the body of a FetchResponse; the version must be one that the API has. */
export function decodeFetchResponse(reader: WireReader, version: number): FetchResponse {
  reader.what = `FetchResponse v${version}`;
  const isFlexible = version >= 12;
  const throttleTimeMs = reader.readInt32();
  const errorCode = version >= 7 ? reader.readInt16() : 0;
  const sessionId = version >= 7 ? reader.readInt32() : 0;
  const responses = decodeArray(reader, isFlexible, version, decodeFetchResponseTopic);
  let nodeEndpoints: FetchResponse["nodeEndpoints"] = [];
  if (isFlexible) {
    for (let left = reader.readTagCount(); left > 0; left--) {
      const tag = reader.readTag();
      const end = reader.tagEnd;
      switch (tag) {
        case 0:
          if (version >= 16) nodeEndpoints = decodeArray(reader, true, version, decodeFetchResponseNodeEndpoint);
          else reader.position = end;
          break;
        default:
          reader.position = end;
      }
      reader.closeTag(end);
    }
  }
  return { throttleTimeMs, errorCode, sessionId, responses, nodeEndpoints };
}

/** Writes the body of a FetchResponse; the version must be one that the API has. */
export function encodeFetchResponse(writer: WireWriter, value: FetchResponseInit, version: number): void {
  const isFlexible = version >= 12;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  if (version >= 7) writer.writeInt16(value.errorCode);
  if (version >= 7) writer.writeInt32(value.sessionId ?? 0);
  encodeArray(writer, value.responses, isFlexible, version, encodeFetchResponseTopic);
  if (isFlexible) {
    const { nodeEndpoints } = value;
    const hasNodeEndpoints = version >= 16 && nodeEndpoints !== undefined && nodeEndpoints.length > 0;
    writer.writeUvarint(hasNodeEndpoints ? 1 : 0);
    if (hasNodeEndpoints) {
      const mark = writer.beginTag(0);
      encodeArray(writer, nodeEndpoints, true, version, encodeFetchResponseNodeEndpoint);
      writer.endTag(mark);
    }
  }
}

function decodeFetchResponseEpochEndOffset(reader: WireReader, _version: number): FetchResponseEpochEndOffset {
  const epoch = reader.readInt32();
  const endOffset = reader.readInt64();
  reader.skipTags();
  return { epoch, endOffset };
}

function encodeFetchResponseEpochEndOffset(writer: WireWriter, value: FetchResponseEpochEndOffsetInit, _version: number): void {
  writer.writeInt32(value.epoch ?? -1);
  writer.writeInt64(value.endOffset ?? -1);
  writer.writeUvarint(0);
}

function decodeFetchResponseLeaderIdAndEpoch(reader: WireReader, _version: number): FetchResponseLeaderIdAndEpoch {
  const leaderId = reader.readInt32();
  const leaderEpoch = reader.readInt32();
  reader.skipTags();
  return { leaderId, leaderEpoch };
}

function encodeFetchResponseLeaderIdAndEpoch(writer: WireWriter, value: FetchResponseLeaderIdAndEpochInit, _version: number): void {
  writer.writeInt32(value.leaderId ?? -1);
  writer.writeInt32(value.leaderEpoch ?? -1);
  writer.writeUvarint(0);
}

function decodeFetchResponseSnapshotId(reader: WireReader, _version: number): FetchResponseSnapshotId {
  const endOffset = reader.readInt64();
  const epoch = reader.readInt32();
  reader.skipTags();
  return { endOffset, epoch };
}

function encodeFetchResponseSnapshotId(writer: WireWriter, value: FetchResponseSnapshotIdInit, _version: number): void {
  writer.writeInt64(value.endOffset ?? -1);
  writer.writeInt32(value.epoch ?? -1);
  writer.writeUvarint(0);
}

function decodeFetchResponseAbortedTransaction(reader: WireReader, version: number): FetchResponseAbortedTransaction {
  const isFlexible = version >= 12;
  const producerId = reader.readInt64();
  const firstOffset = reader.readInt64();
  if (isFlexible) reader.skipTags();
  return { producerId, firstOffset };
}

function encodeFetchResponseAbortedTransaction(writer: WireWriter, value: FetchResponseAbortedTransaction, version: number): void {
  const isFlexible = version >= 12;
  writer.writeInt64(value.producerId);
  writer.writeInt64(value.firstOffset);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeFetchResponsePartition(reader: WireReader, version: number): FetchResponsePartition {
  const isFlexible = version >= 12;
  const partitionIndex = reader.readInt32();
  const errorCode = reader.readInt16();
  const highWatermark = reader.readInt64();
  const lastStableOffset = reader.readInt64();
  const logStartOffset = version >= 5 ? reader.readInt64() : -1;
  const abortedTransactions = decodeNullableArray(reader, isFlexible, version, decodeFetchResponseAbortedTransaction);
  const preferredReadReplica = version >= 11 ? reader.readInt32() : -1;
  const records = reader.readNullableBytes(isFlexible);
  let divergingEpoch: FetchResponsePartition["divergingEpoch"] = { epoch: -1, endOffset: -1 };
  let currentLeader: FetchResponsePartition["currentLeader"] = { leaderId: -1, leaderEpoch: -1 };
  let snapshotId: FetchResponsePartition["snapshotId"] = { endOffset: -1, epoch: -1 };
  if (isFlexible) {
    for (let left = reader.readTagCount(); left > 0; left--) {
      const tag = reader.readTag();
      const end = reader.tagEnd;
      switch (tag) {
        case 0:
          divergingEpoch = decodeFetchResponseEpochEndOffset(reader, version);
          break;
        case 1:
          currentLeader = decodeFetchResponseLeaderIdAndEpoch(reader, version);
          break;
        case 2:
          snapshotId = decodeFetchResponseSnapshotId(reader, version);
          break;
        default:
          reader.position = end;
      }
      reader.closeTag(end);
    }
  }
  return {
    partitionIndex,
    errorCode,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    divergingEpoch,
    currentLeader,
    snapshotId,
    abortedTransactions,
    preferredReadReplica,
    records,
  };
}

function encodeFetchResponsePartition(writer: WireWriter, value: FetchResponsePartitionInit, version: number): void {
  const isFlexible = version >= 12;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt16(value.errorCode);
  writer.writeInt64(value.highWatermark);
  writer.writeInt64(value.lastStableOffset ?? -1);
  if (version >= 5) writer.writeInt64(value.logStartOffset ?? -1);
  encodeNullableArray(writer, value.abortedTransactions, isFlexible, version, encodeFetchResponseAbortedTransaction);
  if (version >= 11) writer.writeInt32(value.preferredReadReplica ?? -1);
  writer.writeNullableBytes(value.records, isFlexible);
  if (isFlexible) {
    const { divergingEpoch } = value;
    const hasDivergingEpoch =
      divergingEpoch !== undefined && ((divergingEpoch.epoch ?? -1) !== -1 || (divergingEpoch.endOffset ?? -1) !== -1);
    const { currentLeader } = value;
    const hasCurrentLeader =
      currentLeader !== undefined && ((currentLeader.leaderId ?? -1) !== -1 || (currentLeader.leaderEpoch ?? -1) !== -1);
    const { snapshotId } = value;
    const hasSnapshotId = snapshotId !== undefined && ((snapshotId.endOffset ?? -1) !== -1 || (snapshotId.epoch ?? -1) !== -1);
    writer.writeUvarint((hasDivergingEpoch ? 1 : 0) + (hasCurrentLeader ? 1 : 0) + (hasSnapshotId ? 1 : 0));
    if (hasDivergingEpoch) {
      const mark = writer.beginTag(0);
      encodeFetchResponseEpochEndOffset(writer, divergingEpoch, version);
      writer.endTag(mark);
    }
    if (hasCurrentLeader) {
      const mark = writer.beginTag(1);
      encodeFetchResponseLeaderIdAndEpoch(writer, currentLeader, version);
      writer.endTag(mark);
    }
    if (hasSnapshotId) {
      const mark = writer.beginTag(2);
      encodeFetchResponseSnapshotId(writer, snapshotId, version);
      writer.endTag(mark);
    }
  }
}

function decodeFetchResponseTopic(reader: WireReader, version: number): FetchResponseTopic {
  const isFlexible = version >= 12;
  const topic = version <= 12 ? reader.readString(isFlexible) : "";
  const topicId = version >= 13 ? reader.readUuid() : ZERO_UUID;
  const partitions = decodeArray(reader, isFlexible, version, decodeFetchResponsePartition);
  if (isFlexible) reader.skipTags();
  return { topic, topicId, partitions };
}

function encodeFetchResponseTopic(writer: WireWriter, value: FetchResponseTopicInit, version: number): void {
  const isFlexible = version >= 12;
  if (version <= 12) writer.writeString(value.topic, isFlexible);
  if (version >= 13) writer.writeUuid(value.topicId);
  encodeArray(writer, value.partitions, isFlexible, version, encodeFetchResponsePartition);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeFetchResponseNodeEndpoint(reader: WireReader, _version: number): FetchResponseNodeEndpoint {
  const nodeId = reader.readInt32();
  const host = reader.readString(true);
  const port = reader.readInt32();
  const rack = reader.readNullableString(true);
  reader.skipTags();
  return { nodeId, host, port, rack };
}

function encodeFetchResponseNodeEndpoint(writer: WireWriter, value: FetchResponseNodeEndpointInit, _version: number): void {
  writer.writeInt32(value.nodeId);
  writer.writeString(value.host, true);
  writer.writeInt32(value.port);
  writer.writeNullableString(value.rack ?? null, true);
  writer.writeUvarint(0);
}

/** Reads record batches from partitions, waiting for some if asked to. v5 log_start_offset; v7 sessions, forgotten topics, top-level error; v9 current_leader_epoch; v10 zstd; v11 rack_id, preferred_read_replica; v12 last_fetched_epoch, tags 0 diverging_epoch 1 current_leader 2 snapshot_id; v13 topic ids; v14 error 109; v15 replica_id becomes tag 1 replica_state; v16 node_endpoints; v17 replica directory tag. */
export const fetchApi: ApiCodec<FetchRequest, FetchRequestInit, FetchResponse, FetchResponseInit> = {
  key: 1,
  name: "Fetch",
  versionMin: 4,
  versionMax: 17,
  advertisedMin: 4,
  flexibleMin: 12,
  decodeRequest: decodeFetchRequest,
  encodeRequest: encodeFetchRequest,
  decodeResponse: decodeFetchResponse,
  encodeResponse: encodeFetchResponse,
};
