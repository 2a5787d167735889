// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DescribeClusterRequest. */
export interface DescribeClusterRequest {
  readonly includeClusterAuthorizedOperations: boolean;
  /** v1+ */
  readonly endpointType: number;
  /** v2+ */
  readonly includeFencedBrokers: boolean;
}

/** DescribeClusterRequest to encode: what has a default may be missing. */
export interface DescribeClusterRequestInit {
  readonly includeClusterAuthorizedOperations: boolean;
  readonly endpointType?: number | undefined;
  readonly includeFencedBrokers: boolean;
}

/** Reads the body of a DescribeClusterRequest; the version must be one that the API has. */
export function decodeDescribeClusterRequest(reader: WireReader, version: number): DescribeClusterRequest {
  reader.what = `DescribeClusterRequest v${version}`;
  const includeClusterAuthorizedOperations = reader.readBool();
  const endpointType = version >= 1 ? reader.readInt8() : 1;
  const includeFencedBrokers = version >= 2 ? reader.readBool() : false;
  reader.skipTags();
  return { includeClusterAuthorizedOperations, endpointType, includeFencedBrokers };
}

/** Writes the body of a DescribeClusterRequest; the version must be one that the API has. */
export function encodeDescribeClusterRequest(writer: WireWriter, value: DescribeClusterRequestInit, version: number): void {
  writer.writeBool(value.includeClusterAuthorizedOperations);
  if (version >= 1) writer.writeInt8(value.endpointType ?? 1);
  if (version >= 2) writer.writeBool(value.includeFencedBrokers);
  writer.writeUvarint(0);
}

/** Body of a DescribeClusterResponse. */
export interface DescribeClusterResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  /** v1+ */
  readonly endpointType: number;
  readonly clusterId: string;
  readonly controllerId: number;
  readonly brokers: readonly DescribeClusterResponseBroker[];
  readonly clusterAuthorizedOperations: number;
}

/** DescribeClusterResponse to encode: what has a default may be missing. */
export interface DescribeClusterResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly endpointType?: number | undefined;
  readonly clusterId: string;
  readonly controllerId?: number | undefined;
  readonly brokers: readonly DescribeClusterResponseBrokerInit[];
  readonly clusterAuthorizedOperations?: number | undefined;
}

/** Part of DescribeClusterResponse. */
export interface DescribeClusterResponseBroker {
  readonly brokerId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  /** v2+ */
  readonly isFenced: boolean;
}

/** DescribeClusterResponseBroker to encode: what has a default may be missing. */
export interface DescribeClusterResponseBrokerInit {
  readonly brokerId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
  readonly isFenced: boolean;
}

/** Reads the body of a DescribeClusterResponse; the version must be one that the API has. */
export function decodeDescribeClusterResponse(reader: WireReader, version: number): DescribeClusterResponse {
  reader.what = `DescribeClusterResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  const endpointType = version >= 1 ? reader.readInt8() : 1;
  const clusterId = reader.readString(true);
  const controllerId = reader.readInt32();
  const brokers = decodeArray(reader, true, version, decodeDescribeClusterResponseBroker);
  const clusterAuthorizedOperations = reader.readInt32();
  reader.skipTags();
  return { throttleTimeMs, errorCode, errorMessage, endpointType, clusterId, controllerId, brokers, clusterAuthorizedOperations };
}

/** Writes the body of a DescribeClusterResponse; the version must be one that the API has. */
export function encodeDescribeClusterResponse(writer: WireWriter, value: DescribeClusterResponseInit, version: number): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  if (version >= 1) writer.writeInt8(value.endpointType ?? 1);
  writer.writeString(value.clusterId, true);
  writer.writeInt32(value.controllerId ?? -1);
  encodeArray(writer, value.brokers, true, version, encodeDescribeClusterResponseBroker);
  writer.writeInt32(value.clusterAuthorizedOperations ?? -2147483648);
  writer.writeUvarint(0);
}

function decodeDescribeClusterResponseBroker(reader: WireReader, version: number): DescribeClusterResponseBroker {
  const brokerId = reader.readInt32();
  const host = reader.readString(true);
  const port = reader.readInt32();
  const rack = reader.readNullableString(true);
  const isFenced = version >= 2 ? reader.readBool() : false;
  reader.skipTags();
  return { brokerId, host, port, rack, isFenced };
}

function encodeDescribeClusterResponseBroker(writer: WireWriter, value: DescribeClusterResponseBrokerInit, version: number): void {
  writer.writeInt32(value.brokerId);
  writer.writeString(value.host, true);
  writer.writeInt32(value.port);
  writer.writeNullableString(value.rack ?? null, true);
  if (version >= 2) writer.writeBool(value.isFenced);
  writer.writeUvarint(0);
}

/** Brokers and identity of the cluster. v1 endpoint_type; v2 fenced brokers. */
export const describeClusterApi: ApiCodec<
  DescribeClusterRequest,
  DescribeClusterRequestInit,
  DescribeClusterResponse,
  DescribeClusterResponseInit
> = {
  key: 60,
  name: "DescribeCluster",
  versionMin: 0,
  versionMax: 2,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeDescribeClusterRequest,
  encodeRequest: encodeDescribeClusterRequest,
  decodeResponse: decodeDescribeClusterResponse,
  encodeResponse: encodeDescribeClusterResponse,
};
