import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/**
 * One API of the protocol: its key, its versions, and its codecs in both directions. The types are the same for all versions: a field that a version
 * does not have decodes to its default and is left out when encoding. `…Init` types are what is encoded: fields with a default may be missing.
 *
 * Versions are the caller's to check (see `isVersionSupported`): a codec called beyond its range is a bug.
 */
export interface ApiCodec<Request = unknown, RequestInit = unknown, Response = unknown, ResponseInit = unknown> {
  readonly key: number;
  readonly name: string;
  /** The range that decodes and encodes. */
  readonly versionMin: number;
  readonly versionMax: number;
  /** The lowest version to list in ApiVersions: lower than `versionMin` where clients probe for a version that nobody sends (Produce 0). */
  readonly advertisedMin: number;
  /** First version with compact types, tagged fields and the newer headers; Infinity if there is none. */
  readonly flexibleMin: number;
  decodeRequest(reader: WireReader, version: number): Request;
  encodeRequest(writer: WireWriter, value: RequestInit, version: number): void;
  decodeResponse(reader: WireReader, version: number): Response;
  encodeResponse(writer: WireWriter, value: ResponseInit, version: number): void;
}

/** Whether the codecs of the API know a version. */
export function isVersionSupported(api: ApiCodec, version: number): boolean {
  return version >= api.versionMin && version <= api.versionMax;
}
