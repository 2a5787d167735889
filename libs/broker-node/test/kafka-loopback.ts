import { type ApiCodec, WireReader, WireWriter } from "@millrace/kafka-wire";
import type { KafkaAnswer, KafkaConnectionHandler, KafkaFrameHandler, KafkaListener, KafkaServer } from "@millrace/ports";

const API_VERSIONS_KEY = 18;
const SIZE_BYTES = 4;

/** Kafka connections within one process: frames go to the broker's handler and answers come back, through their wire form. */
export class KafkaLoopback implements KafkaListener {
  readonly #servers = new Map<string, KafkaConnectionHandler>();
  #nextId = 1;

  listen(address: string, onConnection: KafkaConnectionHandler): Promise<KafkaServer> {
    this.#servers.set(address, onConnection);
    const stop = (): Promise<void> => {
      this.#servers.delete(address);
      return Promise.resolve();
    };
    return Promise.resolve({ address, stop });
  }

  connect(address = "broker-1:9092"): KafkaTestClient {
    const onConnection = this.#servers.get(address);
    if (onConnection === undefined) throw new Error(`nobody listens at ${address}`);
    const gone = new AbortController();
    const handle = onConnection({ id: this.#nextId++, peer: "client:1", signal: gone.signal });
    return new KafkaTestClient(handle, () => gone.abort());
  }
}

/** A client that speaks any version of any API. */
export class KafkaTestClient {
  readonly #handle: KafkaFrameHandler;
  readonly close: () => void;
  #correlationId = 100;

  constructor(handle: KafkaFrameHandler, close: () => void) {
    this.#handle = handle;
    this.close = close;
  }

  /** The answer, decoded; undefined if there is none. Rejects when the broker would close the connection. */
  async ask<QI, R>(api: ApiCodec<unknown, QI, R, never>, version: number, request: QI): Promise<R | undefined> {
    const correlationId = this.#correlationId++;
    const writer = new WireWriter();
    const isFlexible = version >= api.flexibleMin;
    writer.writeInt16(api.key);
    writer.writeInt16(version);
    writer.writeInt32(correlationId);
    writer.writeNullableString("spec", false);
    if (isFlexible) writer.writeUvarint(0);
    api.encodeRequest(writer, request, version);
    const answer = await this.#send(whole(writer.finish()));
    if (answer === undefined) return undefined;
    const reader = answerReader(answer.parts, correlationId);
    answer.onSent?.(); // answerReader has made a copy
    if (isFlexible && api.key !== API_VERSIONS_KEY) reader.skipTags();
    return api.decodeResponse(reader, version);
  }

  /** For frames that no codec would write; the answer behind its correlation id. */
  async askRaw(bytes: readonly number[]): Promise<WireReader | undefined> {
    const answer = await this.#send(Uint8Array.from(bytes));
    return answer === undefined ? undefined : answerReader(answer.parts);
  }

  #send(frame: Uint8Array): Promise<KafkaAnswer | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<KafkaAnswer | undefined>();
    const kept = new Set<Uint8Array>();
    const keep = (): Uint8Array => {
      kept.add(frame);
      return frame;
    };
    try {
      this.#handle({ frame, keep, answer: resolve, fail: reject });
    } catch (error) {
      reject(error);
    }
    if (!kept.has(frame)) frame.fill(0xee); // as the next read would: who still looks at it sees nonsense
    return promise;
  }
}

function answerReader(parts: readonly Uint8Array[], correlationId?: number): WireReader {
  const bytes = whole(parts);
  const reader = new WireReader(bytes);
  const size = reader.readInt32();
  if (size !== bytes.length - SIZE_BYTES) throw new Error(`frame says ${size} bytes, has ${bytes.length - SIZE_BYTES}`);
  const answered = reader.readInt32();
  if (correlationId !== undefined && answered !== correlationId) throw new Error(`answer to ${answered}, asked ${correlationId}`);
  return reader;
}

function whole(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
