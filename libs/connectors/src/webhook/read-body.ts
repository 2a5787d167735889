import type { IncomingMessage } from "node:http";

/** A body went on beyond what it may have. */
export class BodyTooLarge extends Error {
  readonly bytesMax: number;

  constructor(bytesMax: number) {
    super(`a body has at most ${bytesMax} bytes`);
    this.bytesMax = bytesMax;
  }
}

/** The whole body; no more of it is kept than it may have, whatever its head said. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new BodyTooLarge(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
