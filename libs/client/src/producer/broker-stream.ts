import { BrokerService, type ProduceResponse, type ProduceStreamRequestSchema } from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Timer } from "@millrace/ports";
import { BoundedQueue } from "@millrace/stdx";
import type { ClientPorts } from "../api.ts";
import { clientErrors } from "../errors.ts";
import { LEADER_SILENT_MS, REQUESTS_IN_FLIGHT_PER_BROKER_MAX } from "../limits.ts";

type StreamRequest = MessageInitShape<typeof ProduceStreamRequestSchema>;

interface PendingRequest {
  readonly correlationId: bigint;
  readonly produce: NonNullable<StreamRequest["produce"]>;
  readonly sentAtMs: number;
  settle(answer: { readonly response: ProduceResponse } | { readonly error: unknown }): void;
}

/**
 * One pipelined produce stream to one broker. Answers come in the order of requests. When the stream breaks, or the oldest request is unanswered for too
 * long, everything unanswered fails at once and the next request opens a new stream.
 */
export class BrokerStream {
  readonly address: string;
  readonly #ports: ClientPorts;
  readonly #requestTimeoutMs: number;
  readonly #onSilent: (stream: BrokerStream) => void;
  #pending: PendingRequest[] = [];
  #requests: BoundedQueue<StreamRequest> | undefined;
  #abort: AbortController | undefined;
  #timer: Timer | undefined;
  #nextCorrelationId = 1n;

  /** `onSilent` is called while the oldest request is unanswered for long, again and again. */
  constructor(address: string, options: { requestTimeoutMs: number; onSilent: (stream: BrokerStream) => void }, ports: ClientPorts) {
    this.address = address;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    this.#onSilent = options.onSilent;
    this.#ports = ports;
  }

  get hasRoom(): boolean {
    return this.#pending.length < REQUESTS_IN_FLIGHT_PER_BROKER_MAX;
  }

  send(produce: NonNullable<StreamRequest["produce"]>, settle: PendingRequest["settle"]): void {
    this.#requests ??= this.#open();
    const correlationId = this.#nextCorrelationId++;
    this.#pending.push({ correlationId, produce, sentAtMs: this.#ports.clock.monotonicMs(), settle });
    this.#requests.tryPush({ correlationId, produce }, { force: true }); // bounded by `hasRoom`
    this.#watchOldest();
  }

  /** Of requests without an answer. */
  get pendingPartitions(): readonly { readonly topic: string; readonly partition: number }[] {
    return this.#pending.flatMap(({ produce }) =>
      (produce.partitions ?? []).map(({ topic = "", partition = 0 }) => ({ topic, partition })),
    );
  }

  /** The broker hangs or is cut off, and others lead: what it has not answered is repeated there. */
  abandon(): void {
    this.#fail(clientErrors.requestTimeout(this.address));
  }

  close(): void {
    this.#fail(clientErrors.closed());
  }

  #open(): BoundedQueue<StreamRequest> {
    const requests = new BoundedQueue<StreamRequest>({ weightMax: REQUESTS_IN_FLIGHT_PER_BROKER_MAX });
    const abort = new AbortController();
    this.#abort = abort;
    const service = this.#ports.transport.client(BrokerService, this.address);
    void this.#receive(service.produceStream(requests, { signal: abort.signal }), abort);
    return requests;
  }

  async #receive(
    responses: AsyncIterable<{ correlationId: bigint; produce?: ProduceResponse | undefined }>,
    stream: AbortController,
  ): Promise<void> {
    let failure: unknown;
    try {
      for await (const { correlationId, produce } of responses) {
        const request = this.#pending[0];
        if (this.#abort !== stream || request?.correlationId !== correlationId || produce === undefined) break;
        this.#pending.shift();
        request.settle({ response: produce });
      }
    } catch (error) {
      failure = error;
    }
    if (this.#abort === stream) this.#fail(failure ?? clientErrors.requestTimeout(this.address));
  }

  #fail(error: unknown): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#requests?.end();
    this.#requests = undefined;
    const stream = this.#abort;
    this.#abort = undefined;
    stream?.abort(error);
    for (const request of this.#pending.splice(0)) request.settle({ error });
  }

  #watchOldest(): void {
    if (this.#timer !== undefined) return;
    const oldest = this.#pending[0];
    if (oldest === undefined) return;
    // Whole milliseconds, and what is left is reckoned as below: by a rounding error of a fraction the timer would be due for ever.
    const leftMs = this.#requestTimeoutMs - (this.#ports.clock.monotonicMs() - oldest.sentAtMs);
    const waitMs = Math.min(LEADER_SILENT_MS, Math.max(0, Math.ceil(leftMs)));
    this.#timer = this.#ports.clock.setTimer(waitMs, () => {
      this.#timer = undefined;
      const oldestMs = this.#ports.clock.monotonicMs() - (this.#pending[0]?.sentAtMs ?? Infinity);
      if (oldestMs >= this.#requestTimeoutMs) {
        this.#fail(clientErrors.requestTimeout(this.address));
        return;
      }
      this.#watchOldest();
      if (oldestMs >= LEADER_SILENT_MS) this.#onSilent(this);
    });
  }
}
