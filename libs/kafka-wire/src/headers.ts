import { type ApiCodec, isVersionSupported } from "./api-codec.ts";
import { apiOfKey } from "./api-keys.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

const API_VERSIONS_KEY = 18;

/** What stands before the body of every request. */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/**
 * Reads a header and leaves the reader at the body. Header v2 differs from v1 in tagged fields after the client id only (which stays a classic string,
 * G1), so that key, version and client id are known for a version that is not ours too: then the body cannot be read, as its first byte is not known.
 */
export function decodeRequestHeader(reader: WireReader): RequestHeader {
  reader.what = "request header";
  const apiKey = reader.readInt16();
  const apiVersion = reader.readInt16();
  const correlationId = reader.readInt32();
  const clientId = reader.readNullableString(false);
  const api = apiOfKey(apiKey);
  if (api !== undefined && isVersionSupported(api, apiVersion) && apiVersion >= api.flexibleMin) reader.skipTags();
  return { apiKey, apiVersion, correlationId, clientId };
}

export function encodeRequestHeader(writer: WireWriter, { apiKey, apiVersion, correlationId, clientId }: RequestHeader): void {
  writer.writeInt16(apiKey);
  writer.writeInt16(apiVersion);
  writer.writeInt32(correlationId);
  writer.writeNullableString(clientId, false);
  const api = apiOfKey(apiKey);
  if (api !== undefined && apiVersion >= api.flexibleMin) writer.writeUvarint(0);
}

/** Whether responses of this version have header v1. Those of ApiVersions never do: a client must read one before it knows any version (G2). */
function hasTaggedHeader(api: ApiCodec, version: number): boolean {
  return version >= api.flexibleMin && api.key !== API_VERSIONS_KEY;
}

/** Reads a response's header and gives its correlation id. */
export function decodeResponseHeader(reader: WireReader, api: ApiCodec, version: number): number {
  reader.what = "response header";
  const correlationId = reader.readInt32();
  if (hasTaggedHeader(api, version)) reader.skipTags();
  return correlationId;
}

/** Writes the header of a response in the version of its request. */
export function encodeResponseHeader(writer: WireWriter, api: ApiCodec, { version, correlationId }: ResponseMark): void {
  writer.writeInt32(correlationId);
  if (hasTaggedHeader(api, version)) writer.writeUvarint(0);
}

/** Which request a response answers, and in which version. */
export interface ResponseMark {
  readonly version: number;
  readonly correlationId: number;
}
