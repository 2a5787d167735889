// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt32, encodeArray, encodeInt32 } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a AddPartitionsToTxnRequest. */
export interface AddPartitionsToTxnRequest {
  /** v4+ */
  readonly transactions: readonly AddPartitionsToTxnRequestTransaction[];
  /** v0-3 */
  readonly v3AndBelowTransactionalId: string;
  /** v0-3 */
  readonly v3AndBelowProducerId: number;
  /** v0-3 */
  readonly v3AndBelowProducerEpoch: number;
  /** v0-3 */
  readonly v3AndBelowTopics: readonly AddPartitionsToTxnRequestTopic[];
}

/** AddPartitionsToTxnRequest to encode: what has a default may be missing. */
export interface AddPartitionsToTxnRequestInit {
  readonly transactions?: readonly AddPartitionsToTxnRequestTransactionInit[] | undefined;
  readonly v3AndBelowTransactionalId: string;
  readonly v3AndBelowProducerId: number;
  readonly v3AndBelowProducerEpoch: number;
  readonly v3AndBelowTopics?: readonly AddPartitionsToTxnRequestTopic[] | undefined;
}

/** Part of AddPartitionsToTxnRequest. */
export interface AddPartitionsToTxnRequestTopic {
  readonly name: string;
  readonly partitions: readonly number[];
}

/** Part of AddPartitionsToTxnRequest. */
export interface AddPartitionsToTxnRequestTransaction {
  /** v4+ */
  readonly transactionalId: string;
  /** v4+ */
  readonly producerId: number;
  /** v4+ */
  readonly producerEpoch: number;
  /** v4+ */
  readonly verifyOnly: boolean;
  /** v4+ */
  readonly topics: readonly AddPartitionsToTxnRequestTopic[];
}

/** AddPartitionsToTxnRequestTransaction to encode: what has a default may be missing. */
export interface AddPartitionsToTxnRequestTransactionInit {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly verifyOnly?: boolean | undefined;
  readonly topics: readonly AddPartitionsToTxnRequestTopic[];
}

/** Reads the body of a AddPartitionsToTxnRequest; the version must be one that the API has. */
export function decodeAddPartitionsToTxnRequest(reader: WireReader, version: number): AddPartitionsToTxnRequest {
  reader.what = `AddPartitionsToTxnRequest v${version}`;
  const isFlexible = version >= 3;
  const transactions = version >= 4 ? decodeArray(reader, true, version, decodeAddPartitionsToTxnRequestTransaction) : [];
  const v3AndBelowTransactionalId = version <= 3 ? reader.readString(isFlexible) : "";
  const v3AndBelowProducerId = version <= 3 ? reader.readInt64() : 0;
  const v3AndBelowProducerEpoch = version <= 3 ? reader.readInt16() : 0;
  const v3AndBelowTopics = version <= 3 ? decodeArray(reader, isFlexible, version, decodeAddPartitionsToTxnRequestTopic) : [];
  if (isFlexible) reader.skipTags();
  return { transactions, v3AndBelowTransactionalId, v3AndBelowProducerId, v3AndBelowProducerEpoch, v3AndBelowTopics };
}

/** Writes the body of a AddPartitionsToTxnRequest; the version must be one that the API has. */
export function encodeAddPartitionsToTxnRequest(writer: WireWriter, value: AddPartitionsToTxnRequestInit, version: number): void {
  const isFlexible = version >= 3;
  if (version >= 4) encodeArray(writer, value.transactions ?? [], true, version, encodeAddPartitionsToTxnRequestTransaction);
  if (version <= 3) writer.writeString(value.v3AndBelowTransactionalId, isFlexible);
  if (version <= 3) writer.writeInt64(value.v3AndBelowProducerId);
  if (version <= 3) writer.writeInt16(value.v3AndBelowProducerEpoch);
  if (version <= 3) encodeArray(writer, value.v3AndBelowTopics ?? [], isFlexible, version, encodeAddPartitionsToTxnRequestTopic);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeAddPartitionsToTxnRequestTopic(reader: WireReader, version: number): AddPartitionsToTxnRequestTopic {
  const isFlexible = version >= 3;
  const name = reader.readString(isFlexible);
  const partitions = decodeArray(reader, isFlexible, version, decodeInt32);
  if (isFlexible) reader.skipTags();
  return { name, partitions };
}

function encodeAddPartitionsToTxnRequestTopic(writer: WireWriter, value: AddPartitionsToTxnRequestTopic, version: number): void {
  const isFlexible = version >= 3;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.partitions, isFlexible, version, encodeInt32);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeAddPartitionsToTxnRequestTransaction(reader: WireReader, version: number): AddPartitionsToTxnRequestTransaction {
  const transactionalId = reader.readString(true);
  const producerId = reader.readInt64();
  const producerEpoch = reader.readInt16();
  const verifyOnly = reader.readBool();
  const topics = decodeArray(reader, true, version, decodeAddPartitionsToTxnRequestTopic);
  reader.skipTags();
  return { transactionalId, producerId, producerEpoch, verifyOnly, topics };
}

function encodeAddPartitionsToTxnRequestTransaction(
  writer: WireWriter,
  value: AddPartitionsToTxnRequestTransactionInit,
  version: number,
): void {
  writer.writeString(value.transactionalId, true);
  writer.writeInt64(value.producerId);
  writer.writeInt16(value.producerEpoch);
  writer.writeBool(value.verifyOnly ?? false);
  encodeArray(writer, value.topics, true, version, encodeAddPartitionsToTxnRequestTopic);
  writer.writeUvarint(0);
}

/** Body of a AddPartitionsToTxnResponse. */
export interface AddPartitionsToTxnResponse {
  readonly throttleTimeMs: number;
  /** v4+ */
  readonly errorCode: number;
  /** v4+ */
  readonly resultsByTransaction: readonly AddPartitionsToTxnResponseResult[];
  /** v0-3 */
  readonly resultsByTopicV3AndBelow: readonly AddPartitionsToTxnResponseTopicResult[];
}

/** AddPartitionsToTxnResponse to encode: what has a default may be missing. */
export interface AddPartitionsToTxnResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly resultsByTransaction?: readonly AddPartitionsToTxnResponseResult[] | undefined;
  readonly resultsByTopicV3AndBelow?: readonly AddPartitionsToTxnResponseTopicResult[] | undefined;
}

