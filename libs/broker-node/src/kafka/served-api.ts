import { type ApiCodec, type WireReader, WireWriter } from "@millrace/kafka-wire";
import type { KafkaAnswer } from "@millrace/ports";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";

/** One row of the handler table: an API with the versions that are served, and how a request becomes an answer. */
export interface ServedApi {
  readonly key: number;
  readonly name: string;
  readonly versionMin: number;
  readonly versionMax: number;
  /** Lower than `versionMin` where old clients probe for a version that they never send (section 4 of the reference). */
  readonly advertisedMin: number;
  readonly flexibleMin: number;
  /** Reads the body, and calls one of `then` once. What it throws is a failure as well. */
  answer(request: ServedRequest, then: Outcome): void;
}

export interface ServedRequest {
  readonly reader: WireReader;
  readonly correlationId: number;
  readonly call: KafkaCall;
  readonly context: KafkaContext;
}

export interface Outcome {
  /** undefined: no answer is sent. */
  readonly answered: (answer: KafkaAnswer | undefined) => void;
  readonly failed: (error: unknown) => void;
}

type Codec<Q, R> = ApiCodec<Q, never, unknown, R>;

/** A row of the table. `versionMax` is given where the codecs know versions whose meaning is not served. */
export function serve<Q, R>(
  api: Codec<Q, R>,
  handle: (request: Q, call: KafkaCall, context: KafkaContext) => Promise<R | undefined>,
  options: { versionMax?: number } = {},
): ServedApi {
  const respond = async ({ reader, correlationId, call, context }: ServedRequest): Promise<KafkaAnswer | undefined> => {
    const response = await handle(api.decodeRequest(reader, call.version), call, context);
    if (response === undefined) return undefined;
    return { parts: encodeAnswer(api, { correlationId, version: call.version, response }), onSent: call.onSent };
  };
  return {
    ...namesOf(api),
    versionMax: options.versionMax ?? api.versionMax,
    answer(request, { answered, failed }) {
      respond(request).then(answered, failed);
    },
  };
}

/** What of a codec stands in its row. */
export function namesOf({
  key,
  name,
  versionMin,
  versionMax,
  advertisedMin,
  flexibleMin,
}: Omit<ServedApi, "answer">): Omit<ServedApi, "answer"> {
  return { key, name, versionMin, versionMax, advertisedMin, flexibleMin };
}

const API_VERSIONS_KEY = 18;

/** A whole frame. ApiVersions keeps response header v0 in every version, as clients read it before they know what the broker speaks (G2). */
export function encodeAnswer<R>(
  api: Pick<Codec<unknown, R>, "key" | "flexibleMin" | "encodeResponse">,
  answer: { correlationId: number; version: number; response: R },
): readonly Uint8Array[] {
  const writer = new WireWriter();
  writer.beginFrame();
  writer.writeInt32(answer.correlationId);
  if (answer.version >= api.flexibleMin && api.key !== API_VERSIONS_KEY) writer.writeUvarint(0);
  api.encodeResponse(writer, answer.response, answer.version);
  return writer.endFrame();
}
