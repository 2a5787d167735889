// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeCompactString, decodeInt32, encodeArray, encodeCompactString, encodeInt32 } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DescribeTransactionsRequest. */
export interface DescribeTransactionsRequest {
  readonly transactionalIds: readonly string[];
}

/** Reads the body of a DescribeTransactionsRequest; the version must be one that the API has. */
export function decodeDescribeTransactionsRequest(reader: WireReader, version: number): DescribeTransactionsRequest {
  reader.what = `DescribeTransactionsRequest v${version}`;
  const transactionalIds = decodeArray(reader, true, version, decodeCompactString);
  reader.skipTags();
  return { transactionalIds };
}

/** Writes the body of a DescribeTransactionsRequest; the version must be one that the API has. */
export function encodeDescribeTransactionsRequest(writer: WireWriter, value: DescribeTransactionsRequest, version: number): void {
  encodeArray(writer, value.transactionalIds, true, version, encodeCompactString);
  writer.writeUvarint(0);
}

/** Body of a DescribeTransactionsResponse. */
export interface DescribeTransactionsResponse {
  readonly throttleTimeMs: number;
  readonly transactionStates: readonly DescribeTransactionsResponseTransactionState[];
}

/** DescribeTransactionsResponse to encode: what has a default may be missing. */
export interface DescribeTransactionsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly transactionStates: readonly DescribeTransactionsResponseTransactionState[];
}

/** Part of DescribeTransactionsResponse. */
export interface DescribeTransactionsResponseTopicData {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Part of DescribeTransactionsResponse. */
export interface DescribeTransactionsResponseTransactionState {
  readonly errorCode: number;
  readonly transactionalId: string;
  readonly transactionState: string;
  readonly transactionTimeoutMs: number;
  readonly transactionStartTimeMs: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly topics: readonly DescribeTransactionsResponseTopicData[];
}

/** Reads the body of a DescribeTransactionsResponse; the version must be one that the API has. */
export function decodeDescribeTransactionsResponse(reader: WireReader, version: number): DescribeTransactionsResponse {
  reader.what = `DescribeTransactionsResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const transactionStates = decodeArray(reader, true, version, decodeDescribeTransactionsResponseTransactionState);
  reader.skipTags();
  return { throttleTimeMs, transactionStates };
}

/** Writes the body of a DescribeTransactionsResponse; the version must be one that the API has. */
export function encodeDescribeTransactionsResponse(writer: WireWriter, value: DescribeTransactionsResponseInit, version: number): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.transactionStates, true, version, encodeDescribeTransactionsResponseTransactionState);
  writer.writeUvarint(0);
}

function decodeDescribeTransactionsResponseTopicData(reader: WireReader, version: number): DescribeTransactionsResponseTopicData {
  const topic = reader.readString(true);
  const partitions = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { topic, partitions };
}

function encodeDescribeTransactionsResponseTopicData(
  writer: WireWriter,
  value: DescribeTransactionsResponseTopicData,
  version: number,
): void {
  writer.writeString(value.topic, true);
  encodeArray(writer, value.partitions, true, version, encodeInt32);
  writer.writeUvarint(0);
}

function decodeDescribeTransactionsResponseTransactionState(
  reader: WireReader,
  version: number,
): DescribeTransactionsResponseTransactionState {
  const errorCode = reader.readInt16();
  const transactionalId = reader.readString(true);
  const transactionState = reader.readString(true);
  const transactionTimeoutMs = reader.readInt32();
  const transactionStartTimeMs = reader.readInt64();
  const producerId = reader.readInt64();
  const producerEpoch = reader.readInt16();
  const topics = decodeArray(reader, true, version, decodeDescribeTransactionsResponseTopicData);
  reader.skipTags();
  return { errorCode, transactionalId, transactionState, transactionTimeoutMs, transactionStartTimeMs, producerId, producerEpoch, topics };
}

function encodeDescribeTransactionsResponseTransactionState(
  writer: WireWriter,
  value: DescribeTransactionsResponseTransactionState,
  version: number,
): void {
  writer.writeInt16(value.errorCode);
  writer.writeString(value.transactionalId, true);
  writer.writeString(value.transactionState, true);
  writer.writeInt32(value.transactionTimeoutMs);
  writer.writeInt64(value.transactionStartTimeMs);
  writer.writeInt64(value.producerId);
  writer.writeInt16(value.producerEpoch);
  encodeArray(writer, value.topics, true, version, encodeDescribeTransactionsResponseTopicData);
  writer.writeUvarint(0);
}

/** State of transactions by id. */
export const describeTransactionsApi: ApiCodec<
  DescribeTransactionsRequest,
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
  DescribeTransactionsResponseInit
> = {
  key: 65,
  name: "DescribeTransactions",
  versionMin: 0,
  versionMax: 0,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeDescribeTransactionsRequest,
  encodeRequest: encodeDescribeTransactionsRequest,
  decodeResponse: decodeDescribeTransactionsResponse,
  encodeResponse: encodeDescribeTransactionsResponse,
};
