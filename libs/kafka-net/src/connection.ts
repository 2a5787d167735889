import type { Socket } from "node:net";
import { toAppError } from "@millrace/model";
import type { KafkaAnswer, KafkaConnection, KafkaConnectionHandler, KafkaFrameHandler, Logger } from "@millrace/ports";
import { netErrors } from "./errors.ts";
import type { FramePool } from "./frame-pool.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { readInto } from "./read-into.ts";
import { REQUEST_BYTES_IN_FLIGHT_MAX, REQUESTS_IN_FLIGHT_MAX } from "./limits.ts";

const PRODUCE_KEY = 0;

interface Request {
  readonly frameBytes: number;
  readonly isProduce: boolean;
  /** Set when it may be sent. */
  answer: KafkaAnswer | undefined;
  isDone: boolean;
  /** To be told when the answer is sent. */
  afterSent: (() => void) | undefined;
}

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
export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #gone = new AbortController();
  readonly #splitter: FrameSplitter;
  readonly #handle: KafkaFrameHandler;
  readonly #peer: string;
  #requests: Request[] = [];
  #bytesInFlight = 0;
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
      recycle: (frame) => this.#options.pool.recycle(frame),
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
    else this.#splitter.push(memory.subarray(0, count));
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
        this.#next ??= this.#splitter.next();
        if (this.#next === undefined) {
          if (this.#socket.isPaused()) this.#socket.resume();
          return;
        }
        if (!this.#mayBegin(this.#next)) {
          this.#socket.pause();
          return;
        }
        const frame = this.#next;
        this.#next = undefined;
        this.#begin(frame);
      }
    } catch (error) {
      this.#close(error);
    }
  }

  #mayBegin(frame: Uint8Array): boolean {
    if (this.#socket.writableNeedDrain) return false;
    if (this.#requests.length === 0) return true;
    return (
      isProduce(frame) &&
      this.#requests.every((request) => request.isProduce) &&
      this.#requests.length < REQUESTS_IN_FLIGHT_MAX &&
      this.#bytesInFlight + frame.length <= REQUEST_BYTES_IN_FLIGHT_MAX
    );
  }

  #begin(frame: Uint8Array): void {
    const request: Request = {
      frameBytes: frame.length,
      isProduce: isProduce(frame),
      answer: undefined,
      isDone: false,
      afterSent: undefined,
    };
    this.#requests.push(request);
    this.#bytesInFlight += frame.length;
    this.#handle(frame).then(
      (answer) => {
        request.answer = answer;
        request.isDone = true;
        this.#scheduleFlush();
      },
      (error: unknown) => this.#close(error),
    );
  }

  /** Answers of one turn of the event loop are one write. */
  #scheduleFlush(): void {
    if (this.#isFlushScheduled || this.#requests[0]?.isDone !== true) return;
    this.#isFlushScheduled = true;
    setImmediate(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#socket.destroyed) return;
    let sent = 0;
    this.#socket.cork();
    for (const request of this.#requests) {
      if (!request.isDone) break;
      sent++;
      this.#bytesInFlight -= request.frameBytes;
      this.#send(request);
    }
    this.#socket.uncork();
    this.#requests = this.#requests.slice(sent);
    if (this.#socket.writableNeedDrain) this.#socket.setTimeout(this.#options.stallMs);
    this.#closeWhenDone();
    this.#advance();
  }

  #send({ answer, afterSent }: Request): void {
    const { parts = [], onSent } = answer ?? {};
    const last = parts.length - 1;
    if (last < 0) afterSent?.();
    // Written in order: when the last part was taken, so were those before.
    for (const [index, part] of parts.entries()) {
      if (index < last) this.#socket.write(part);
      else
        this.#socket.write(part, (error) => {
          if (!error) onSent?.();
          afterSent?.();
        });
    }
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
    this.#close(reason);
    this.#socket.destroy();
  }

  #close(error: unknown): void {
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

function isProduce(frame: Uint8Array): boolean {
  return frame[0] === 0 && frame[1] === PRODUCE_KEY;
}
