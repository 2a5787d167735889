// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import {
  decodeArray,
  decodeClassicString,
  decodeCompactString,
  decodeNullableArray,
  encodeArray,
  encodeClassicString,
  encodeCompactString,
  encodeNullableArray,
} from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a DescribeConfigsRequest. */
export interface DescribeConfigsRequest {
  readonly resources: readonly DescribeConfigsRequestResource[];
  readonly includeSynonyms: boolean;
  /** v3+ */
  readonly includeDocumentation: boolean;
}

/** DescribeConfigsRequest to encode: what has a default may be missing. */
export interface DescribeConfigsRequestInit {
  readonly resources: readonly DescribeConfigsRequestResource[];
  readonly includeSynonyms?: boolean | undefined;
  readonly includeDocumentation?: boolean | undefined;
}

/** Part of DescribeConfigsRequest. */
export interface DescribeConfigsRequestResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configurationKeys: readonly string[] | null;
}

/** Reads the body of a DescribeConfigsRequest; the version must be one that the API has. */
export function decodeDescribeConfigsRequest(reader: WireReader, version: number): DescribeConfigsRequest {
  reader.what = `DescribeConfigsRequest v${version}`;
  const isFlexible = version >= 4;
  const resources = decodeArray(reader, isFlexible, version, decodeDescribeConfigsRequestResource);
  const includeSynonyms = reader.readBool();
  const includeDocumentation = version >= 3 ? reader.readBool() : false;
  if (isFlexible) reader.skipTags();
  return { resources, includeSynonyms, includeDocumentation };
}

/** Writes the body of a DescribeConfigsRequest; the version must be one that the API has. */
export function encodeDescribeConfigsRequest(writer: WireWriter, value: DescribeConfigsRequestInit, version: number): void {
  const isFlexible = version >= 4;
  encodeArray(writer, value.resources, isFlexible, version, encodeDescribeConfigsRequestResource);
  writer.writeBool(value.includeSynonyms ?? false);
  if (version >= 3) writer.writeBool(value.includeDocumentation ?? false);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeConfigsRequestResource(reader: WireReader, version: number): DescribeConfigsRequestResource {
  const isFlexible = version >= 4;
  const resourceType = reader.readInt8();
  const resourceName = reader.readString(isFlexible);
  const configurationKeys = decodeNullableArray(reader, isFlexible, version, isFlexible ? decodeCompactString : decodeClassicString);
  if (isFlexible) reader.skipTags();
  return { resourceType, resourceName, configurationKeys };
}

function encodeDescribeConfigsRequestResource(writer: WireWriter, value: DescribeConfigsRequestResource, version: number): void {
  const isFlexible = version >= 4;
  writer.writeInt8(value.resourceType);
  writer.writeString(value.resourceName, isFlexible);
  encodeNullableArray(writer, value.configurationKeys, isFlexible, version, isFlexible ? encodeCompactString : encodeClassicString);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a DescribeConfigsResponse. */
export interface DescribeConfigsResponse {
  readonly throttleTimeMs: number;
  readonly results: readonly DescribeConfigsResponseResult[];
}

/** DescribeConfigsResponse to encode: what has a default may be missing. */
export interface DescribeConfigsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly results: readonly DescribeConfigsResponseResultInit[];
}

/** Part of DescribeConfigsResponse. */
export interface DescribeConfigsResponseSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
}

/** Part of DescribeConfigsResponse. */
export interface DescribeConfigsResponseResourceResult {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  readonly synonyms: readonly DescribeConfigsResponseSynonym[];
  /** v3+ */
  readonly configType: number;
  /** v3+ */
  readonly documentation: string | null;
}

/** DescribeConfigsResponseResourceResult to encode: what has a default may be missing. */
export interface DescribeConfigsResponseResourceResultInit {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource?: number | undefined;
  readonly isSensitive: boolean;
  readonly synonyms: readonly DescribeConfigsResponseSynonym[];
  readonly configType?: number | undefined;
  readonly documentation: string | null;
}

/** Part of DescribeConfigsResponse. */
export interface DescribeConfigsResponseResult {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly DescribeConfigsResponseResourceResult[];
}

/** DescribeConfigsResponseResult to encode: what has a default may be missing. */
export interface DescribeConfigsResponseResultInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly DescribeConfigsResponseResourceResultInit[];
}

