import { type ApiCodec, WireWriter } from "../src/index.ts";

/** The bytes of a body, its parts joined. */
export function written(api: ApiCodec, side: string, value: unknown, version: number): Uint8Array {
  const writer = new WireWriter(16); // Small, so that it grows.
  if (side === "request") api.encodeRequest(writer, value, version);
  else api.encodeResponse(writer, value, version);
  const length = writer.length;
  const joined = new Uint8Array(Buffer.concat(writer.finish()));
  if (joined.length !== length) throw new Error(`the writer says ${length} bytes and gives ${joined.length}`);
  return joined;
}
