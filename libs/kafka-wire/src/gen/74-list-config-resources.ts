// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeInt8, encodeArray, encodeInt8 } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ListConfigResourcesRequest. */
export interface ListConfigResourcesRequest {
  /** v1+ */
  readonly resourceTypes: readonly number[];
}

/** ListConfigResourcesRequest to encode: what has a default may be missing. */
export interface ListConfigResourcesRequestInit {
  readonly resourceTypes?: readonly number[] | undefined;
}

/** Reads the body of a ListConfigResourcesRequest; the version must be one that the API has. */
export function decodeListConfigResourcesRequest(reader: WireReader, version: number): ListConfigResourcesRequest {
  reader.what = `ListConfigResourcesRequest v${version}`;
  const resourceTypes = version >= 1 ? decodeArray(reader, true, version, decodeInt8) : [];
  reader.skipTags();
  return { resourceTypes };
}

/** Writes the body of a ListConfigResourcesRequest; the version must be one that the API has. */
export function encodeListConfigResourcesRequest(writer: WireWriter, value: ListConfigResourcesRequestInit, version: number): void {
  if (version >= 1) encodeArray(writer, value.resourceTypes ?? [], true, version, encodeInt8);
  writer.writeUvarint(0);
}

/** Body of a ListConfigResourcesResponse. */
export interface ListConfigResourcesResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly configResources: readonly ListConfigResourcesResponseConfigResource[];
}

/** ListConfigResourcesResponse to encode: what has a default may be missing. */
export interface ListConfigResourcesResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly configResources: readonly ListConfigResourcesResponseConfigResourceInit[];
}

/** Part of ListConfigResourcesResponse. */
export interface ListConfigResourcesResponseConfigResource {
  readonly resourceName: string;
  /** v1+ */
  readonly resourceType: number;
}

/** ListConfigResourcesResponseConfigResource to encode: what has a default may be missing. */
export interface ListConfigResourcesResponseConfigResourceInit {
  readonly resourceName: string;
  readonly resourceType?: number | undefined;
}

/** Reads the body of a ListConfigResourcesResponse; the version must be one that the API has. */
export function decodeListConfigResourcesResponse(reader: WireReader, version: number): ListConfigResourcesResponse {
  reader.what = `ListConfigResourcesResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const errorCode = reader.readInt16();
  const configResources = decodeArray(reader, true, version, decodeListConfigResourcesResponseConfigResource);
  reader.skipTags();
  return { throttleTimeMs, errorCode, configResources };
}

/** Writes the body of a ListConfigResourcesResponse; the version must be one that the API has. */
export function encodeListConfigResourcesResponse(writer: WireWriter, value: ListConfigResourcesResponseInit, version: number): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  writer.writeInt16(value.errorCode);
  encodeArray(writer, value.configResources, true, version, encodeListConfigResourcesResponseConfigResource);
  writer.writeUvarint(0);
}

function decodeListConfigResourcesResponseConfigResource(reader: WireReader, version: number): ListConfigResourcesResponseConfigResource {
  const resourceName = reader.readString(true);
  const resourceType = version >= 1 ? reader.readInt8() : 16;
  reader.skipTags();
  return { resourceName, resourceType };
}

function encodeListConfigResourcesResponseConfigResource(
  writer: WireWriter,
  value: ListConfigResourcesResponseConfigResourceInit,
  version: number,
): void {
  writer.writeString(value.resourceName, true);
  if (version >= 1) writer.writeInt8(value.resourceType ?? 16);
  writer.writeUvarint(0);
}

/** Names of configurable resources. v1 resource types. */
export const listConfigResourcesApi: ApiCodec<
  ListConfigResourcesRequest,
  ListConfigResourcesRequestInit,
  ListConfigResourcesResponse,
  ListConfigResourcesResponseInit
> = {
  key: 74,
  name: "ListConfigResources",
  versionMin: 0,
  versionMax: 1,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeListConfigResourcesRequest,
  encodeRequest: encodeListConfigResourcesRequest,
  decodeResponse: decodeListConfigResourcesResponse,
  encodeResponse: encodeListConfigResourcesResponse,
};
