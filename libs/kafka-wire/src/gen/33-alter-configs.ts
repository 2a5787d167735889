// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a AlterConfigsRequest. */
export interface AlterConfigsRequest {
  readonly resources: readonly AlterConfigsRequestResource[];
  readonly validateOnly: boolean;
}

/** Part of AlterConfigsRequest. */
export interface AlterConfigsRequestAlterableConfig {
  readonly name: string;
  readonly value: string | null;
}

/** Part of AlterConfigsRequest. */
export interface AlterConfigsRequestResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly AlterConfigsRequestAlterableConfig[];
}

/** Reads the body of a AlterConfigsRequest; the version must be one that the API has. */
export function decodeAlterConfigsRequest(reader: WireReader, version: number): AlterConfigsRequest {
  reader.what = `AlterConfigsRequest v${version}`;
  const isFlexible = version >= 2;
  const resources = decodeArray(reader, isFlexible, version, decodeAlterConfigsRequestResource);
  const validateOnly = reader.readBool();
  if (isFlexible) reader.skipTags();
  return { resources, validateOnly };
}

/** Writes the body of a AlterConfigsRequest; the version must be one that the API has. */
export function encodeAlterConfigsRequest(writer: WireWriter, value: AlterConfigsRequest, version: number): void {
  const isFlexible = version >= 2;
  encodeArray(writer, value.resources, isFlexible, version, encodeAlterConfigsRequestResource);
  writer.writeBool(value.validateOnly);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeAlterConfigsRequestAlterableConfig(reader: WireReader, version: number): AlterConfigsRequestAlterableConfig {
  const isFlexible = version >= 2;
  const name = reader.readString(isFlexible);
  const value = reader.readNullableString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { name, value };
}

function encodeAlterConfigsRequestAlterableConfig(writer: WireWriter, value: AlterConfigsRequestAlterableConfig, version: number): void {
  const isFlexible = version >= 2;
  writer.writeString(value.name, isFlexible);
  writer.writeNullableString(value.value, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeAlterConfigsRequestResource(reader: WireReader, version: number): AlterConfigsRequestResource {
  const isFlexible = version >= 2;
  const resourceType = reader.readInt8();
  const resourceName = reader.readString(isFlexible);
  const configs = decodeArray(reader, isFlexible, version, decodeAlterConfigsRequestAlterableConfig);
  if (isFlexible) reader.skipTags();
  return { resourceType, resourceName, configs };
}

function encodeAlterConfigsRequestResource(writer: WireWriter, value: AlterConfigsRequestResource, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt8(value.resourceType);
  writer.writeString(value.resourceName, isFlexible);
  encodeArray(writer, value.configs, isFlexible, version, encodeAlterConfigsRequestAlterableConfig);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a AlterConfigsResponse. */
export interface AlterConfigsResponse {
  readonly throttleTimeMs: number;
  readonly responses: readonly AlterConfigsResponseResource[];
}

/** AlterConfigsResponse to encode: what has a default may be missing. */
export interface AlterConfigsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly responses: readonly AlterConfigsResponseResourceInit[];
}

/** Part of AlterConfigsResponse. */
export interface AlterConfigsResponseResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

/** AlterConfigsResponseResource to encode: what has a default may be missing. */
export interface AlterConfigsResponseResourceInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly resourceType: number;
  readonly resourceName: string;
}

/** Reads the body of a AlterConfigsResponse; the version must be one that the API has. */
export function decodeAlterConfigsResponse(reader: WireReader, version: number): AlterConfigsResponse {
  reader.what = `AlterConfigsResponse v${version}`;
  const isFlexible = version >= 2;
  const throttleTimeMs = reader.readInt32();
  const responses = decodeArray(reader, isFlexible, version, decodeAlterConfigsResponseResource);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, responses };
}

/** Writes the body of a AlterConfigsResponse; the version must be one that the API has. */
export function encodeAlterConfigsResponse(writer: WireWriter, value: AlterConfigsResponseInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.responses, isFlexible, version, encodeAlterConfigsResponseResource);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeAlterConfigsResponseResource(reader: WireReader, version: number): AlterConfigsResponseResource {
  const isFlexible = version >= 2;
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(isFlexible);
  const resourceType = reader.readInt8();
  const resourceName = reader.readString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { errorCode, errorMessage, resourceType, resourceName };
}

function encodeAlterConfigsResponseResource(writer: WireWriter, value: AlterConfigsResponseResourceInit, version: number): void {
  const isFlexible = version >= 2;
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, isFlexible);
  writer.writeInt8(value.resourceType);
  writer.writeString(value.resourceName, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Replaces all overrides of resources. replaces the whole override set. */
export const alterConfigsApi: ApiCodec<AlterConfigsRequest, AlterConfigsRequest, AlterConfigsResponse, AlterConfigsResponseInit> = {
  key: 33,
  name: "AlterConfigs",
  versionMin: 0,
  versionMax: 2,
  advertisedMin: 0,
  flexibleMin: 2,
  decodeRequest: decodeAlterConfigsRequest,
  encodeRequest: encodeAlterConfigsRequest,
  decodeResponse: decodeAlterConfigsResponse,
  encodeResponse: encodeAlterConfigsResponse,
};
