// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, encodeArray } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a IncrementalAlterConfigsRequest. */
export interface IncrementalAlterConfigsRequest {
  readonly resources: readonly IncrementalAlterConfigsRequestAlterConfigsResource[];
  readonly validateOnly: boolean;
}

/** Part of IncrementalAlterConfigsRequest. */
export interface IncrementalAlterConfigsRequestAlterableConfig {
  readonly name: string;
  readonly configOperation: number;
  readonly value: string | null;
}

/** Part of IncrementalAlterConfigsRequest. */
export interface IncrementalAlterConfigsRequestAlterConfigsResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly IncrementalAlterConfigsRequestAlterableConfig[];
}

/** Reads the body of a IncrementalAlterConfigsRequest; the version must be one that the API has. */
export function decodeIncrementalAlterConfigsRequest(reader: WireReader, version: number): IncrementalAlterConfigsRequest {
  reader.what = `IncrementalAlterConfigsRequest v${version}`;
  const isFlexible = version >= 1;
  const resources = decodeArray(reader, isFlexible, version, decodeIncrementalAlterConfigsRequestAlterConfigsResource);
  const validateOnly = reader.readBool();
  if (isFlexible) reader.skipTags();
  return { resources, validateOnly };
}

/** Writes the body of a IncrementalAlterConfigsRequest; the version must be one that the API has. */
export function encodeIncrementalAlterConfigsRequest(writer: WireWriter, value: IncrementalAlterConfigsRequest, version: number): void {
  const isFlexible = version >= 1;
  encodeArray(writer, value.resources, isFlexible, version, encodeIncrementalAlterConfigsRequestAlterConfigsResource);
  writer.writeBool(value.validateOnly);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeIncrementalAlterConfigsRequestAlterableConfig(
  reader: WireReader,
  version: number,
): IncrementalAlterConfigsRequestAlterableConfig {
  const isFlexible = version >= 1;
  const name = reader.readString(isFlexible);
  const configOperation = reader.readInt8();
  const value = reader.readNullableString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { name, configOperation, value };
}

function encodeIncrementalAlterConfigsRequestAlterableConfig(
  writer: WireWriter,
  value: IncrementalAlterConfigsRequestAlterableConfig,
  version: number,
): void {
  const isFlexible = version >= 1;
  writer.writeString(value.name, isFlexible);
  writer.writeInt8(value.configOperation);
  writer.writeNullableString(value.value, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeIncrementalAlterConfigsRequestAlterConfigsResource(
  reader: WireReader,
  version: number,
): IncrementalAlterConfigsRequestAlterConfigsResource {
  const isFlexible = version >= 1;
  const resourceType = reader.readInt8();
  const resourceName = reader.readString(isFlexible);
  const configs = decodeArray(reader, isFlexible, version, decodeIncrementalAlterConfigsRequestAlterableConfig);
  if (isFlexible) reader.skipTags();
  return { resourceType, resourceName, configs };
}

function encodeIncrementalAlterConfigsRequestAlterConfigsResource(
  writer: WireWriter,
  value: IncrementalAlterConfigsRequestAlterConfigsResource,
  version: number,
): void {
  const isFlexible = version >= 1;
  writer.writeInt8(value.resourceType);
  writer.writeString(value.resourceName, isFlexible);
  encodeArray(writer, value.configs, isFlexible, version, encodeIncrementalAlterConfigsRequestAlterableConfig);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Body of a IncrementalAlterConfigsResponse. */
export interface IncrementalAlterConfigsResponse {
  readonly throttleTimeMs: number;
  readonly responses: readonly IncrementalAlterConfigsResponseAlterConfigsResource[];
}

/** IncrementalAlterConfigsResponse to encode: what has a default may be missing. */
export interface IncrementalAlterConfigsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly responses: readonly IncrementalAlterConfigsResponseAlterConfigsResourceInit[];
}

/** Part of IncrementalAlterConfigsResponse. */
export interface IncrementalAlterConfigsResponseAlterConfigsResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

/** IncrementalAlterConfigsResponseAlterConfigsResource to encode: what has a default may be missing. */
export interface IncrementalAlterConfigsResponseAlterConfigsResourceInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly resourceType: number;
  readonly resourceName: string;
}

/** Reads the body of a IncrementalAlterConfigsResponse; the version must be one that the API has. */
export function decodeIncrementalAlterConfigsResponse(reader: WireReader, version: number): IncrementalAlterConfigsResponse {
  reader.what = `IncrementalAlterConfigsResponse v${version}`;
  const isFlexible = version >= 1;
  const throttleTimeMs = reader.readInt32();
  const responses = decodeArray(reader, isFlexible, version, decodeIncrementalAlterConfigsResponseAlterConfigsResource);
  if (isFlexible) reader.skipTags();
  return { throttleTimeMs, responses };
}

/** Writes the body of a IncrementalAlterConfigsResponse; the version must be one that the API has. */
export function encodeIncrementalAlterConfigsResponse(
  writer: WireWriter,
  value: IncrementalAlterConfigsResponseInit,
  version: number,
): void {
  const isFlexible = version >= 1;
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.responses, isFlexible, version, encodeIncrementalAlterConfigsResponseAlterConfigsResource);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

function decodeIncrementalAlterConfigsResponseAlterConfigsResource(
  reader: WireReader,
  version: number,
): IncrementalAlterConfigsResponseAlterConfigsResource {
  const isFlexible = version >= 1;
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(isFlexible);
  const resourceType = reader.readInt8();
  const resourceName = reader.readString(isFlexible);
  if (isFlexible) reader.skipTags();
  return { errorCode, errorMessage, resourceType, resourceName };
}

function encodeIncrementalAlterConfigsResponseAlterConfigsResource(
  writer: WireWriter,
  value: IncrementalAlterConfigsResponseAlterConfigsResourceInit,
  version: number,
): void {
  const isFlexible = version >= 1;
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, isFlexible);
  writer.writeInt8(value.resourceType);
  writer.writeString(value.resourceName, isFlexible);
  if (isFlexible) {
    writer.writeUvarint(0);
  }
}

/** Changes single overrides of resources. 0 set, 1 delete, 2 append, 3 subtract. */
export const incrementalAlterConfigsApi: ApiCodec<
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  IncrementalAlterConfigsResponseInit
> = {
  key: 44,
  name: "IncrementalAlterConfigs",
  versionMin: 0,
  versionMax: 1,
  advertisedMin: 0,
  flexibleMin: 1,
  decodeRequest: decodeIncrementalAlterConfigsRequest,
  encodeRequest: encodeIncrementalAlterConfigsRequest,
  decodeResponse: decodeIncrementalAlterConfigsResponse,
  encodeResponse: encodeIncrementalAlterConfigsResponse,
};
