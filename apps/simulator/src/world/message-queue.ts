import { createDeferred, type Deferred } from "@millrace/stdx";

/** Messages of one direction of a call that have arrived, in order, for one reader. A failure takes what was not read with it, as gRPC's does. */
export class MessageQueue implements AsyncIterableIterator<unknown> {
  readonly #onTaken: () => void;
  readonly #onReturn: () => void;
  readonly #messages: unknown[] = [];
  #waiting: Deferred<IteratorResult<unknown>> | undefined;
  #end: { readonly failure: unknown } | undefined;

  /** `onTaken`: a message has left the queue; `onReturn`: the reader wants no more. */
  constructor(onTaken: () => void, onReturn: () => void) {
    this.#onTaken = onTaken;
    this.#onReturn = onReturn;
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  push(message: unknown): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#messages.push(message);
      return;
    }
    this.#waiting = undefined;
    this.#onTaken();
    waiting.resolve({ done: false, value: message });
  }

  end(): void {
    if (this.#end !== undefined) return;
    this.#end = { failure: undefined };
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  fail(failure: unknown): void {
    if (this.#end?.failure !== undefined) return;
    if (this.#end !== undefined && this.#messages.length === 0) return;
    this.#end = { failure };
    this.#messages.length = 0;
    this.#waiting?.reject(failure);
    this.#waiting = undefined;
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#messages.length > 0) {
      const value = this.#messages.shift();
      this.#onTaken();
      return Promise.resolve({ done: false, value });
    }
    if (this.#end !== undefined) {
      const { failure } = this.#end;
      this.#end = { failure: undefined };
      return failure === undefined ? Promise.resolve({ done: true, value: undefined }) : rejected(failure);
    }
    this.#waiting = createDeferred<IteratorResult<unknown>>();
    return this.#waiting.promise;
  }

  return(): Promise<IteratorResult<unknown>> {
    this.#messages.length = 0;
    this.end();
    this.#onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

async function rejected(failure: unknown): Promise<never> {
  await Promise.resolve();
  throw failure;
}
