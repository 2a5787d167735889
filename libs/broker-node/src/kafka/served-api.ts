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
  /** Reads the body and answers it; undefined: no answer is sent. */
  answer(request: { reader: WireReader; correlationId: number; call: KafkaCall; context: KafkaContext }): Promise<KafkaAnswer | undefined>;
}

type Codec<Q, R> = ApiCodec<Q, never, unknown, R>;

/** A row of the table. `versionMax` is given where the codecs know versions whose meaning is not served. */
export function serve<Q, R>(
  api: Codec<Q, R>,
  handle: (request: Q, call: KafkaCall, context: KafkaContext) => Promise<R | undefined>,
  options: { versionMax?: number } = {},
): ServedApi {
  const { key, name, versionMin, advertisedMin, flexibleMin } = api;
  return {
    key,
    name,
    versionMin,
    versionMax: options.versionMax ?? api.versionMax,
    advertisedMin,
    flexibleMin,
    async answer({ reader, correlationId, call, context }) {
      const response = await handle(api.decodeRequest(reader, call.version), call, context);
      if (response === undefined) return undefined;
      return { parts: encodeAnswer(api, { correlationId, version: call.version, response }), onSent: call.onSent };
    },
  };
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
