import { type Channel, Metadata, status as Status, type StatusObject } from "@grpc/grpc-js";
import type { CallOptions } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { STREAM_PENDING_BYTES_MAX, STREAM_PENDING_MESSAGES_MAX } from "./limits.ts";
import { type CallTarget, errorOfStatus } from "./status.ts";

/**
 * One call on a channel, in bytes. It uses grpc-js's call object directly instead of its Node streams: those buffer sixteen objects of
 * any size on each side, and a payload would pass two more queues. Reads are asked for while fewer than the bounds wait; a send resolves
 * when the connection took the message, so the sender runs at the speed of the slowest of socket, windows and reader.
 */
export class ClientCall {
  readonly #call: ReturnType<Channel["createCall"]>;
  readonly #target: CallTarget;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.cancel();
  readonly #onEnd: () => void;
  readonly #received: Buffer[] = [];
  #receivedBytes = 0;
  #isReading = false;
  #status: StatusObject | undefined;
  #waitingRead: Deferred<void> | undefined;
  #onEnded: (() => void) | undefined;

  constructor(channel: Channel, target: CallTarget, options: CallOptions & { onEnd: () => void }) {
    const { timeoutMs, signal } = options;
    const deadline = timeoutMs === undefined || timeoutMs === Infinity ? Infinity : Date.now() + Math.max(0, timeoutMs);
    this.#target = target;
    this.#signal = signal;
    this.#onEnd = options.onEnd;
    this.#call = channel.createCall(target.method, deadline, null, null, null);
    this.#call.start(metadataOf(options.metadata), {
      onReceiveMetadata: () => undefined,
      onReceiveMessage: (message: Buffer) => this.#receive(message),
      onReceiveStatus: (status) => this.#finish(status),
    });
    if (signal?.aborted === true) this.cancel();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get ended(): boolean {
    return this.#status !== undefined;
  }

  /** Sends one message; resolves when the connection took it, or the call ended. One at a time. */
  async send(bytes: Buffer): Promise<void> {
    if (this.ended) return;
    await new Promise<void>((resolve) => {
      this.#onEnded = resolve;
      this.#call.sendMessageWithContext({ callback: () => resolve() }, bytes);
    });
    this.#onEnded = undefined;
  }

  /** No further messages from us. */
  halfClose(): void {
    if (!this.ended) this.#call.halfClose();
  }

  /** Resolves with the value of `promise`, or undefined if the call ends first. */
  async untilEnd<T>(promise: Promise<T>): Promise<T | undefined> {
    if (this.ended) return undefined;
    return await new Promise<T | undefined>((resolve, reject) => {
      this.#onEnded = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  }

  /** The next message, or undefined after the last of a call that went well; throws the call's error. One at a time. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const message = this.#received.shift();
      if (message !== undefined) {
        this.#receivedBytes -= message.byteLength;
        return message;
      }
      if (this.#status !== undefined) {
        if (this.#status.code === Status.OK) return undefined;
        throw this.error();
      }
      this.#readAhead();
      this.#waitingRead = createDeferred<void>();
      await this.#waitingRead.promise;
      this.#waitingRead = undefined;
    }
  }

  /** The error of an ended call; an abort by the caller names its reason as cause. */
  error(): AppError {
    const status = this.#status;
    if (status?.code === Status.CANCELLED && this.#signal?.aborted === true) {
      const context = { address: this.#target.address, method: this.#target.method };
      const reason: unknown = this.#signal.reason;
      return new AppError({ kind: "unavailable", code: "cancelled", message: "call was cancelled by its caller", context, cause: reason });
    }
    return errorOfStatus(status ?? { code: Status.UNKNOWN, details: "call has not ended", metadata: new Metadata() }, this.#target);
  }

  cancel(): void {
    if (!this.ended) this.#call.cancelWithStatus(Status.CANCELLED, "cancelled by the caller");
  }

  #readAhead(): void {
    if (this.#isReading || this.ended) return;
    if (this.#received.length >= STREAM_PENDING_MESSAGES_MAX || this.#receivedBytes >= STREAM_PENDING_BYTES_MAX) return;
    this.#isReading = true;
    this.#call.startRead();
  }

  #receive(message: Buffer): void {
    this.#isReading = false;
    this.#received.push(message);
    this.#receivedBytes += message.byteLength;
    this.#readAhead();
    this.#waitingRead?.resolve();
  }

  #finish(status: StatusObject): void {
    this.#status = status;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#waitingRead?.resolve();
    this.#onEnded?.();
    this.#onEnd();
  }
}

function metadataOf(values: Readonly<Record<string, string>> | undefined): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(values ?? {})) metadata.set(key, value);
  return metadata;
}
