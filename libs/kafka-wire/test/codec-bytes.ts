import { type ApiCodec, WireReader, WireWriter } from "../src/index.ts";

/** One direction of one API. */
export interface Direction {
  readonly api: ApiCodec;
  readonly side: "request" | "response";
  readonly version: number;
}

/** The bytes of a body, its parts joined. */
export function encodeBody({ api, side, version }: Direction, value: unknown): Uint8Array {
  const writer = new WireWriter(16); // Small, so that it grows.
  if (side === "request") api.encodeRequest(writer, value, version);
  else api.encodeResponse(writer, value, version);
  const length = writer.length;
  const joined = new Uint8Array(Buffer.concat(writer.finish()));
  if (joined.length !== length) throw new Error(`the writer says ${length} bytes and gives ${joined.length}`);
  return joined;
}

/** A body, and how many bytes it left over. */
export function decodeBody({ api, side, version }: Direction, bytes: Uint8Array): { readonly value: unknown; readonly remaining: number } {
  const reader = new WireReader(bytes);
  const value = side === "request" ? api.decodeRequest(reader, version) : api.decodeResponse(reader, version);
  return { value, remaining: reader.remaining };
}
