import { WireReader } from "@millrace/kafka-wire";
import { AppError } from "@millrace/model";
import type { KafkaConnection, KafkaFrameHandler } from "@millrace/ports";
import type { InFlightBytes } from "../rpc/in-flight-bytes.ts";
import { apiVersionsUnsupported } from "./18-api-versions.ts";
import { KAFKA_HANDLERS } from "./handlers.ts";
import { callContextOf, type KafkaContext } from "./kafka-context.ts";
import type { ServedApi } from "./served-api.ts";

const PRODUCE_KEY = 0;
const API_VERSIONS_KEY = 18;
const BY_KEY: ReadonlyMap<number, ServedApi> = new Map(KAFKA_HANDLERS.map((api) => [api.key, api]));
const LABELS: ReadonlyMap<number, { readonly request: string }> = new Map(KAFKA_HANDLERS.map(({ key, name }) => [key, { request: name }]));

/** Reads the header of each request and has its API answer. A key or version that is not served, or bytes that are no request, reject: the connection closes with the reason in the log (G6). */
export function kafkaConnectionHandler(connection: KafkaConnection, context: KafkaContext): KafkaFrameHandler {
  const call = callContextOf(connection);
  const room = new RoomInOrder(context.produce.inFlight);
  const { metrics, ports } = context;
  return async (frame) => {
    const reader = new WireReader(frame);
    const key = reader.readInt16();
    const version = reader.readInt16();
    const correlationId = reader.readInt32();
    const api = BY_KEY.get(key);
    if (key === API_VERSIONS_KEY && api !== undefined && version > api.versionMax) return { parts: apiVersionsUnsupported(correlationId) };
    // Always the classic layout, also in flexible headers (G1).
    const clientId = reader.readNullableString(false);
    if (api === undefined || version < api.versionMin || version > api.versionMax) throw unsupported({ key, version, clientId }, api);
    if (version >= api.flexibleMin) reader.skipTags();
    const startedMs = ports.clock.monotonicMs();
    const labels = LABELS.get(key) ?? { request: api.name };
    metrics.kafkaRequests.add(1, labels);
    const wait = key === PRODUCE_KEY ? room.wait() : undefined;
    if (wait !== undefined) await wait;
    const answer = await api.answer({
      reader,
      correlationId,
      call: { version, clientId, connection, frame, call, onSent: undefined },
      context,
    });
    metrics.kafkaRequestSeconds.record((ports.clock.monotonicMs() - startedMs) / 1_000, labels);
    return answer;
  };
}

/** Makes produce requests of a connection wait, in their order, while the broker holds as many unanswered bytes as it may. */
class RoomInOrder {
  readonly #inFlight: InFlightBytes;
  #last: Promise<void> | undefined;

  constructor(inFlight: InFlightBytes) {
    this.#inFlight = inFlight;
  }

  /** undefined: there is room, and nobody waits before. */
  wait(): Promise<void> | undefined {
    if (this.#last === undefined && !this.#inFlight.isFull) return undefined;
    const turn = (this.#last ?? Promise.resolve()).then(() => this.#inFlight.room());
    this.#last = turn;
    void turn.then(() => {
      if (this.#last === turn) this.#last = undefined;
    });
    return turn;
  }
}

function unsupported(asked: { key: number; version: number; clientId: string | null }, api: ServedApi | undefined): AppError {
  const message =
    api === undefined
      ? "kafka request of a kind that is not served: see docs/compatibility.md"
      : `kafka request of a version that is not served, ${api.name} is from ${api.versionMin} to ${api.versionMax}: use another version of the client`;
  const { key, version, clientId } = asked;
  return new AppError({
    kind: "invalid",
    code: "unsupported-kafka-request",
    message,
    context: { key, version, clientId: clientId ?? undefined },
  });
}
