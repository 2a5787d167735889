import { connect, type Socket } from "node:net";
import { type ApiCodec, encodeRequestFrame, FrameSplitter, WireReader } from "@millrace/kafka-wire";
import { createDeferred, type Deferred } from "@millrace/stdx";

const CLIENT_ID = "millrace-e2e";
const ANSWER_MS_MAX = 60_000;

/** One connection to a Kafka listener that asks in any version of any API, one request after another or several at once. */
export class KafkaConnection {
  readonly #socket: Socket;
  readonly #splitter = new FrameSplitter();
  readonly #waiting: Deferred<Uint8Array>[] = [];
  #correlationId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      for (const frame of this.#splitter.push(chunk)) this.#waiting.shift()?.resolve(frame);
    });
    socket.on("error", (error) => {
      this.#fail(error);
    });
    socket.on("close", () => {
      this.#fail(new Error("the broker closed the connection"));
    });
  }

  static open(address: string): Promise<KafkaConnection> {
    const end = address.lastIndexOf(":");
    const socket = connect({ host: address.slice(0, end), port: Number(address.slice(end + 1)), noDelay: true });
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        socket.setTimeout(ANSWER_MS_MAX, () => socket.destroy(new Error(`no answer within ${ANSWER_MS_MAX} ms`)));
        resolve(new KafkaConnection(socket));
      });
    });
  }

  async ask<Request, Response>(
    api: ApiCodec<unknown, Request, Response, never>,
    version: number,
    request: NoInfer<Request>,
  ): Promise<Response> {
    const correlationId = this.#correlationId++;
    const waiting = createDeferred<Uint8Array>();
    this.#waiting.push(waiting);
    this.#socket.cork();
    for (const part of encodeRequestFrame(api, { version, correlationId, clientId: CLIENT_ID }, request)) this.#socket.write(part);
    this.#socket.uncork();
    const reader = new WireReader(await waiting.promise);
    const answered = reader.readInt32();
    if (answered !== correlationId) throw new Error(`answer to request ${answered}, asked was ${correlationId}`);
    if (version >= api.flexibleMin) reader.skipTags();
    return api.decodeResponse(reader, version);
  }

  close(): void {
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}
