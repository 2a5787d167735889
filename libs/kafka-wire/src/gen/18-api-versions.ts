// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ApiVersionsRequest. */
export interface ApiVersionsRequest {
  /** v3+ */
  readonly clientSoftwareName: string;
  /** v3+ */
  readonly clientSoftwareVersion: string;
}

/** Reads the body of a ApiVersionsRequest; the version must be one that the API has. */
export function decodeApiVersionsRequest(reader: WireReader, version: number): ApiVersionsRequest {
  reader.what = `ApiVersionsRequest v${version}`;
  const isFlexible = version >= 3;
  const clientSoftwareName = version >= 3 ? reader.readString(true) : "";
  const clientSoftwareVersion = version >= 3 ? reader.readString(true) : "";
  if (isFlexible) reader.skipTags();
  return { clientSoftwareName, clientSoftwareVersion };
}

/** Writes the body of a ApiVersionsRequest; the version must be one that the API has. */
export function encodeApiVersionsRequest(writer: WireWriter, value: ApiVersionsRequest, version: number): void {
  const isFlexible = version >= 3;
  if (version >= 3) writer.writeString(value.clientSoftwareName, true);
  if (version >= 3) writer.writeString(value.clientSoftwareVersion, true);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a ApiVersionsResponse. */
export interface ApiVersionsResponse {
  readonly errorCode: number;
  readonly apiKeys: readonly ApiVersionsResponseApiVersion[];
  /** v1+ */
  readonly throttleTimeMs: number;
  /** v3+, tag 0 */
  readonly supportedFeatures: readonly ApiVersionsResponseSupportedFeature[];
  /** v3+, tag 1 */
  readonly finalizedFeaturesEpoch: number;
  /** v3+, tag 2 */
  readonly finalizedFeatures: readonly ApiVersionsResponseFinalizedFeature[];
}

/** ApiVersionsResponse to encode: what has a default may be missing. */
export interface ApiVersionsResponseInit {
  readonly errorCode: number;
  readonly apiKeys: readonly ApiVersionsResponseApiVersion[];
  readonly throttleTimeMs?: number | undefined;
  readonly supportedFeatures?: readonly ApiVersionsResponseSupportedFeature[] | undefined;
  readonly finalizedFeaturesEpoch?: number | undefined;
  readonly finalizedFeatures?: readonly ApiVersionsResponseFinalizedFeature[] | undefined;
}

/** Part of ApiVersionsResponse. */
export interface ApiVersionsResponseApiVersion {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** Part of ApiVersionsResponse. */
export interface ApiVersionsResponseSupportedFeature {
  /** v3+ */
  readonly name: string;
  /** v3+ */
  readonly minVersion: number;
  /** v3+ */
  readonly maxVersion: number;
}

/** Part of ApiVersionsResponse. */
export interface ApiVersionsResponseFinalizedFeature {
  /** v3+ */
  readonly name: string;
  /** v3+ */
  readonly maxVersionLevel: number;
  /** v3+ */
  readonly minVersionLevel: number;
}

/** Reads the body of a ApiVersionsResponse; the version must be one that the API has. */
export function decodeApiVersionsResponse(reader: WireReader, version: number): ApiVersionsResponse {
  reader.what = `ApiVersionsResponse v${version}`;
  const isFlexible = version >= 3;
  const errorCode = reader.readInt16();
  const apiKeys = decodeArray(reader, isFlexible, version, decodeApiVersionsResponseApiVersion);
  const throttleTimeMs = version >= 1 ? reader.readInt32() : 0;
  let supportedFeatures: ApiVersionsResponse["supportedFeatures"] = [];
  let finalizedFeaturesEpoch: ApiVersionsResponse["finalizedFeaturesEpoch"] = -1;
  let finalizedFeatures: ApiVersionsResponse["finalizedFeatures"] = [];
  if (isFlexible) {
    for (let left = reader.readTagCount(); left > 0; left--) {
      const tag = reader.readTag();
      const end = reader.tagEnd;
      switch (tag) {
        case 0:
          supportedFeatures = decodeArray(reader, true, version, decodeApiVersionsResponseSupportedFeature);
          break;
        case 1:
          finalizedFeaturesEpoch = reader.readInt64();
          break;
        case 2:
          finalizedFeatures = decodeArray(reader, true, version, decodeApiVersionsResponseFinalizedFeature);
          break;
        default:
          reader.position = end;
      }
      reader.closeTag(end);
    }
  }
  return { errorCode, apiKeys, throttleTimeMs, supportedFeatures, finalizedFeaturesEpoch, finalizedFeatures };
}

/** Writes the body of a ApiVersionsResponse; the version must be one that the API has. */
export function encodeApiVersionsResponse(writer: WireWriter, value: ApiVersionsResponseInit, version: number): void {
  const isFlexible = version >= 3;
  writer.writeInt16(value.errorCode);
  encodeArray(writer, value.apiKeys, isFlexible, version, encodeApiVersionsResponseApiVersion);
  if (version >= 1) writer.writeInt32(value.throttleTimeMs ?? 0);
  if (isFlexible) {
    const { supportedFeatures } = value;
    const hasSupportedFeatures = supportedFeatures !== undefined && supportedFeatures.length > 0;
    const { finalizedFeaturesEpoch } = value;
    const hasFinalizedFeaturesEpoch = finalizedFeaturesEpoch !== undefined && finalizedFeaturesEpoch !== -1;
    const { finalizedFeatures } = value;
    const hasFinalizedFeatures = finalizedFeatures !== undefined && finalizedFeatures.length > 0;
    writer.writeUvarint((hasSupportedFeatures ? 1 : 0) + (hasFinalizedFeaturesEpoch ? 1 : 0) + (hasFinalizedFeatures ? 1 : 0));
    if (hasSupportedFeatures) {
      const mark = writer.beginTag(0);
      encodeArray(writer, supportedFeatures, true, version, encodeApiVersionsResponseSupportedFeature);
      writer.endTag(mark);
    }
    if (hasFinalizedFeaturesEpoch) {
      const mark = writer.beginTag(1);
      writer.writeInt64(finalizedFeaturesEpoch);
      writer.endTag(mark);
    }
    if (hasFinalizedFeatures) {
      const mark = writer.beginTag(2);
      encodeArray(writer, finalizedFeatures, true, version, encodeApiVersionsResponseFinalizedFeature);
      writer.endTag(mark);
    }
  }
}

function decodeApiVersionsResponseApiVersion(reader: WireReader, version: number): ApiVersionsResponseApiVersion {
  const isFlexible = version >= 3;
  const apiKey = reader.readInt16();
  const minVersion = reader.readInt16();
  const maxVersion = reader.readInt16();
  if (isFlexible) reader.skipTags();
  return { apiKey, minVersion, maxVersion };
}

function encodeApiVersionsResponseApiVersion(writer: WireWriter, value: ApiVersionsResponseApiVersion, version: number): void {
  const isFlexible = version >= 3;
  writer.writeInt16(value.apiKey);
  writer.writeInt16(value.minVersion);
  writer.writeInt16(value.maxVersion);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeApiVersionsResponseSupportedFeature(reader: WireReader, _version: number): ApiVersionsResponseSupportedFeature {
  const name = reader.readString(true);
  const minVersion = reader.readInt16();
  const maxVersion = reader.readInt16();
  reader.skipTags();
  return { name, minVersion, maxVersion };
}

function encodeApiVersionsResponseSupportedFeature(writer: WireWriter, value: ApiVersionsResponseSupportedFeature, _version: number): void {
  writer.writeString(value.name, true);
  writer.writeInt16(value.minVersion);
  writer.writeInt16(value.maxVersion);
  writer.writeUvarint(0);
}

function decodeApiVersionsResponseFinalizedFeature(reader: WireReader, _version: number): ApiVersionsResponseFinalizedFeature {
  const name = reader.readString(true);
  const maxVersionLevel = reader.readInt16();
  const minVersionLevel = reader.readInt16();
  reader.skipTags();
  return { name, maxVersionLevel, minVersionLevel };
}

function encodeApiVersionsResponseFinalizedFeature(writer: WireWriter, value: ApiVersionsResponseFinalizedFeature, _version: number): void {
  writer.writeString(value.name, true);
  writer.writeInt16(value.maxVersionLevel);
  writer.writeInt16(value.minVersionLevel);
  writer.writeUvarint(0);
}

/** Which APIs and versions the broker serves. v1 thr; v3 client name and version, features. */
export const apiVersionsApi: ApiCodec<ApiVersionsRequest, ApiVersionsRequest, ApiVersionsResponse, ApiVersionsResponseInit> = {
  key: 18,
  name: "ApiVersions",
  versionMin: 0,
  versionMax: 4,
  advertisedMin: 0,
  flexibleMin: 3,
  decodeRequest: decodeApiVersionsRequest,
  encodeRequest: encodeApiVersionsRequest,
  decodeResponse: decodeApiVersionsResponse,
  encodeResponse: encodeApiVersionsResponse,
};
