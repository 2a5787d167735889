// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeCompactString, decodeInt64, encodeArray, encodeCompactString, encodeInt64 } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ListTransactionsRequest. */
export interface ListTransactionsRequest {
  readonly stateFilters: readonly string[];
  readonly producerIdFilters: readonly number[];
  /** v1+ */
  readonly durationFilter: number;
  /** v2+ */
  readonly transactionalIdPattern: string | null;
}

/** ListTransactionsRequest to encode: what has a default may be missing. */
export interface ListTransactionsRequestInit {
  readonly stateFilters: readonly string[];
  readonly producerIdFilters: readonly number[];
  readonly durationFilter?: number | undefined;
  readonly transactionalIdPattern?: string | null | undefined;
}

/** Reads the body of a ListTransactionsRequest; the version must be one that the API has. */
export function decodeListTransactionsRequest(reader: WireReader, version: number): ListTransactionsRequest {
  reader.what = `ListTransactionsRequest v${version}`;
  const stateFilters = decodeArray(reader, true, version, decodeCompactString);
  const producerIdFilters = decodeArray(reader, true, version, decodeInt64);
  const durationFilter = version >= 1 ? reader.readInt64() : -1;
  const transactionalIdPattern = version >= 2 ? reader.readNullableString(true) : null;
  reader.skipTags();
  return { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern };
}

/** Writes the body of a ListTransactionsRequest; the version must be one that the API has. */
export function encodeListTransactionsRequest(writer: WireWriter, value: ListTransactionsRequestInit, version: number): void {
  encodeArray(writer, value.stateFilters, true, version, encodeCompactString);
  encodeArray(writer, value.producerIdFilters, true, version, encodeInt64);
  if (version >= 1) writer.writeInt64(value.durationFilter ?? -1);
  if (version >= 2) writer.writeNullableString(value.transactionalIdPattern ?? null, true);
  writer.writeUvarint(0);
}

/** Body of a ListTransactionsResponse. */
export interface ListTransactionsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly unknownStateFilters: readonly string[];
  readonly transactionStates: readonly ListTransactionsResponseTransactionState[];
}

/** ListTransactionsResponse to encode: what has a default may be missing. */
export interface ListTransactionsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly unknownStateFilters: readonly string[];
  readonly transactionStates: readonly ListTransactionsResponseTransactionState[];
}

/** Part of ListTransactionsResponse. */
export interface ListTransactionsResponseTransactionState {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly transactionState: string;
}

/** Reads the body of a ListTransactionsResponse; the version must be one that the API has. */
export function decodeListTransactionsResponse(reader: WireReader, version: number): ListTransactionsResponse {
  reader.what = `ListTransactionsResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  const unknownStateFilters = decodeArray(reader, true, version, decodeCompactString);
  const transactionStates = decodeArray(reader, true, version, decodeListTransactionsResponseTransactionState);
  reader.skipTags();
  return { throttleTimeMs, errorCode, unknownStateFilters, transactionStates };
}

/** Writes the body of a ListTransactionsResponse; the version must be one that the API has. */
export function encodeListTransactionsResponse(writer: WireWriter, value: ListTransactionsResponseInit, version: number): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  encodeArray(writer, value.unknownStateFilters, true, version, encodeCompactString);
  encodeArray(writer, value.transactionStates, true, version, encodeListTransactionsResponseTransactionState);
  writer.writeUvarint(0);
}

function decodeListTransactionsResponseTransactionState(reader: WireReader, _version: number): ListTransactionsResponseTransactionState {
  const transactionalId = reader.readString(true);
  const producerId = reader.readInt64();
  const transactionState = reader.readString(true);
  reader.skipTags();
  return { transactionalId, producerId, transactionState };
}

function encodeListTransactionsResponseTransactionState(
  writer: WireWriter,
  value: ListTransactionsResponseTransactionState,
  _version: number,
): void {
  writer.writeString(value.transactionalId, true);
  writer.writeInt64(value.producerId);
  writer.writeString(value.transactionState, true);
  writer.writeUvarint(0);
}

/** Transactions of one coordinator. v1 duration filter; v2 id pattern. */
export const listTransactionsApi: ApiCodec<
  ListTransactionsRequest,
  ListTransactionsRequestInit,
  ListTransactionsResponse,
  ListTransactionsResponseInit
> = {
  key: 66,
  name: "ListTransactions",
  versionMin: 0,
  versionMax: 2,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeListTransactionsRequest,
  encodeRequest: encodeListTransactionsRequest,
  decodeResponse: decodeListTransactionsResponse,
  encodeResponse: encodeListTransactionsResponse,
};
