import { WireReader } from "@millrace/kafka-wire";
import { AppError } from "@millrace/model";
import type { KafkaConnection, KafkaFrameHandler } from "@millrace/ports";
import type { InFlightBytes } from "../rpc/in-flight-bytes.ts";
import { apiVersionsUnsupported } from "./18-api-versions.ts";
import { KAFKA_HANDLERS } from "./handlers.ts";
import { callContextOf, type KafkaContext } from "./kafka-context.ts";
import type { Outcome, ServedApi } from "./served-api.ts";

const PRODUCE_KEY = 0;
const API_VERSIONS_KEY = 18;
const BY_KEY: ReadonlyMap<number, ServedApi> = new Map(KAFKA_HANDLERS.map((api) => [api.key, api]));
const LABELS: ReadonlyMap<number, { readonly request: string }> = new Map(KAFKA_HANDLERS.map(({ key, name }) => [key, { request: name }]));

/** Reads the header of each request and has its API answer. A key or version that is not served, or bytes that are no request, fail it: the connection closes with the reason in the log (G6). */
export function kafkaConnectionHandler(connection: KafkaConnection, context: KafkaContext): KafkaFrameHandler {
  const call = callContextOf(connection);
  const room = new RoomInOrder(context.produce.inFlight);
  const { metrics, ports } = context;
  return (request) => {
    // Produce is done with its bytes when it returns, unless it has to wait; others look at theirs when they like.
    const reader = new WireReader(isProduce(request.frame) && !room.isFull ? request.frame : request.keep());
    const key = reader.readInt16();
    const version = reader.readInt16();
    const correlationId = reader.readInt32();
    const api = BY_KEY.get(key);
    if (key === API_VERSIONS_KEY && api !== undefined && version > api.versionMax) {
      request.answer({ parts: apiVersionsUnsupported(correlationId) });
      return;
    }
    // Always the classic layout, also in flexible headers (G1).
    const clientId = reader.readNullableString(false);
    if (api === undefined || version < api.versionMin || version > api.versionMax) throw unsupported({ key, version, clientId }, api);
    if (version >= api.flexibleMin) reader.skipTags();
    const startedMs = ports.clock.monotonicMs();
    const labels = LABELS.get(key) ?? { request: api.name };
    metrics.kafkaRequests.add(1, labels);
    const then: Outcome = {
      answered: (answer) => {
        metrics.kafkaRequestSeconds.record((ports.clock.monotonicMs() - startedMs) / 1_000, labels);
        request.answer(answer);
      },
      failed: (error) => request.fail(error),
    };
    const served = { reader, correlationId, call: { version, clientId, connection, call, onSent: undefined }, context };
    const wait = key === PRODUCE_KEY ? room.wait() : undefined;
    if (wait === undefined) api.answer(served, then);
    else wait.then(() => api.answer(served, then)).catch(then.failed);
  };
}

function isProduce(frame: Uint8Array): boolean {
  return frame[0] === 0 && frame[1] === PRODUCE_KEY;
}

/** Makes produce requests of a connection wait, in their order, while the broker holds as many unanswered bytes as it may. */
class RoomInOrder {
  readonly #inFlight: InFlightBytes;
  #last: Promise<void> | undefined;

  constructor(inFlight: InFlightBytes) {
    this.#inFlight = inFlight;
  }

  /** Who asks now has to wait. */
  get isFull(): boolean {
    return this.#last !== undefined || this.#inFlight.isFull;
  }

  /** undefined: there is room, and nobody waits before. */
  wait(): Promise<void> | undefined {
    if (!this.isFull) return undefined;
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
