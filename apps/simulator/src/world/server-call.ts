import type { DescMethod } from "@bufbuild/protobuf";
import { type CallContext, errorToWire, type WireError } from "@millrace/contracts";
import { createDeferred, type Deferred } from "@millrace/stdx";
import type { CallEnd, Connection } from "./connection.ts";
import { MessageQueue } from "./message-queue.ts";
import { rpcErrors } from "./rpc-errors.ts";
import { codecOf, inGroups, STREAM_MESSAGES_MAX } from "./wire.ts";

/** How a call ends for its client. */
export type Answer =
  | { readonly kind: "message"; readonly bytes: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "error"; readonly error: WireError };

interface Client {
  /** Runs on the client's side, in order. */
  answer(answer: Answer): void;
  /** The server took so many of its messages. */
  taken(count: number): void;
}

type AnyHandler = (input: unknown, context: CallContext) => unknown;

/** A call on its server: what the handler sees of it. */
export class ServerCall implements CallEnd {
  readonly requests: MessageQueue;
  readonly #method: DescMethod;
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #deadlineMs: number;
  readonly #metadata: ReadonlyMap<string, string>;
  #controller: AbortController | undefined;
  #isOver = false;
  #unread = 0;
  #room: Deferred<void> | undefined;
  #onGone: (() => void) | undefined;

  constructor(of: {
    method: DescMethod;
    connection: Connection;
    client: Client;
    timeoutMs: number;
    metadata: ReadonlyMap<string, string>;
  }) {
    this.#method = of.method;
    this.#connection = of.connection;
    this.#client = of.client;
    this.#metadata = of.metadata;
    this.#deadlineMs = of.connection.server.clock.monotonicMs() + of.timeoutMs;
    const taken = inGroups((count) => of.client.taken(count));
    this.requests = new MessageQueue(taken, () => undefined);
    of.connection.join("server", this);
  }

  /** The method begins, with its one request where it has one. */
  start(request: Uint8Array | undefined): void {
    const { parent, localName, methodKind, input } = this.#method;
    const handler = this.#connection.listener.services.get(parent.typeName)?.handlers[localName] as AnyHandler | undefined;
    if (handler === undefined) {
      this.#fail(rpcErrors.notImplemented({ method: this.#method.name }));
      return;
    }
    const argument = request === undefined ? this.requests : codecOf(input).decode(request);
    const isStream = methodKind === "server_streaming" || methodKind === "bidi_streaming";
    if (isStream) void this.#stream(handler(argument, this.#context()) as AsyncIterable<unknown>);
    else void this.#unary(handler, argument);
  }

  /** The client took messages, and there is room for others. */
  answersTaken(count: number): void {
    this.#unread -= count;
    this.#room?.resolve();
    this.#room = undefined;
  }

  broken(): void {
    this.#gone();
  }

  /** The client wants nothing more. */
  cancel(): void {
    this.#connection.leave("server", this);
    this.#gone();
  }

  #gone(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const error = rpcErrors.wentAway({ peer: this.#connection.client.name });
    this.#controller?.abort(error);
    this.requests.fail(error);
    this.#onGone?.();
    this.#room?.resolve();
  }

  async #unary(handler: AnyHandler, argument: unknown): Promise<void> {
    try {
      const response = await handler(argument, this.#context());
      this.#answer({ kind: "message", bytes: codecOf(this.#method.output).encode(response) });
      this.#finish({ kind: "end" });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #stream(messages: AsyncIterable<unknown>): Promise<void> {
    const iterator = messages[Symbol.asyncIterator]();
    try {
      for (;;) {
        const result = await this.#unlessGone(iterator);
        if (result === undefined) {
          iterator.return?.().catch(() => undefined); // nobody listens any more
          return;
        }
        if (result.done === true) break;
        this.#connection.answers({ method: this.#method.localName, answer: result.value });
        this.#answer({ kind: "message", bytes: codecOf(this.#method.output).encode(result.value) });
        this.#unread++;
        while (this.#unread >= STREAM_MESSAGES_MAX && !this.#isOver) await (this.#room = createDeferred<void>()).promise;
      }
      this.#finish({ kind: "end" });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The handler's next message; undefined as soon as the client is gone. */
  #unlessGone(iterator: AsyncIterator<unknown>): Promise<IteratorResult<unknown> | undefined> {
    if (this.#isOver) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#onGone = () => resolve(undefined);
      iterator.next().then(resolve, reject);
    });
  }

  #fail(error: unknown): void {
    this.#finish({ kind: "error", error: errorToWire(error) });
  }

  #finish(answer: Answer): void {
    this.#answer(answer);
    this.#isOver = true;
    this.requests.end();
    this.#connection.leave("server", this);
  }

  #answer(answer: Answer): void {
    if (!this.#isOver) this.#connection.send("client", () => this.#client.answer(answer));
  }

  #context(): CallContext {
    const call = this.#signal.bind(this);
    const deadlineMs = this.#deadlineMs;
    const { clock } = this.#connection.server;
    return {
      get signal() {
        return call();
      },
      metadata: this.#metadata,
      peer: this.#connection.client.name,
      remainingMs: () => Math.max(0, deadlineMs - clock.monotonicMs()),
    };
  }

  #signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort(rpcErrors.wentAway({ peer: this.#connection.client.name }));
    return this.#controller.signal;
  }
}
