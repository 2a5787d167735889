import type { Socket } from "node:net";
import { toAppError } from "@millrace/model";
import type { KafkaConnection, KafkaConnectionHandler, KafkaFrameHandler, Logger } from "@millrace/ports";
import { netErrors } from "./errors.ts";
import type { FramePool } from "./frame-pool.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { readInto } from "./read-into.ts";
import { REQUEST_BYTES_IN_FLIGHT_MAX, REQUESTS_IN_FLIGHT_MAX } from "./limits.ts";
import { isProduce, Request, type RequestOwner } from "./request.ts";
import { sendAnswers } from "./send-answers.ts";

interface ConnectionOptions {
  readonly id: number;
  readonly idleMs: number;
  readonly stallMs: number;
  readonly logger: Logger;
  readonly pool: FramePool;
  /** What reads go to that begin a frame; shared by the connections of a listener. */
  readonly readBuffer: Uint8Array;
  readonly onClosed: () => void;
}

/**
 * One client. Requests take effect and are answered in order (G5): Produce requests may follow each other without waiting, anything else begins when
 * everything before it is answered and the client has taken the bytes. Reading stops whenever the next request may not begin, so a client that does not read
 * holds one answer, and one that only sends holds its requests in flight and one chunk.
 */
export class Connection implements RequestOwner {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #gone = new AbortController();
  readonly #splitter: FrameSplitter;
  readonly #handle: KafkaFrameHandler;
  readonly #peer: string;
  #requests: Request[] = [];
  #bytesInFlight = 0;
  /** One that may not begin yet. */
  #next: Uint8Array | undefined;
  /** Memory of a frame that the next read goes to; undefined: the listener's own. */
  #target: Uint8Array | undefined;
  /** Who waits for answers to be sent, or for the end. */
  readonly #unsent = new Set<() => void>();
  #isFlushScheduled = false;
  #isStopping = false;

  constructor(accepted: Socket, onConnection: KafkaConnectionHandler, options: ConnectionOptions) {
    this.#options = options;
    this.#splitter = new FrameSplitter(options.pool);
    const socket = readInto(accepted, {
      target: () => (this.#target = this.#splitter.target) ?? options.readBuffer,
      received: (count, memory) => this.#received(count, memory),
    });
    this.#socket = socket;
    this.#peer = `${socket.remoteAddress ?? "unknown"}:${socket.remotePort ?? 0}`;
    this.#handle = onConnection(this.#asPort());
    socket.setNoDelay(true);
    socket.setTimeout(options.idleMs);
    socket.on("drain", () => {
      socket.setTimeout(options.idleMs);
      this.#advance();
    });
    socket.on("timeout", () => this.#onTimeout());
    socket.on("error", (error) => options.logger.debug("kafka connection broke", { peer: this.#peer, error }));
    socket.on("end", () => socket.destroy()); // half-open clients wait for nothing that they could use
    socket.on("close", () => {
      this.#gone.abort();
      this.#splitter.close();
      for (const run of this.#unsent) run();
      options.onClosed();
    });
    socket.resume();
  }

  #asPort(): KafkaConnection {
    return {
      id: this.#options.id,
      peer: this.#peer,
      signal: this.#gone.signal,
      afterSent: (run) => this.#afterSent(run),
      cut: (reason) => this.#cut(reason),
    };
  }

  #afterSent(run: () => void): void {
    const request = this.#requests.at(-1);
    if (request === undefined || this.#socket.destroyed) {
      run();
      return;
    }
    const before = request.afterSent;
    const runOnce = (): void => {
      if (!this.#unsent.delete(runOnce)) return;
      before?.();
      run();
    };
    this.#unsent.add(runOnce);
    request.afterSent = runOnce;
  }

  #received(count: number, memory: Uint8Array): void {
    if (memory === this.#target) this.#splitter.filled(count);
    else this.#splitter.push(memory, count);
    this.#advance();
    this.#splitter.detach();
  }

  /** Takes no further requests; closes when those under way are answered. */
  stop(): void {
    this.#isStopping = true;
    this.#socket.pause();
    this.#closeWhenDone();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Begins as many requests as may be under way, then reads on or waits. */
  #advance(): void {
    try {
      while (!this.#isStopping && !this.#socket.destroyed) {
        const frame = this.#next ?? this.#splitter.next();
        if (frame === undefined) {
          if (this.#socket.isPaused()) this.#socket.resume();
          return;
        }
        const isView = this.#next === undefined && this.#splitter.isView;
        if (!this.#mayBegin(frame)) {
          this.#next = isView ? new Uint8Array(frame) : frame;
          this.#socket.pause();
          return;
        }
        this.#next = undefined;
        this.#begin(frame, isView);
      }
    } catch (error) {
      this.failed(error);
    }
  }

  #mayBegin(frame: Uint8Array): boolean {
    if (this.#socket.writableNeedDrain) return false;
    const last = this.#requests.at(-1);
    // Nothing else begins beside another request: so if the last one is a Produce, all are.
    return (
      last === undefined ||
      (last.isProduce &&
        isProduce(frame) &&
        this.#requests.length < REQUESTS_IN_FLIGHT_MAX &&
        this.#bytesInFlight + frame.length <= REQUEST_BYTES_IN_FLIGHT_MAX)
    );
  }

  #begin(frame: Uint8Array, isView: boolean): void {
    const request = new Request(frame, isView, this);
    this.#requests.push(request);
    this.#bytesInFlight += frame.length;
    try {
      this.#handle(request);
    } catch (error) {
      request.fail(error);
    }
    const free = request.letGo();
    if (free !== undefined) this.#options.pool.recycle(free);
  }

  /** A request is answered. Answers of one turn of the event loop are one write. */
  answered(): void {
    if (this.#isFlushScheduled || this.#requests[0]?.isDone !== true) return;
    this.#isFlushScheduled = true;
    setImmediate(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#socket.destroyed) return;
    const unanswered = this.#requests.findIndex(({ isDone }) => !isDone);
    const answered = unanswered === -1 ? this.#requests : this.#requests.slice(0, unanswered);
    this.#requests = unanswered === -1 ? [] : this.#requests.slice(unanswered);
    for (const { frameBytes } of answered) this.#bytesInFlight -= frameBytes;
    sendAnswers(this.#socket, answered);
    if (this.#socket.writableNeedDrain) this.#socket.setTimeout(this.#options.stallMs);
    this.#closeWhenDone();
    this.#advance();
  }

  #closeWhenDone(): void {
    if (this.#isStopping && this.#requests.length === 0) this.#socket.end(() => this.#socket.destroy());
  }

  #onTimeout(): void {
    if (this.#socket.writableNeedDrain) {
      this.#cut(netErrors.stalled(this.#options.stallMs));
    } else if (this.#requests.length === 0) {
      this.#options.logger.debug("idle kafka connection closed", { peer: this.#peer, idleMs: this.#options.idleMs });
      this.#socket.destroy();
    } else this.#socket.setTimeout(this.#options.idleMs);
  }

  /** Without waiting for a client that does not read: its answers are what is to be let go. */
  #cut(reason: unknown): void {
    this.failed(reason);
    this.#socket.destroy();
  }

  /** Closes the connection for an error. */
  failed(error: unknown): void {
    if (this.#socket.destroyed) return;
    const { message, code, context } = toAppError(error);
    this.#options.logger.warn("kafka connection closed", { peer: this.#peer, reason: message, code, ...context });
    // What was answered before goes out; whatever else is under way has nobody to hear it.
    this.#isStopping = true;
    this.#requests = [];
    this.#socket.destroySoon();
    this.#gone.abort();
  }
}
