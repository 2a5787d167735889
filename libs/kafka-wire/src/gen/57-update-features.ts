// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a UpdateFeaturesRequest. */
export interface UpdateFeaturesRequest {
  readonly timeoutMs: number;
  readonly featureUpdates: readonly UpdateFeaturesRequestFeatureUpdateKey[];
  /** v1+ */
  readonly validateOnly: boolean;
}

/** UpdateFeaturesRequest to encode: what has a default may be missing. */
export interface UpdateFeaturesRequestInit {
  readonly timeoutMs?: number | undefined;
  readonly featureUpdates: readonly UpdateFeaturesRequestFeatureUpdateKeyInit[];
  readonly validateOnly?: boolean | undefined;
}

/** Part of UpdateFeaturesRequest. */
export interface UpdateFeaturesRequestFeatureUpdateKey {
  readonly feature: string;
  readonly maxVersionLevel: number;
  /** v0 */
  readonly allowDowngrade: boolean;
  /** v1+ */
  readonly upgradeType: number;
}

/** UpdateFeaturesRequestFeatureUpdateKey to encode: what has a default may be missing. */
export interface UpdateFeaturesRequestFeatureUpdateKeyInit {
  readonly feature: string;
  readonly maxVersionLevel: number;
  readonly allowDowngrade: boolean;
  readonly upgradeType?: number | undefined;
}

/** Reads the body of a UpdateFeaturesRequest; the version must be one that the API has. */
export function decodeUpdateFeaturesRequest(reader: WireReader, version: number): UpdateFeaturesRequest {
  reader.what = `UpdateFeaturesRequest v${version}`;
  const timeoutMs = reader.readInt32();
  const featureUpdates = decodeArray(reader, true, version, decodeUpdateFeaturesRequestFeatureUpdateKey);
  const validateOnly = version >= 1 ? reader.readBool() : false;
  reader.skipTags();
  return { timeoutMs, featureUpdates, validateOnly };
}

/** Writes the body of a UpdateFeaturesRequest; the version must be one that the API has. */
export function encodeUpdateFeaturesRequest(writer: WireWriter, value: UpdateFeaturesRequestInit, version: number): void {
  writer.writeInt32(value.timeoutMs ?? 60000);
  encodeArray(writer, value.featureUpdates, true, version, encodeUpdateFeaturesRequestFeatureUpdateKey);
  if (version >= 1) writer.writeBool(value.validateOnly ?? false);
  writer.writeUvarint(0);
}

function decodeUpdateFeaturesRequestFeatureUpdateKey(reader: WireReader, version: number): UpdateFeaturesRequestFeatureUpdateKey {
  const feature = reader.readString(true);
  const maxVersionLevel = reader.readInt16();
  const allowDowngrade = version <= 0 ? reader.readBool() : false;
  const upgradeType = version >= 1 ? reader.readInt8() : 1;
  reader.skipTags();
  return { feature, maxVersionLevel, allowDowngrade, upgradeType };
}

function encodeUpdateFeaturesRequestFeatureUpdateKey(
  writer: WireWriter,
  value: UpdateFeaturesRequestFeatureUpdateKeyInit,
  version: number,
): void {
  writer.writeString(value.feature, true);
  writer.writeInt16(value.maxVersionLevel);
  if (version <= 0) writer.writeBool(value.allowDowngrade);
  if (version >= 1) writer.writeInt8(value.upgradeType ?? 1);
  writer.writeUvarint(0);
}

/** Body of a UpdateFeaturesResponse. */
export interface UpdateFeaturesResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  /** v0-1 */
  readonly results: readonly UpdateFeaturesResponseUpdatableFeatureResult[];
}

/** UpdateFeaturesResponse to encode: what has a default may be missing. */
export interface UpdateFeaturesResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly results?: readonly UpdateFeaturesResponseUpdatableFeatureResultInit[] | undefined;
}

/** Part of UpdateFeaturesResponse. */
export interface UpdateFeaturesResponseUpdatableFeatureResult {
  /** v0-1 */
  readonly feature: string;
  /** v0-1 */
  readonly errorCode: number;
  /** v0-1 */
  readonly errorMessage: string | null;
}

/** UpdateFeaturesResponseUpdatableFeatureResult to encode: what has a default may be missing. */
export interface UpdateFeaturesResponseUpdatableFeatureResultInit {
  readonly feature: string;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

/** Reads the body of a UpdateFeaturesResponse; the version must be one that the API has. */
export function decodeUpdateFeaturesResponse(reader: WireReader, version: number): UpdateFeaturesResponse {
  reader.what = `UpdateFeaturesResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  const results = version <= 1 ? decodeArray(reader, true, version, decodeUpdateFeaturesResponseUpdatableFeatureResult) : [];
  reader.skipTags();
  return { throttleTimeMs, errorCode, errorMessage, results };
}

/** Writes the body of a UpdateFeaturesResponse; the version must be one that the API has. */
export function encodeUpdateFeaturesResponse(writer: WireWriter, value: UpdateFeaturesResponseInit, version: number): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  if (version <= 1) encodeArray(writer, value.results ?? [], true, version, encodeUpdateFeaturesResponseUpdatableFeatureResult);
  writer.writeUvarint(0);
}

function decodeUpdateFeaturesResponseUpdatableFeatureResult(
  reader: WireReader,
  _version: number,
): UpdateFeaturesResponseUpdatableFeatureResult {
  const feature = reader.readString(true);
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  reader.skipTags();
  return { feature, errorCode, errorMessage };
}

function encodeUpdateFeaturesResponseUpdatableFeatureResult(
  writer: WireWriter,
  value: UpdateFeaturesResponseUpdatableFeatureResultInit,
  _version: number,
): void {
  writer.writeString(value.feature, true);
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  writer.writeUvarint(0);
}

/** Changes finalized feature levels. v1 upgrade_type, validate_only; v2 no per-feature results. */
export const updateFeaturesApi: ApiCodec<
  UpdateFeaturesRequest,
  UpdateFeaturesRequestInit,
  UpdateFeaturesResponse,
  UpdateFeaturesResponseInit
> = {
  key: 57,
  name: "UpdateFeatures",
  versionMin: 0,
  versionMax: 2,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeUpdateFeaturesRequest,
  encodeRequest: encodeUpdateFeaturesRequest,
  decodeResponse: decodeUpdateFeaturesResponse,
  encodeResponse: encodeUpdateFeaturesResponse,
};
