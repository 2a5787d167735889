import { once } from "node:events";
import { connect, type PeerCertificate } from "node:tls";
import { apiVersionsApi, encodeRequestHeader, WireWriter } from "@millrace/kafka-wire";

const ANSWER_MS_MAX = 20_000;

/** PEM; without `cert` and `key` the client shows no certificate. */
export interface ClientMaterial {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** What a Kafka listener answers over TLS to ApiVersions v0, and the certificate that it shows. Throws what ends the connection. */
export async function askKafkaOverTls(
  address: string,
  material: ClientMaterial,
): Promise<{ readonly apiCount: number; readonly certificate: PeerCertificate }> {
  const at = address.lastIndexOf(":");
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)), ...material });
  socket.setTimeout(ANSWER_MS_MAX, () => socket.destroy(new Error(`${address} did not answer within ${ANSWER_MS_MAX} ms`)));
  try {
    await once(socket, "secureConnect");
    const certificate = socket.getPeerCertificate();
    const writer = new WireWriter();
    encodeRequestHeader(writer, { apiKey: apiVersionsApi.key, apiVersion: 0, correlationId: 1, clientId: "tls" });
    const frame = Buffer.concat(writer.finish());
    const size = Buffer.alloc(4);
    size.writeInt32BE(frame.length);
    socket.write(Buffer.concat([size, frame]));
    for await (const chunk of socket as AsyncIterable<Buffer>) return { apiCount: chunk.readInt32BE(10), certificate }; // size, correlation id, error code, count
    throw new Error(`${address} closed the connection without an answer`);
  } finally {
    socket.destroy();
  }
}