/** Part of AddPartitionsToTxnResponse. */
export interface AddPartitionsToTxnResponseTopicResult {
  readonly name: string;
  readonly resultsByPartition: readonly AddPartitionsToTxnResponsePartitionResult[];
}

/** Part of AddPartitionsToTxnResponse. */
export interface AddPartitionsToTxnResponsePartitionResult {
  readonly partitionIndex: number;
  readonly partitionErrorCode: number;
}

/** Part of AddPartitionsToTxnResponse. */
export interface AddPartitionsToTxnResponseResult {
  /** v4+ */
  readonly transactionalId: string;
  /** v4+ */
  readonly topicResults: readonly AddPartitionsToTxnResponseTopicResult[];
}

/** Reads the body of a AddPartitionsToTxnResponse; the version must be one that the API has. */
export function decodeAddPartitionsToTxnResponse(reader: WireReader, version: number): AddPartitionsToTxnResponse {
  reader.what = `AddPartitionsToTxnResponse v${version}`;
  const isFlexible = version >= 3;
  const throttleTimeMs = reader.readInt32();
  const errorCode = version >= 4 ? reader.readInt16() : 0;
  const resultsByTransaction = version >= 4 ? decodeArray(reader, true, version, decodeAddPartitionsToTxnResponseResult) : [];
  const resultsByTopicV3AndBelow =
    version <= 3 ? decodeArray(reader, isFlexible, version, decodeAddPartitionsToTxnResponseTopicResult) : [];
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, resultsByTransaction, resultsByTopicV3AndBelow };
}

/** Writes the body of a AddPartitionsToTxnResponse; the version must be one that the API has. */
export function encodeAddPartitionsToTxnResponse(writer: WireWriter, value: AddPartitionsToTxnResponseInit, version: number): void {
  const isFlexible = version >= 3;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  if (version >= 4) writer.writeInt16(value.errorCode);
  if (version >= 4) encodeArray(writer, value.resultsByTransaction ?? [], true, version, encodeAddPartitionsToTxnResponseResult);
  if (version <= 3)
    encodeArray(writer, value.resultsByTopicV3AndBelow ?? [], isFlexible, version, encodeAddPartitionsToTxnResponseTopicResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeAddPartitionsToTxnResponseTopicResult(reader: WireReader, version: number): AddPartitionsToTxnResponseTopicResult {
  const isFlexible = version >= 3;
  const name = reader.readString(isFlexible);
  const resultsByPartition = decodeArray(reader, isFlexible, version, decodeAddPartitionsToTxnResponsePartitionResult);
  if (isFlexible) reader.skipTags();
  return { name, resultsByPartition };
}

function encodeAddPartitionsToTxnResponseTopicResult(
  writer: WireWriter,
  value: AddPartitionsToTxnResponseTopicResult,
  version: number,
): void {
  const isFlexible = version >= 3;
  writer.writeString(value.name, isFlexible);
  encodeArray(writer, value.resultsByPartition, isFlexible, version, encodeAddPartitionsToTxnResponsePartitionResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeAddPartitionsToTxnResponsePartitionResult(reader: WireReader, version: number): AddPartitionsToTxnResponsePartitionResult {
  const isFlexible = version >= 3;
  const partitionIndex = reader.readInt32();
  const partitionErrorCode = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { partitionIndex, partitionErrorCode };
}

function encodeAddPartitionsToTxnResponsePartitionResult(
  writer: WireWriter,
  value: AddPartitionsToTxnResponsePartitionResult,
  version: number,
): void {
  const isFlexible = version >= 3;
  writer.writeInt32(value.partitionIndex);
  writer.writeInt16(value.partitionErrorCode);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeAddPartitionsToTxnResponseResult(reader: WireReader, version: number): AddPartitionsToTxnResponseResult {
  const transactionalId = reader.readString(true);
  const topicResults = decodeArray(reader, true, version, decodeAddPartitionsToTxnResponseTopicResult);
  reader.skipTags();
  return { transactionalId, topicResults };
}

function encodeAddPartitionsToTxnResponseResult(writer: WireWriter, value: AddPartitionsToTxnResponseResult, version: number): void {
  writer.writeString(value.transactionalId, true);
  encodeArray(writer, value.topicResults, true, version, encodeAddPartitionsToTxnResponseTopicResult);
  writer.writeUvarint(0);
}

/** Adds partitions to transactions. v2 error 90; v4 list of transactions, verify_only, top-level error; v5 error 120. G35. */
export const addPartitionsToTxnApi: ApiCodec<
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnRequestInit,
  AddPartitionsToTxnResponse,
  AddPartitionsToTxnResponseInit
> = {
  key: 24,
  name: "AddPartitionsToTxn",
  versionMin: 0,
  versionMax: 5,
  advertisedMin: 0,
  flexibleMin: 3,
  decodeRequest: decodeAddPartitionsToTxnRequest,
  encodeRequest: encodeAddPartitionsToTxnRequest,
  decodeResponse: decodeAddPartitionsToTxnResponse,
  encodeResponse: encodeAddPartitionsToTxnResponse,
};
