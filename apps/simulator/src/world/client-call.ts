import type { DescMethod } from "@bufbuild/protobuf";
import { type CallOptions, errorFromWire } from "@millrace/contracts";
import type { Timer } from "@millrace/ports";
import { createDeferred, type Deferred } from "@millrace/stdx";
import type { CallEnd, Connection } from "./connection.ts";
import { MessageQueue } from "./message-queue.ts";
import type { Network } from "./network.ts";
import { rpcErrors } from "./rpc-errors.ts";
import { type Answer, ServerCall } from "./server-call.ts";
import type { SimProcess } from "./sim-process.ts";
import { codecOf, inGroups, STREAM_MESSAGES_MAX } from "./wire.ts";

const LATE_DUPLICATE_MS_MAX = 2_000;
/** A commit of offsets that comes a second time, after the next one, puts them back: neither Kafka's protocol nor ours can tell. */
const NOT_DOUBLED: ReadonlySet<string> = new Set(["commitOffsets"]);

interface Target {
  readonly process: SimProcess;
  readonly address: string;
  readonly method: DescMethod;
}

/** A call on its client: waits for a connection, sends, and gives answers in their order. */
export class ClientCall implements CallEnd {
  readonly answers: MessageQueue;
  readonly #target: Target;
  readonly #options: CallOptions;
  readonly #network: Network;
  readonly #timer: Timer | undefined;
  readonly #onAbort = (): void => this.#end(rpcErrors.cancelled(this.#where), { tell: true });
  #connection: Connection | undefined;
  #server: ServerCall | undefined;
  #unsent: ((connection: Connection) => void)[] = [];
  #unread = 0;
  #room: Deferred<void> | undefined;
  #isOver = false;

  constructor(target: Target, options: CallOptions, network: Network) {
    this.#target = target;
    this.#options = options;
    this.#network = network;
    const { process, address } = target;
    this.answers = new MessageQueue(
      inGroups((count) => this.#connection?.send("server", () => this.#server?.answersTaken(count))),
      () => this.#end(rpcErrors.cancelled(this.#where), { tell: true }),
    );
    const { timeoutMs = Infinity, signal } = options;
    this.#timer = process.clock.setTimer(timeoutMs, () => this.#end(rpcErrors.deadline(this.#where), { tell: true }));
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted === true) this.#onAbort();
    else network.connect(process, address, (connection) => this.#connected(connection));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get #where(): { readonly address: string; readonly method: string } {
    return { address: this.#target.address, method: this.#target.method.name };
  }

  /** The one request of a method that takes one. */
  begin(request: unknown): void {
    const bytes = codecOf(this.#target.method.input).encode(request);
    this.#network.onRequest?.(this.#target.process, { method: this.#target.method.localName, request });
    this.#send((connection) => {
      this.#arrive(connection, bytes);
      const { methodKind, localName } = this.#target.method;
      if (methodKind !== "unary" || this.#network.random.next() >= this.#network.duplicateChance) return;
      if (!NOT_DOUBLED.has(localName)) this.#repeat(connection, bytes);
    });
  }

  /** Requests as they come, no faster than the server takes them. */
  async sendAll(requests: AsyncIterable<unknown>): Promise<void> {
    this.#send((connection) => connection.send("server", () => this.#serve(connection).start(undefined)));
    const { input } = this.#target.method;
    const iterator = requests[Symbol.asyncIterator]();
    try {
      for (;;) {
        const result = this.#isOver ? undefined : await iterator.next();
        if (result === undefined || this.#isOver) {
          iterator.return?.().catch(() => undefined); // the call is over; how its requests end no longer matters
          return;
        }
        if (result.done === true) break;
        const bytes = codecOf(input).encode(result.value);
        this.#unread++;
        this.#send((connection) =>
          connection.send("server", () => {
            this.#network.trace.bytes(bytes);
            this.#server?.requests.push(codecOf(input).decode(bytes));
          }),
        );
        while (this.#unread >= STREAM_MESSAGES_MAX && !this.isOver) await (this.#room = createDeferred<void>()).promise;
      }
      this.#send((connection) => connection.send("server", () => this.#server?.requests.end()));
    } catch (error) {
      this.#end(error, { tell: true });
    }
  }

  broken(): void {
    this.#end(rpcErrors.unreachable(this.#where), { tell: false });
  }

  #connected(connection: Connection | undefined): void {
    if (this.#isOver) return;
    if (connection === undefined) {
      this.broken();
      return;
    }
    this.#connection = connection;
    connection.join("client", this);
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const send of unsent) send(connection);
  }

  #send(send: (connection: Connection) => void): void {
    if (this.#isOver) return;
    if (this.#connection === undefined) this.#unsent.push(send);
    else send(this.#connection);
  }

  #arrive(connection: Connection, bytes: Uint8Array): void {
    connection.send("server", () => {
      this.#network.trace.bytes(bytes);
      this.#serve(connection).start(bytes);
    });
  }

  /** The same request again, late, whatever became of the first: nobody waits for this answer. */
  #repeat(connection: Connection, bytes: Uint8Array): void {
    const { scheduler, random } = this.#network;
    scheduler.after(random.next() * LATE_DUPLICATE_MS_MAX, connection.server, () => {
      const nobody = { answer: () => undefined, taken: () => undefined };
      new ServerCall({ method: this.#target.method, connection, client: nobody, timeoutMs: Infinity, metadata: NO_METADATA }).start(bytes);
    });
  }

  #serve(connection: Connection): ServerCall {
    const { metadata, timeoutMs = Infinity } = this.#options;
    const client = {
      answer: (answer: Answer) => this.#answer(answer),
      taken: (count: number) =>
        connection.send("client", () => {
          this.#unread -= count;
          this.#room?.resolve();
          this.#room = undefined;
        }),
    };
    const entries = metadata === undefined ? NO_METADATA : new Map(Object.entries(metadata));
    return (this.#server = new ServerCall({ method: this.#target.method, connection, client, timeoutMs, metadata: entries }));
  }

  #answer(answer: Answer): void {
    if (this.#isOver) return;
    if (answer.kind === "message") {
      this.#network.trace.bytes(answer.bytes);
      this.answers.push(codecOf(this.#target.method.output).decode(answer.bytes));
    } else this.#end(answer.kind === "error" ? errorFromWire(answer.error) : undefined, { tell: false });
  }

  #end(error: unknown, { tell }: { readonly tell: boolean }): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#connection?.leave("client", this);
    if (tell) this.#connection?.send("server", () => this.#server?.cancel());
    if (error === undefined) this.answers.end();
    else this.answers.fail(error);
    this.#room?.resolve();
  }
}

const NO_METADATA: ReadonlyMap<string, string> = new Map();