/** Reads the body of a DescribeConfigsResponse; the version must be one that the API has. */
export function decodeDescribeConfigsResponse(reader: WireReader, version: number): DescribeConfigsResponse {
  reader.what = `DescribeConfigsResponse v${version}`;
  const isFlexible = version >= 4;
  const throttleTimeMs = reader.readInt32();
  const results = decodeArray(reader, isFlexible, version, decodeDescribeConfigsResponseResult);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, results };
}

/** Writes the body of a DescribeConfigsResponse; the version must be one that the API has. */
export function encodeDescribeConfigsResponse(writer: WireWriter, value: DescribeConfigsResponseInit, version: number): void {
  const isFlexible = version >= 4;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.results, isFlexible, version, encodeDescribeConfigsResponseResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeConfigsResponseSynonym(reader: WireReader, version: number): DescribeConfigsResponseSynonym {
  const isFlexible = version >= 4;
  const name = reader.readString(isFlexible);
  const value = reader.readNullableString(isFlexible);
  const source = reader.readInt8();
  if (isFlexible) reader.skipTags();
  return { name, value, source };
}

function encodeDescribeConfigsResponseSynonym(writer: WireWriter, value: DescribeConfigsResponseSynonym, version: number): void {
  const isFlexible = version >= 4;
  writer.writeString(value.name, isFlexible);
  writer.writeNullableString(value.value, isFlexible);
  writer.writeInt8(value.source);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeConfigsResponseResourceResult(reader: WireReader, version: number): DescribeConfigsResponseResourceResult {
  const isFlexible = version >= 4;
  const name = reader.readString(isFlexible);
  const value = reader.readNullableString(isFlexible);
  const readOnly = reader.readBool();
  const configSource = reader.readInt8();
  const isSensitive = reader.readBool();
  const synonyms = decodeArray(reader, isFlexible, version, decodeDescribeConfigsResponseSynonym);
  const configType = version >= 3 ? reader.readInt8() : 0;
  const documentation = version >= 3 ? reader.readNullableString(isFlexible) : "";
  if (isFlexible) reader.skipTags();
  return { name, value, readOnly, configSource, isSensitive, synonyms, configType, documentation };
}

function encodeDescribeConfigsResponseResourceResult(
  writer: WireWriter,
  value: DescribeConfigsResponseResourceResultInit,
  version: number,
): void {
  const isFlexible = version >= 4;
  writer.writeString(value.name, isFlexible);
  writer.writeNullableString(value.value, isFlexible);
  writer.writeBool(value.readOnly);
  writer.writeInt8(value.configSource ?? -1);
  writer.writeBool(value.isSensitive);
  encodeArray(writer, value.synonyms, isFlexible, version, encodeDescribeConfigsResponseSynonym);
  if (version >= 3) writer.writeInt8(value.configType ?? 0);
  if (version >= 3) writer.writeNullableString(value.documentation, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeDescribeConfigsResponseResult(reader: WireReader, version: number): DescribeConfigsResponseResult {
  const isFlexible = version >= 4;
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(isFlexible);
  const resourceType = reader.readInt8();
  const resourceName = reader.readString(isFlexible);
  const configs = decodeArray(reader, isFlexible, version, decodeDescribeConfigsResponseResourceResult);
  if (isFlexible) reader.skipTags();
  return { errorCode, errorMessage, resourceType, resourceName, configs };
}

function encodeDescribeConfigsResponseResult(writer: WireWriter, value: DescribeConfigsResponseResultInit, version: number): void {
  const isFlexible = version >= 4;
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, isFlexible);
  writer.writeInt8(value.resourceType);
  writer.writeString(value.resourceName, isFlexible);
  encodeArray(writer, value.configs, isFlexible, version, encodeDescribeConfigsResponseResourceResult);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Settings of topics, brokers and groups. v1 source, synonyms; v3 type, documentation. */
export const describeConfigsApi: ApiCodec<
  DescribeConfigsRequest,
  DescribeConfigsRequestInit,
  DescribeConfigsResponse,
  DescribeConfigsResponseInit
> = {
  key: 32,
  name: "DescribeConfigs",
  versionMin: 1,
  versionMax: 4,
  advertisedMin: 1,
  flexibleMin: 4,
  decodeRequest: decodeDescribeConfigsRequest,
  encodeRequest: encodeDescribeConfigsRequest,
  decodeResponse: decodeDescribeConfigsResponse,
  encodeResponse: encodeDescribeConfigsResponse,
};
