// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeCompactString, encodeArray, encodeCompactString } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a FindCoordinatorRequest. */
export interface FindCoordinatorRequest {
  /** v0-3 */
  readonly key: string;
  /** v1+ */
  readonly keyType: number;
  /** v4+ */
  readonly coordinatorKeys: readonly string[];
}

/** FindCoordinatorRequest to encode: what has a default may be missing. */
export interface FindCoordinatorRequestInit {
  readonly key: string;
  readonly keyType?: number | undefined;
  readonly coordinatorKeys?: readonly string[] | undefined;
}

/** Reads the body of a FindCoordinatorRequest; the version must be one that the API has. */
export function decodeFindCoordinatorRequest(reader: WireReader, version: number): FindCoordinatorRequest {
  reader.what = `FindCoordinatorRequest v${version}`;
  const isFlexible = version >= 3;
  const key = version <= 3 ? reader.readString(isFlexible) : "";
  const keyType = version >= 1 ? reader.readInt8() : 0;
  const coordinatorKeys = version >= 4 ? decodeArray(reader, true, version, decodeCompactString) : [];
  if (isFlexible) reader.skipTags();
  return { key, keyType, coordinatorKeys };
}

/** Writes the body of a FindCoordinatorRequest; the version must be one that the API has. */
export function encodeFindCoordinatorRequest(writer: WireWriter, value: FindCoordinatorRequestInit, version: number): void {
  const isFlexible = version >= 3;
  if (version <= 3) writer.writeString(value.key, isFlexible);
  if (version >= 1) writer.writeInt8(value.keyType ?? 0);
  if (version >= 4) encodeArray(writer, value.coordinatorKeys ?? [], true, version, encodeCompactString);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a FindCoordinatorResponse. */
export interface FindCoordinatorResponse {
  /** v1+ */
  readonly throttleTimeMs: number;
  /** v0-3 */
  readonly errorCode: number;
  /** v1-3 */
  readonly errorMessage: string | null;
  /** v0-3 */
  readonly nodeId: number;
  /** v0-3 */
  readonly host: string;
  /** v0-3 */
  readonly port: number;
  /** v4+ */
  readonly coordinators: readonly FindCoordinatorResponseCoordinator[];
}

/** FindCoordinatorResponse to encode: what has a default may be missing. */
export interface FindCoordinatorResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly coordinators?: readonly FindCoordinatorResponseCoordinatorInit[] | undefined;
}

/** Part of FindCoordinatorResponse. */
export interface FindCoordinatorResponseCoordinator {
  /** v4+ */
  readonly key: string;
  /** v4+ */
  readonly nodeId: number;
  /** v4+ */
  readonly host: string;
  /** v4+ */
  readonly port: number;
  /** v4+ */
  readonly errorCode: number;
  /** v4+ */
  readonly errorMessage: string | null;
}

/** FindCoordinatorResponseCoordinator to encode: what has a default may be missing. */
export interface FindCoordinatorResponseCoordinatorInit {
  readonly key: string;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

/** Reads the body of a FindCoordinatorResponse; the version must be one that the API has. */
export function decodeFindCoordinatorResponse(reader: WireReader, version: number): FindCoordinatorResponse {
  reader.what = `FindCoordinatorResponse v${version}`;
  const isFlexible = version >= 3;
  const throttleTimeMs = version >= 1 ? reader.readInt32() : 0;
  const errorCode = version <= 3 ? reader.readInt16() : 0;
  const errorMessage = version >= 1 && version <= 3 ? reader.readNullableString(isFlexible) : null;
  const nodeId = version <= 3 ? reader.readInt32() : 0;
  const host = version <= 3 ? reader.readString(isFlexible) : "";
  const port = version <= 3 ? reader.readInt32() : 0;
  const coordinators = version >= 4 ? decodeArray(reader, true, version, decodeFindCoordinatorResponseCoordinator) : [];
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, errorCode, errorMessage, nodeId, host, port, coordinators };
}

/** Writes the body of a FindCoordinatorResponse; the version must be one that the API has. */
export function encodeFindCoordinatorResponse(writer: WireWriter, value: FindCoordinatorResponseInit, version: number): void {
  const isFlexible = version >= 3;
  if (version >= 1) writer.writeInt32(value.throttleTimeMs ?? 0);
  if (version <= 3) writer.writeInt16(value.errorCode);
  if (version >= 1 && version <= 3) writer.writeNullableString(value.errorMessage ?? null, isFlexible);
  if (version <= 3) writer.writeInt32(value.nodeId);
  if (version <= 3) writer.writeString(value.host, isFlexible);
  if (version <= 3) writer.writeInt32(value.port);
  if (version >= 4) encodeArray(writer, value.coordinators ?? [], true, version, encodeFindCoordinatorResponseCoordinator);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeFindCoordinatorResponseCoordinator(reader: WireReader, _version: number): FindCoordinatorResponseCoordinator {
  const key = reader.readString(true);
  const nodeId = reader.readInt32();
  const host = reader.readString(true);
  const port = reader.readInt32();
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  reader.skipTags();
  return { key, nodeId, host, port, errorCode, errorMessage };
}

function encodeFindCoordinatorResponseCoordinator(
  writer: WireWriter,
  value: FindCoordinatorResponseCoordinatorInit,
  _version: number,
): void {
  writer.writeString(value.key, true);
  writer.writeInt32(value.nodeId);
  writer.writeString(value.host, true);
  writer.writeInt32(value.port);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  writer.writeUvarint(0);
}

/** Which broker coordinates a group or a transactional id. v1 key_type 0 group / 1 transaction, message, thr; v4 key list both ways; v5 error 120; v6 key_type 2 share (unserved: 42). */
export const findCoordinatorApi: ApiCodec<
  FindCoordinatorRequest,
  FindCoordinatorRequestInit,
  FindCoordinatorResponse,
  FindCoordinatorResponseInit
> = {
  key: 10,
  name: "FindCoordinator",
  versionMin: 0,
  versionMax: 6,
  advertisedMin: 0,
  flexibleMin: 3,
  decodeRequest: decodeFindCoordinatorRequest,
  encodeRequest: encodeFindCoordinatorRequest,
  decodeResponse: decodeFindCoordinatorResponse,
  encodeResponse: encodeFindCoordinatorResponse,
};
