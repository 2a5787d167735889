import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ApiCodec, encodeRequestHeader, FrameSplitter, WireReader, WireWriter } from "@millrace/kafka-wire";

const SIZE_BYTES = 4;

/** A frame, size included, as a client sends it. */
export function requestFrame<Q>(
  api: ApiCodec<unknown, Q, unknown, never>,
  request: { version: number; correlationId: number; body: Q },
): Buffer {
  const { version, correlationId, body } = request;
  const writer = new WireWriter();
  encodeRequestHeader(writer, { apiKey: api.key, apiVersion: version, correlationId, clientId: "abuse" });
  api.encodeRequest(writer, body, version);
  return framed(Buffer.concat(writer.finish()));
}

export function framed(bytes: Uint8Array, announcedBytes = bytes.length): Buffer {
  const size = Buffer.alloc(SIZE_BYTES);
  size.writeInt32BE(announcedBytes);
  return Buffer.concat([size, bytes]);
}

/** A socket that knows nothing of good manners; never throws for being closed. */
export async function rawSocket(address: string): Promise<Socket> {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.setNoDelay(true);
  await Promise.race([once(socket, "connect"), once(socket, "close")]);
  return socket;
}

/** Correlation ids of the answers that come, in their order. */
export function onAnswers(socket: Socket, onAnswer: (correlationId: number) => void): void {
  const splitter = new FrameSplitter();
  socket.on("data", (chunk: Uint8Array) => {
    for (const frame of splitter.push(chunk)) onAnswer(new WireReader(frame).readInt32());
  });
}
